"""What is waited for is waited for in bounds: locks, connections, the database's opening."""

import asyncio
import time
from pathlib import Path

import pytest

from storage import Storage, errors
from tests.integration.storage.board import Board, a_client, log, outsider_holding
from tests.services import free_port

QUICK_S = 6.0


async def test_a_lock_that_is_held_too_long_makes_a_writer_unavailable_and_lets_readers_be(
    board: Board,
) -> None:
    impatient = Storage(board.storage.url, lock_timeout_s=0.2)
    await impatient.open()

    async with outsider_holding(board):
        started = time.monotonic()
        with pytest.raises(errors.Unavailable):
            await board.create(a_client(), through=impatient)
        assert time.monotonic() - started < QUICK_S
        assert await impatient.workspaces.head(board.id) == 0

    await board.create(a_client(), through=impatient)
    await impatient.close()


async def test_a_pool_with_no_connection_free_is_unavailable_until_one_is(board: Board) -> None:
    # SQLite has more connections than one, but one writer.
    small = Storage(board.storage.url, pool_max=1, acquire_timeout_s=0.2, lock_timeout_s=0.2)
    await small.open()
    entered, leave = asyncio.Event(), asyncio.Event()

    async def keep_a_connection() -> None:
        async with small.transaction():
            await small.workspaces.head(board.id)
            entered.set()
            await leave.wait()

    holder = asyncio.create_task(keep_a_connection())
    await entered.wait()
    with pytest.raises(errors.Unavailable):
        await small.workspaces.rename(board.id, "Late")
    leave.set()
    await holder

    assert await small.workspaces.rename(board.id, "In time")
    await small.close()


@pytest.mark.parametrize(
    "url", ["postgresql://clientflow@127.0.0.1:{port}/crm", "sqlite:///{folder}/none/crm.db"]
)
async def test_a_database_that_is_not_there_cannot_be_opened_yet(url: str, tmp_path: Path) -> None:
    storage = Storage(url.format(port=free_port(), folder=tmp_path))

    with pytest.raises(errors.Unavailable):
        await storage.open()
    with pytest.raises(errors.Unavailable):
        await storage.ping()
    await storage.close()


async def test_a_file_that_is_no_database_is_no_outage(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    path.write_text("This is not a database, and it is long enough to be seen not to be one." * 9)
    storage = Storage(f"sqlite:///{path}")

    with pytest.raises(errors.StorageError) as refused:
        await storage.open()

    assert not isinstance(refused.value, errors.Unavailable)


async def test_a_closed_storage_is_unavailable_and_may_be_opened_again(board: Board) -> None:
    await board.storage.close()
    with pytest.raises(errors.Unavailable):
        await board.storage.ping()
    with pytest.raises(errors.Unavailable):
        await board.create(a_client())

    await board.storage.open()
    await board.create(a_client())


async def test_closing_waits_for_a_write_in_progress(board: Board) -> None:
    entered = asyncio.Event()

    async def write() -> None:
        async with board.storage.write(board.id) as write:
            client = a_client()
            await board.storage.clients.add(board.id, client)
            entered.set()
            await asyncio.sleep(0)
            log(write, client.id)

    writer = asyncio.create_task(write())
    await entered.wait()
    await board.storage.close()
    await writer

    await board.storage.open()
    assert await board.is_without_holes_up_to(1)
