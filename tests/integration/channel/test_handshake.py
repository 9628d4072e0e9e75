"""How a channel begins, and whom it lets in."""

import json
import time

import pytest
from websockets.exceptions import InvalidStatus

from tests.drivers import Board, Desk, Instance, NotWelcome, check_problem, forged_token


async def refusal_of(desk: Desk, token: str | None) -> NotWelcome:
    board = await desk.connect()
    with pytest.raises(NotWelcome) as refusal:
        await board.hello(token)
    return refusal.value


async def test_hello_is_answered_with_welcome_and_who_is_there(desk: Desk) -> None:
    await desk.create_clients(3)
    board = await desk.connect()

    welcome = await board.hello(desk.person.token)

    assert board.socket.subprotocol == "clientflow.v1"
    assert board.frames[0] == welcome
    assert welcome == {
        "type": "welcome",
        "seq": 3,
        "session": welcome["session"],
        "user": {"id": desk.person.id, "name": "Ana", "email": desk.person.email},
        "role": "owner",
        "heartbeat": 25,
        "resumed": False,
    }
    await board.ping()
    assert board.frames[1] == {
        "type": "presence",
        "users": [
            {"id": desk.person.id, "name": "Ana", "viewing": None, "editing": None, "sessions": 1}
        ],
    }
    assert board.changes == []


async def test_a_program_may_bring_its_token_in_a_header(desk: Desk) -> None:
    board = await desk.connect(headers={"Authorization": f"Bearer {desk.person.token}"})

    welcome = await board.hello(None)

    assert welcome["user"]["id"] == desk.person.id


async def test_a_personal_access_token_opens_the_channel(desk: Desk) -> None:
    script = desk.of(await desk.person.personal_token("write", workspace_id=desk.workspace_id))
    elsewhere = await desk.person.new_workspace()

    board = await script.open_board()

    assert (await board.command("client.create", data={"name": "Acme"})).version == 1
    assert (await refusal_of(elsewhere, script.person.token)).code == 4403


async def test_a_channel_without_the_subprotocol_is_served(desk: Desk, server: Instance) -> None:
    from websockets.asyncio.client import connect

    url = f"{server.process.ws_url}/ws/workspaces/{desk.workspace_id}"
    async with connect(url, proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello", "token": desk.person.token}))
        assert json.loads(await socket.recv())["type"] == "welcome"
        assert socket.subprotocol is None


async def test_whoever_says_nothing_is_closed_after_five_seconds(lone_desk: Desk) -> None:
    began = time.monotonic()
    silent = await lone_desk.connect()

    assert await silent.closed(timeout_s=8) == 4400

    assert 4.5 < time.monotonic() - began < 7


@pytest.mark.parametrize(
    "first",
    [
        {"type": "ping"},
        {"type": "command", "id": "1", "op": "client.create", "data": {"name": "Acme"}},
        {"type": "auth", "token": "x"},
        {"type": "presence", "state": {}},
        {"type": "welcome"},
        {"type": "hello", "token": 7},
        {"type": "hello", "token": "x", "since": "yesterday"},
        {"type": "hello", "token": "x", "since": -1},
        {"hello": True},
        "hello",
        "[]",
        "null",
        "",
        b"\x00\x01",
    ],
    ids=str,
)
async def test_whoever_does_not_say_hello_first_is_closed_with_4400(desk: Desk, first) -> None:
    board = await desk.connect()

    await board.say(first)

    assert await board.closed() == 4400
    if first != {"type": "ping"}:
        assert (await last_problem(board))["status"] in (400, 422)


async def last_problem(board: Board):
    problem = [frame["problem"] for frame in board.frames if frame["type"] == "error"][-1]
    return check_problem(problem, problem["status"])


async def test_a_bad_token_is_closed_with_4401(desk: Desk) -> None:
    ana, sid = desk.person.id, desk.person.session_id
    for token in (
        None,
        "",
        "rubbish",
        "cfp_rubbish",
        forged_token(ana, sid=sid, expires_in_s=-60),
        forged_token(ana, sid=sid, key="another secret, just as long as the right one"),
        forged_token(ana, sid=sid, key=None, algorithm="none"),
        forged_token(ana),
        forged_token("nobody", sid=sid),
    ):
        refusal = await refusal_of(desk, token)
        assert refusal.code == 4401, token
        check_problem(refusal.errors[0], 401)


async def test_a_stranger_is_closed_with_4403(server: Instance, desk: Desk) -> None:
    stranger = await server.sign_up("Stranger")

    refusal = await refusal_of(desk, stranger.token)

    assert refusal.code == 4403


@pytest.mark.parametrize("workspace_id", ["nowhere", "0" * 32, "%00", "%ED%A0%80", "x" * 3000])
async def test_a_workspace_that_is_not_there_is_closed_with_4404(
    desk: Desk, workspace_id: str
) -> None:
    refusal = await refusal_of(desk.person.desk(workspace_id), desk.person.token)

    assert refusal.code == 4404


async def test_no_token_stands_in_a_url(server: Instance, desk: Desk) -> None:
    url = f"{desk.workspace_id}?token={desk.person.token}&access_token={desk.person.token}"
    board = await server.connect(url)

    with pytest.raises(NotWelcome) as refusal:
        await board.hello(None)
    assert refusal.value.code == 4401


async def test_commands_may_follow_hello_without_waiting(desk: Desk) -> None:
    board = await desk.connect()

    await board.say({"type": "hello", "token": desk.person.token})
    ids = [await board.post("client.create", data={"name": f"Client {n}"}) for n in range(20)]

    for command_id in ids:
        assert (await board.answer(command_id)).status == 200
    assert board.welcome is not None
    assert [change["command_id"] for change in await board.changes_up_to(20)] == ids


# Where a page may come from


async def test_a_page_of_another_site_is_refused_at_the_handshake(desk: Desk) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1"):
        with pytest.raises(InvalidStatus) as refusal:
            await desk.connect(origin=origin)
        assert refusal.value.response.status_code == 403, origin


async def test_the_apps_own_page_is_let_in(server: Instance, desk: Desk) -> None:
    board = await desk.connect(origin=server.process.base_url)

    assert await board.hello(desk.person.token)
