"""What docs/protocol.md and docs/operations.md show has the form of what a server really sends."""

import json
import re
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.services import ServerProcess
from tests.unit.docs.markdown import Page, code_in

PROTOCOL = Page("docs/protocol.md")
OPERATIONS = Page("docs/operations.md")
SHOWN = [frame for block in PROTOCOL.blocks("json server") for frame in block.values()]


class Person:
    """A member with a socket."""

    def __init__(self, http: httpx.AsyncClient, account: dict[str, Any]) -> None:
        self._headers = {"Authorization": f"Bearer {account['access_token']}"}
        self._http = http
        self.token = account["access_token"]

    @classmethod
    async def register(cls, http: httpx.AsyncClient, name: str) -> "Person":
        account = {"email": f"{name}@example.com", "password": "correct horse", "name": name}
        return cls(http, (await http.post("/auth/register", json=account)).json())

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self._http.post(path, json=body, headers=self._headers)
        assert answer.is_success, answer.text
        made: dict[str, Any] = answer.json()
        return made


async def frames_until(socket: ClientConnection, type_: str) -> list[dict[str, Any]]:
    """What comes, up to and with the first frame of a type."""
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["type"] != type_:
        frames.append(json.loads(await socket.recv()))
    return frames


async def conversation(server: ServerProcess) -> list[dict[str, Any]]:
    """Every kind of frame that a server sends, as a member gets them."""
    frames: list[dict[str, Any]] = []
    async with httpx.AsyncClient(base_url=f"{server.base_url}/api/v1") as http:
        ana, ben = [await Person.register(http, name) for name in ("ana", "ben")]
        workspace = await ana.post("/workspaces", name="Sales")
        board = f"/workspaces/{workspace['id']}"
        invite = await ana.post(f"{board}/invites", role="editor")
        await ben.post(f"/invites/{invite['code']}/accept")
        money = {"amount": 1250000, "currency": "EUR"}
        client = await ana.post(f"{board}/clients", name="Nordlys", value=money, tags=["retail"])

        address = f"{server.ws_url}/ws{board}"
        async with connect(address, subprotocols=["clientflow.v1"]) as socket:

            async def says(frame: dict[str, Any], answer: str) -> None:
                await socket.send(json.dumps(frame))
                frames.extend(await frames_until(socket, answer))

            update = {"type": "command", "op": "client.update", "client_id": client["id"]}
            move = {"stage": "won", "position": "a1"}
            await says({"type": "hello", "token": ana.token, "since": 0}, "change")
            await frames_until(socket, "change")
            await says(update | {"id": "c-1", "data": move, "if_version": 1}, "ack")
            await says(update | {"id": "c-2", "data": {"stage": "lost"}, "if_version": 1}, "error")
            await says(update | {"id": "c-3", "data": {"stag": "lost"}}, "error")
            await says({"type": "ping"}, "pong")
            async with connect(address) as other:
                await other.send(json.dumps({"type": "hello", "token": ben.token}))
                frames += await frames_until(socket, "presence")
                editing = {"client_id": client["id"], "field": "notes"}
                state = {"viewing": client["id"], "editing": editing}
                await other.send(json.dumps({"type": "presence", "state": state}))
                frames += await frames_until(socket, "presence")
                await other.send(json.dumps({"type": "presence", "state": {}}))
                await frames_until(socket, "presence")
            frames += await frames_until(socket, "presence")
            question = {"prompt": "Move Nordlys to lost"}
            await says(
                {"type": "command", "id": "c-4", "op": "assistant.ask", "data": question}, "ack"
            )
            while frames[-1].get("event") != "done":
                frames += await frames_until(socket, "assistant")
            # As a script's change comes: over REST, without a key.
            await ana.post(f"{board}/clients", name="Kestrel", value=money, tags=["saas"])
            frames += await frames_until(socket, "change")
            bearer = {"Authorization": f"Bearer {ana.token}"}
            await http.post(f"{board}/import", content="name\nAurora\n", headers=bearer)
            frames += await frames_until(socket, "import")
    return frames


def form(value: Any) -> Any:
    """The value with its names and the kinds of its values alone; times are told from other text."""
    if isinstance(value, dict):
        return {name: form(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [form(inner) for inner in value[:1]]
    if isinstance(value, str) and value.endswith("Z"):
        return "time"
    return type(value).__name__


async def test_every_frame_shown_is_one_that_a_server_sends(server: ServerProcess) -> None:
    sent = [form(frame) for frame in await conversation(server)]
    for frame in SHOWN:
        # A command's change has its id, one without a key has null; the example shows both.
        assert form(frame) in sent, json.dumps(frame)


async def test_the_metrics_are_those_in_the_table(server: ServerProcess) -> None:
    async with httpx.AsyncClient(base_url=server.base_url) as http:
        text = (await http.get("/metrics")).text
    sent = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    table = OPERATIONS.section("Metrics").table("Metric", "Is")
    assert {code_in(row["Metric"])[0] for row in table} == sent


async def test_readyz_answers_as_shown(server: ServerProcess) -> None:
    (shown,) = (value for block in OPERATIONS.blocks("json readyz") for value in block.values())
    async with httpx.AsyncClient(base_url=server.base_url) as http:
        assert (await http.get("/readyz")).json() == shown
        assert (await http.get("/healthz")).status_code == 200


async def test_a_problem_has_the_form_shown(server: ServerProcess) -> None:
    async with httpx.AsyncClient(base_url=f"{server.base_url}/api/v1") as http:
        answer = await http.post("/auth/register", json={})
    (shown,) = (
        value for block in Page("docs/errors.md").blocks("json") for value in block.values()
    )
    assert answer.headers["content-type"] == "application/problem+json"
    assert form(answer.json()) == form(shown)
