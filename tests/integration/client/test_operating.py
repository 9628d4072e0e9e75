"""The operator's commands: accounts and backups, beside a server that runs."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest

from clientflow import AsyncClientFlow, Unauthorized
from server.backup import BackupFailed, back_up
from tests.drivers import Desk
from tests.integration.client.terminal import Said, type_in
from tests.services import ServerProcess, eventually

PASSWORD = "correct horse battery staple"


async def operate(process: ServerProcess, *arguments: str, stdin: str = "", code: int = 0) -> Said:
    """With the settings of a server."""
    return await type_in(process.environment(), *arguments, stdin=stdin, code=code)


async def test_accounts_are_administered_beside_the_running_server(
    own_desk: Desk, own_process: ServerProcess
) -> None:
    made = await operate(
        own_process,
        *("users", "add", "eva@example.com", "Eva", "--password-stdin", "--json"),
        stdin=f"{PASSWORD}\n",
    )
    async with (
        AsyncClientFlow(own_process.base_url, trust_env=False) as flow,
        AsyncClientFlow(own_process.base_url, trust_env=False) as new,
    ):
        user = await flow.sign_in("eva@example.com", PASSWORD)
        assert user.id == made.value["id"]
        await operate(
            own_process,
            *("users", "set-password", "eva@example.com", "--password-stdin"),
            stdin="another password\n",
        )
        with pytest.raises(Unauthorized):
            await new.sign_in("eva@example.com", PASSWORD)
        await new.sign_in("eva@example.com", "another password")
        token = await new.create_token("script")

        async def refused() -> bool:
            url = own_process.base_url
            async with AsyncClientFlow(url, token=token.token, trust_env=False) as script:
                with contextlib.suppress(Unauthorized):
                    await script.me()
                    return False
            return True

        assert not await refused()
        await operate(own_process, "users", "disable", "eva@example.com")
        await eventually(refused)
        with pytest.raises(Unauthorized):
            await new.sign_in("eva@example.com", "another password")
    listed = await operate(own_process, "users", "list")
    assert "eva@example.com" in listed.out


async def test_what_is_wrong_is_said_with_its_exit_code(own_process: ServerProcess) -> None:
    said = await operate(own_process, "users", "disable", "nobody@example.com", code=4)
    assert "Nobody has an account" in said.err
    short = ("users", "add", "x@example.com", "X", "--password-stdin")
    said = await operate(own_process, *short, stdin="short\n", code=2)
    assert "password: Must have at least" in said.err


async def test_a_backup_under_writes_is_one_moment_of_the_database(
    own_desk: Desk, own_process: ServerProcess, tmp_path: Path
) -> None:
    await own_desk.create_clients(1_500, notes="x" * 500)
    done = asyncio.Event()

    async def writing() -> int:
        count = 0
        while not done.is_set():
            await own_desk.create_client(f"Meanwhile {count}")
            count += 1
        return count

    writer = asyncio.create_task(writing())
    copy = tmp_path / "copy.db"
    said = await operate(own_process, "backup", str(copy), "--json")
    done.set()
    assert await writer > 0
    assert said.value["bytes"] == copy.stat().st_size
    assert [each.name for each in tmp_path.iterdir()] == ["copy.db"]

    with ServerProcess(f"sqlite:///{copy}") as restored:
        async with AsyncClientFlow(
            restored.base_url, token=own_desk.person.token, trust_env=False
        ) as flow:
            workspace = flow.workspace(own_desk.workspace_id)
            board = await workspace.board()
            since, seqs = 0, []
            while since < board.seq:
                page = await workspace.changes(since)
                seqs += [change.seq for change in page.changes]
                since = seqs[-1]
    assert seqs == list(range(1, board.seq + 1))
    assert len(board.clients) == board.seq >= 1_500


def test_a_backup_never_takes_the_place_of_a_file_and_says_what_else_to_do(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "flow.db")) as database:
        database.execute("CREATE TABLE t (x)")
    url = f"sqlite:///{tmp_path / 'flow.db'}"
    target = tmp_path / "copy.db"
    back_up(url, target, lambda done, total: None)
    with pytest.raises(BackupFailed, match="there already"):
        back_up(url, target, lambda done, total: None)
    with pytest.raises(BackupFailed, match="pg_dump"):
        back_up("postgresql://u:secret@h/d", tmp_path / "x.db", lambda done, total: None)
    with pytest.raises(BackupFailed, match="DATABASE_URL"):
        back_up("sqlite:////nowhere/at/all.db", tmp_path / "x.db", lambda done, total: None)


async def test_healthcheck_tells_an_orchestrator(own_process: ServerProcess) -> None:
    await operate(own_process, "healthcheck")
    await operate(own_process, "healthcheck", "--ready")
    said = await operate(own_process, "healthcheck", "--port", "9", code=1)
    assert "gives no answer" in said.err
