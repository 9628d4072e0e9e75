"""`clientflow` at a real server: as a person types it, and as a script reads it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.drivers import Desk, Instance
from tests.drivers.person import PASSWORD
from tests.integration.client.terminal import Said, type_in
from tests.services import ROOT, ServerProcess


class Terminal:
    """Types commands at a desk, with an environment of its own."""

    def __init__(self, desk: Desk, home: Path) -> None:
        self.desk = desk
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "XDG_CONFIG_HOME": str(home),
            "CLIENTFLOW_URL": desk.person.instance.process.base_url,
            "CLIENTFLOW_TOKEN": desk.person.token,
            "CLIENTFLOW_WORKSPACE": desk.workspace_id,
            "NO_PROXY": "127.0.0.1",
        }

    async def __call__(self, *arguments: str, stdin: str = "", code: int = 0) -> Said:
        """Type one command; its exit code must be `code`."""
        return await type_in(self.environment, *arguments, stdin=stdin, code=code)

    @contextlib.asynccontextmanager
    async def start(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "clientflow",
            *arguments,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@pytest.fixture
def typing(lone_desk: Desk, tmp_path: Path) -> Terminal:
    return Terminal(lone_desk, tmp_path)


async def line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    if not line:
        assert process.stderr is not None
        pytest.fail((await process.stderr.read()).decode())
    return line.decode()


async def test_a_client_is_added_changed_moved_and_brought_back(typing: Terminal) -> None:
    fields = ("--value", "12500.00 EUR", "--custom", "bikes=40", "--next-action", "2026-02-01")
    adding = ("clients", "add", "Nordlys", *fields, "--key", "once", "--json")
    made = (await typing(*adding)).value
    assert made["value"] == {"amount": 1_250_000, "currency": "EUR"}
    assert (await typing(*adding)).value["id"] == made["id"]
    id_ = made["id"]
    assert "12,500.00 EUR" in (await typing("clients", "show", id_)).out
    await typing("clients", "move", id_, "won", "--if-version", "1")
    options = ("--clear", "value", "--company", "N", "--json")
    changed = (await typing("clients", "update", id_, *options)).value
    assert (changed["stage"], changed["value"], changed["company"]) == ("won", None, "N")
    await typing("clients", "comment", id_, "Called.")
    assert "Called." in (await typing("clients", "comments", id_)).out
    await typing("clients", "delete", id_)
    gone = await typing("clients", "show", id_, code=4)
    assert "clientflow clients list" in gone.err
    await typing("clients", "restore", id_)
    assert "stage: lead → won" in (await typing("clients", "history", id_)).out
    stale = await typing("clients", "move", id_, "lost", "--if-version", "1", "--json", code=5)
    assert json.loads(stale.err)["problem"]["status"] == 412
    listed = await typing("clients", "list", "--stage", "won", "--json", "-n", "1")
    assert [client["id"] for client in listed.values] == [id_]
    assert "Nordlys" in (await typing("clients", "list", "-q", "nord")).out


async def test_logging_in_keeps_a_token_and_never_the_password(
    typing: Terminal, tmp_path: Path
) -> None:
    person = typing.desk.person
    del typing.environment["CLIENTFLOW_TOKEN"], typing.environment["CLIENTFLOW_WORKSPACE"]
    await typing("whoami", code=3)
    said = await typing("login", "--email", person.email, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert person.email in said.out
    file = tmp_path / "clientflow" / "login.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in file.read_text()
    del typing.environment["CLIENTFLOW_URL"]
    assert (await typing("whoami", "--json")).value["id"] == person.id
    assert (await typing("stages", "--json")).values[0]["key"] == "lead"
    other = (await typing("workspaces", "create", "North", "--json")).value
    assert "--workspace" in (await typing("stages", code=2)).err
    await typing("workspaces", "use", "North")
    assert (await typing("members", "list", "--json")).value["role"] == "owner"
    await typing("workspaces", "delete", "--yes")
    listed = await typing("workspaces", "list", "--json")
    assert other["id"] not in [workspace["id"] for workspace in listed.values]
    logged_out = await typing("logout")
    assert "tokens delete" in logged_out.out
    assert not file.exists()


async def test_tokens_invites_and_members_are_administered(
    typing: Terminal, over_sqlite: Instance
) -> None:
    person = typing.desk.person
    signed = ("--email", person.email, "--password-stdin")
    secret = await typing("tokens", "create", "ci", "--scope", "read", *signed, stdin=PASSWORD)
    assert secret.out.startswith("cfp_")
    (listed,) = (await typing("tokens", "list", *signed, "--json", stdin=PASSWORD)).values
    assert (listed["name"], listed["scopes"]) == ("ci", ["read"])
    await typing("tokens", "delete", listed["id"], *signed, stdin=PASSWORD)
    wrong = await typing("tokens", "list", *signed, stdin="not this one", code=3)
    assert "Email or password is wrong" in wrong.err

    invite = (await typing("invites", "create", "viewer", "--json")).value
    ben = await over_sqlite.sign_up("Ben")
    theirs = Terminal(typing.desk.of(ben), Path(typing.environment["XDG_CONFIG_HOME"]))
    assert "viewer" in (await theirs("join", invite["url"])).out
    assert "role" in (await theirs("clients", "add", "No", code=3)).err
    await typing("members", "set-role", ben.id, "editor")
    assert "editor" in (await typing("members", "list")).out
    await typing("members", "remove", ben.id)
    spare = (await typing("invites", "create", "editor", "--json")).value
    await typing("invites", "delete", spare["id"])
    assert "viewer" in (await typing("invites", "list")).out


async def test_a_file_comes_in_and_goes_out(typing: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "fair.csv"
    file.write_text("Nome;Correio\nPadaria Aurora;oi@aurora.example\nKestrel;no address\n")
    trial = await typing("import", str(file), "--map", "Correio=email", "--dry-run", code=1)
    assert "2 rows, 1 would fail" in trial.out
    assert "Correio → email" in trial.out
    report = await typing("import", str(file), "--map", "Correio=email", "--json", code=1)
    assert (report.value["created"], report.value["failed"]) == (1, 1)
    assert "row 3: email" in trial.err
    ignored = await typing("import", str(file), "--ignore", "Correio")
    assert "2 rows, 2 created" in ignored.out
    assert "Padaria Aurora" in (await typing("export")).out
    target = tmp_path / "out.csv"
    await typing("export", "-o", str(target))
    assert "Padaria Aurora" in target.read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["fair.csv", "out.csv"]
    await typing("import", str(tmp_path / "nowhere.csv"), code=2)


async def test_the_assistant_s_reply_is_streamed(typing: Terminal) -> None:
    made = await typing.desk.create_client("Nordlys")
    said = await typing("ask", "Move", "Nordlys", "to", "won")
    assert "[open] Nordlys: stage: won" in said.out
    assert "--apply" in said.err
    events = (await typing("ask", "Move Nordlys to lost", "--apply", "--json")).values
    assert "".join(event["text"] for event in events if "text" in event).startswith("I propose")
    assert [event["proposal"]["status"] for event in events if "proposal" in event] == ["applied"]
    assert events[-1]["message"]["status"] == "done"
    assert (await typing.desk.client(made))["stage"] == "lost"


async def test_watch_prints_each_change_and_ctrl_c_ends_it(typing: Terminal) -> None:
    async with typing.start("watch", "--json", "--since", "0") as watching:
        made = await typing.desk.create_client("Acme")
        first = json.loads(await line_of(watching))
        assert (first["seq"], first["id"], first["op"]) == (1, made["id"], "created")
        await typing.desk.update_client(made, stage="won")
        assert json.loads(await line_of(watching))["data"]["stage"] == "won"
        watching.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(watching.wait(), 10) == 130
        assert watching.stderr is not None
        assert b"Traceback" not in await watching.stderr.read()
    said = await typing("watch", "--since", "0", "--count", "2")
    assert [line.split()[1] for line in said.out.splitlines()] == ["#1", "#2"]
    assert "client updated Acme stage='won'" in said.out


async def test_watch_goes_on_after_a_restart_of_the_server(
    own_desk: Desk, own_process: ServerProcess, tmp_path: Path
) -> None:
    typing = Terminal(own_desk, tmp_path)
    async with typing.start("watch", "--json", "--since", "0") as watching:
        await own_desk.create_client("Before")
        assert json.loads(await line_of(watching))["seq"] == 1
        await asyncio.to_thread(own_process.restart)
        await own_desk.create_client("After")
        assert json.loads(await line_of(watching))["data"]["name"] == "After"


async def test_a_reader_that_has_enough_ends_it_quietly(typing: Terminal) -> None:
    await typing.desk.create_clients(200)
    async with typing.start("watch", "--json", "--since", "0") as watching:
        await line_of(watching)
        assert watching.stdout is not None
        watching.stdout._transport.close()  # type: ignore[attr-defined]
        assert watching.stderr is not None
        said = await asyncio.wait_for(watching.stderr.read(), 20)
        assert (await watching.wait(), b"Traceback" in said) == (141, False)
