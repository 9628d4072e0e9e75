"""docs/webhooks.md: its programs verify what a server really sends, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from server.webhooks.events import OPS_OF_ENTITY
from server.webhooks.messages import Payload
from server.webhooks.signing import new_key, secret_of, signed_headers
from tests.drivers import Instance
from tests.integration.docs.shell import run, script, walk_through
from tests.services import ServerProcess, eventually, free_port
from tests.unit.docs.markdown import Page, code_in

PAGE = Page("docs/webhooks.md")
PROGRAMS = {
    "python receiver": ([sys.executable], "receiver.py"),
    "js receiver": (["node"], "receiver.mjs"),
}


@contextlib.asynccontextmanager
async def receiver(
    kind: str, folder: Path, port: int, secret: str
) -> AsyncIterator[asyncio.StreamReader]:
    """The page's program; gives what it prints."""
    interpreter, name = PROGRAMS[kind]
    (block,) = PAGE.blocks(kind)
    (folder / name).write_text(block.text)
    process = await asyncio.create_subprocess_exec(
        *interpreter,
        str(folder / name),
        env={"PATH": os.environ["PATH"], "PORT": str(port), "WEBHOOK_SECRET": secret},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        await eventually(lambda: listens(port))
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.mark.parametrize("kind", PROGRAMS)
async def test_the_receiver_verifies_what_a_server_sends(kind: str, tmp_path: Path) -> None:
    port = free_port()
    database = f"sqlite:///{tmp_path / 'clientflow.db'}"
    settings = {"WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with ServerProcess(database, settings=settings) as process:
        async with Instance(process) as instance:
            desk = await (await instance.sign_up("Ana")).new_workspace()
            draft = {"url": f"http://127.0.0.1:{port}/hooks", "events": ["client.*"]}
            secret = (await desk.post("/webhooks", draft)).json()["secret"]
            async with receiver(kind, tmp_path, port, secret) as printed:
                client = await desk.create_client("Acme")
                line = await asyncio.wait_for(printed.readline(), 20)

    assert line.decode() == f"client.created {client['id']}\n"


@pytest.mark.parametrize("kind", PROGRAMS)
async def test_the_receiver_refuses_what_is_forged_or_old_and_knows_what_it_has_seen(
    kind: str, tmp_path: Path
) -> None:
    port, key, now = free_port(), new_key(), int(time.time())
    body = b'{"type":"client.created","data":{"id":"c1"}}'
    true = signed_headers([new_key(), key], "msg_1", now, body)
    other = signed_headers([key], "msg_2", now, body)
    forged = [
        (true, body + b" "),
        (true | {"webhook-id": "msg_3"}, body),
        (signed_headers([new_key()], "msg_1", now, body), body),
        (signed_headers([key], "msg_1", now - 3_600, body), body),
        (true | {"webhook-signature": "v1,short v2"}, body),
    ]
    async with (
        receiver(kind, tmp_path, port, secret_of(key)) as printed,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as sender,
    ):
        refused = [await sender.post("/", content=text, headers=head) for head, text in forged]
        taken = [await sender.post("/", content=body, headers=head) for head in (true, true, other)]
        lines = [await asyncio.wait_for(printed.readline(), 20) for _ in range(2)]

    assert [answer.status_code for answer in refused] == [400] * len(forged)
    assert [answer.status_code for answer in taken] == [204, 204, 204]
    assert lines == [b"client.created c1\n", b"client.created c1\n"]


async def test_a_webhook_is_set_up_as_printed(server: ServerProcess, tmp_path: Path) -> None:
    *_, hook = await run(server, "bash", script(walk_through(), PAGE), tmp_path)
    assert hook["secret"].startswith("whsec_")
    assert hook["events"] == ["client.*", "comment.created"]


def test_the_payload_shown_is_one() -> None:
    (shown,) = (value for block in PAGE.blocks("json webhook payload") for value in block.values())
    assert list(shown) == list(Payload.__struct_fields__)
    assert msgspec.json.decode(msgspec.json.encode(shown), type=Payload)
    assert shown["type"] == f"{shown['data']['entity']}.{shown['data']['op']}"


def test_the_events_are_those_that_can_be_asked_for() -> None:
    rows = PAGE.table("Entity", "Operations")
    documented = {code_in(row["Entity"])[0]: tuple(code_in(row["Operations"])) for row in rows}
    assert documented == OPS_OF_ENTITY
