"""docs/getting-started.md, client.md and cli.md: what they print works as printed, against a real server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.docs.shell import at
from tests.services import ROOT, ServerProcess, eventually
from tests.unit.docs.markdown import Page

START = Page("docs/getting-started.md")
CLIENT = Page("docs/client.md")
CLI = Page("docs/cli.md")
FOLLOWERS = {
    "python": ("python follow.py", [sys.executable, "follow.py"]),
    # As Node.js 20 has it; later ones need no option.
    "node": ("js follow.mjs", ["node", "--experimental-websocket", "--no-warnings", "follow.mjs"]),
    "curl": ("sh follow.sh", ["sh", "follow.sh"]),
}


class Newcomer:
    """A home and a shell in which `clientflow` is installed."""

    def __init__(self, server: ServerProcess, home: Path) -> None:
        self.server = server
        self.home = home
        command = home / "bin" / "clientflow"
        command.parent.mkdir()
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -m clientflow "$@"\n')
        command.chmod(0o755)
        self.environment = {
            **server.settings,
            "PATH": f"{command.parent}:{os.environ['PATH']}",
            "HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "NO_PROXY": "127.0.0.1",
        }

    async def run(self, *command: str) -> str:
        """What it prints. It must end well, within the time that a test has."""
        async with self.start(*command) as process:
            out, err = await asyncio.wait_for(process.communicate(), 50)
        assert process.returncode == 0, (out + err).decode()
        return out.decode()

    async def types(self, *texts: str) -> str:
        """What a shell prints; its variables are kept for the next."""
        kept = self.home / "variables"
        text = "".join(at(self.server, each) for each in texts)
        return await self.run("sh", "-ec", f"test -f {kept} && . {kept}\n{text}\nexport -p >{kept}")

    @contextlib.asynccontextmanager
    async def start(self, *command: str) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.home,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    def save(self, page: Page, kind: str) -> str:
        """Save the one block of a kind as the file that stands behind its fence."""
        (block,) = page.blocks(kind)
        (self.home / block.kind.split()[-1]).write_text(block.text)
        return block.text


@pytest.fixture
async def newcomer(server: ServerProcess, tmp_path: Path) -> Newcomer:
    """Who has typed the first page, up to the scripts."""
    typing = Newcomer(server, tmp_path)
    out = await typing.types(*(block.text for block in START.blocks("sh") if block.kind == "sh"))
    assert "Logged in" in out
    assert re.search(r"Nordlys Cycles +lead +12,500\.00 EUR", out)
    assert "Nordlys Cycles" in out.partition("proposal")[2]
    return typing


async def line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 25)
    if not line:
        assert process.stderr is not None
        pytest.fail((await process.stderr.read()).decode())
    return line.decode()


@contextlib.asynccontextmanager
async def hanging_up(port: int) -> AsyncIterator[set[str]]:
    """Whoever comes to this port is sent away; which of the followers have come, by what they call themselves."""
    knocked: set[str] = set()

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().casefold()
            (agent,) = re.findall(r"^user-agent: (\w+)", head, re.MULTILINE)
            knocked.add("python" if agent == "clientflow" else agent)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", port):
        yield knocked


async def test_three_scripts_of_ten_lines_or_so_follow_the_board_live(newcomer: Newcomer) -> None:
    async with contextlib.AsyncExitStack() as stack:
        following = {}
        variables = f". {newcomer.home}/variables && exec "
        for name, (kind, command) in FOLLOWERS.items():
            assert len(newcomer.save(START, kind).strip().splitlines()) <= 13
            shell = ("sh", "-c", f'{variables}"$@"', "follow", *command)
            following[name] = await stack.enter_async_context(newcomer.start(*shell))
        for name, process in following.items():
            past = [await line_of(process)]
            if name != "curl":
                past.append(await line_of(process))
            assert "Nordlys Cycles" in past[0]
            assert "updated" in past[-1]
        await newcomer.types('clientflow clients add "Padaria Aurora" >made')
        for process in following.values():
            live = await line_of(process)
            assert "created" in live
            assert "Padaria Aurora" in live
        await asyncio.to_thread(newcomer.server.stop)
        async with hanging_up(newcomer.server.port) as knocked:
            await eventually(lambda: len(knocked) == len(FOLLOWERS), timeout=30)
        await asyncio.to_thread(newcomer.server.start)
        await newcomer.types('clientflow clients add "Kestrel Analytics" >made')
        for process in following.values():
            while "Kestrel Analytics" not in (line := await line_of(process)):
                assert line.startswith(
                    '{"changes":[]'
                )  # a poll, sent away by the server that stopped


async def test_the_client_s_page_is_one_script_that_runs(newcomer: Newcomer) -> None:
    variables = (
        'token=$(sed -E \'s/.*"token": *"([^"]+)".*/\\1/;t;d\' .config/clientflow/login.json)\n'
        "export CLIENTFLOW_TOKEN=$token CLIENTFLOW_WORKSPACE=$WORKSPACE\n"
    )
    blocks = CLIENT.blocks("python")
    plain = "".join(block.text for block in blocks if block.kind == "python")
    (newcomer.home / "page.py").write_text(plain)
    (asynchronous,) = CLIENT.blocks("python async")
    (newcomer.home / "async.py").write_text(asynchronous.text)
    out = await newcomer.types(variables, f"{sys.executable} -W error page.py\n")
    assert "Lumen Studio Money(amount=1250000, currency='EUR')" in out
    assert "I propose" in out
    assert "1 of 1\n1 0 []" in out
    assert "There is no such client in this workspace. 404" in out
    assert (newcomer.home / "clients.csv").read_text().count("Padaria Aurora") == 1
    out = await newcomer.types(variables, f"{sys.executable} -W error async.py\n")
    assert out.startswith("1 ")
    assert "clients on the board" in out


async def test_the_command_line_s_page_works_as_printed(newcomer: Newcomer) -> None:
    (shown,) = (block.text for block in CLI.blocks("sh") if block.kind == "sh")
    out = await newcomer.types(shown)
    assert '"name":"Padaria Aurora"' not in out
    assert [line.split()[1] for line in out.splitlines() if re.search(r" #\d ", line)] == [
        "#1",
        "#2",
    ]
    assert "2 rows, 0 would fail" in out
    (operator,) = CLI.blocks("sh operator")
    said = await newcomer.types(operator.text)
    assert "checked" in said
    assert (newcomer.home / "clientflow-copy.db").stat().st_size > 0


async def test_an_error_in_json_has_the_fields_that_the_page_names(newcomer: Newcomer) -> None:
    async with newcomer.start("clientflow", "clients", "show", "nobody", "--json") as process:
        _, err = await asyncio.wait_for(process.communicate(), 25)
    assert process.returncode != 0
    (named,) = re.findall(r"it is `\{(.+?)\}`", CLI.text)
    assert list(json.loads(err)) == [name.strip('" ') for name in named.split(",")]
