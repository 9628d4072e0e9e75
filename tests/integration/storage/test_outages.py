"""When PostgreSQL stops, falls silent or cuts us off: a quick Unavailable, and then all is well."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from storage import Storage, Write, errors
from storage.migrate import upgrade
from tests.integration.storage.board import (
    Board,
    a_client,
    board_of,
    log,
    outsider_holding,
)
from tests.integration.storage.link import Link
from tests.services import PostgresServer, eventually

QUICK_S = 6.0
AT_ONCE_S = 2.0
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'clientflow'"


@pytest.fixture(scope="module")
def frail_server() -> Iterator[PostgresServer]:
    """A PostgreSQL that these tests may stop."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
async def frail_board(frail_server: PostgresServer) -> AsyncIterator[Board]:
    url = frail_server.create_database()
    await upgrade(url)
    storage = Storage(url, pool_max=3, acquire_timeout_s=1, statement_timeout_s=2)
    await storage.open()
    yield await board_of(storage)
    await storage.close()


async def is_unavailable(board: Board) -> bool:
    """Whether reading and writing both say so, and soon."""
    started = time.monotonic()
    with pytest.raises(errors.Unavailable):
        await board.storage.ping()
    with pytest.raises(errors.Unavailable):
        await board.create(a_client())
    return time.monotonic() - started < QUICK_S


async def works_again(board: Board) -> bool:
    try:
        await board.create(a_client())
    except errors.Unavailable:
        return False
    return True


@pytest.mark.fault
@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_a_stopped_postgres_is_unavailable_and_used_again_when_it_is_back(
    frail_server: PostgresServer, frail_board: Board, end: str
) -> None:
    await asyncio.gather(*(frail_board.create(a_client()) for _ in range(5)))

    await asyncio.to_thread(getattr(frail_server, end))
    assert await is_unavailable(frail_board)
    await asyncio.to_thread(frail_server.start)

    await eventually(lambda: works_again(frail_board))
    # A commit that was asked for when the server died is either in the log or not, as a whole.
    seqs = await frail_board.log_seqs()
    assert await frail_board.is_without_holes_up_to(len(seqs))


@pytest.mark.fault
async def test_postgres_stopped_in_the_middle_of_writes_loses_nothing_acknowledged(
    frail_server: PostgresServer, frail_board: Board
) -> None:
    acknowledged: set[int] = set()
    stopping = asyncio.Event()

    async def write_until_it_fails() -> None:
        with contextlib.suppress(errors.Unavailable):
            while True:
                acknowledged.add((await frail_board.create(a_client())).seq)
                if len(acknowledged) > 20:
                    stopping.set()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(6):
            tasks.create_task(write_until_it_fails())
        await stopping.wait()
        await asyncio.to_thread(frail_server.stop)
    await asyncio.to_thread(frail_server.start)

    await eventually(lambda: works_again(frail_board))
    seqs = await frail_board.log_seqs()
    assert acknowledged <= set(seqs)
    assert await frail_board.is_without_holes_up_to(len(seqs))


@pytest.mark.fault
async def test_a_transaction_whose_connection_is_cut_is_undone_and_the_next_works(
    frail_server: PostgresServer, frail_board: Board
) -> None:
    async def be_cut() -> None:
        async with frail_board.storage.write(frail_board.id) as write:
            client = a_client()
            await frail_board.storage.clients.add(frail_board.id, client)
            await asyncio.to_thread(frail_server.execute, CUT)
            log(write, client.id)

    with pytest.raises(errors.Unavailable):
        await be_cut()

    await eventually(lambda: works_again(frail_board))
    assert await frail_board.is_without_holes_up_to(1)


@pytest.mark.fault
async def test_a_caller_that_swallows_the_outage_cannot_commit_half(
    frail_server: PostgresServer, frail_board: Board
) -> None:
    async def be_cut(write: Write) -> None:
        async with write.savepoint():
            await asyncio.to_thread(frail_server.execute, CUT)
            log(write, "client-1")

    async def swallow() -> None:
        async with frail_board.storage.write(frail_board.id) as write:
            with pytest.raises(errors.Unavailable):
                await be_cut(write)

    with pytest.raises(errors.StorageError):
        await swallow()

    await eventually(lambda: works_again(frail_board))
    assert await frail_board.is_without_holes_up_to(1)


@pytest.mark.fault
async def test_a_postgres_that_falls_silent_is_unavailable_in_time_and_used_again_after(
    frail_server: PostgresServer,
) -> None:
    url = frail_server.create_database()
    await upgrade(url)
    async with Link(frail_server.port) as link:
        storage = Storage(
            url.replace(f":{frail_server.port}/", f":{link.port}/"),
            pool_max=2,
            acquire_timeout_s=0.5,
            statement_timeout_s=0.5,
        )
        await storage.open()
        board = await board_of(storage)

        link.fall_silent()
        started = time.monotonic()
        answers = await asyncio.gather(
            *(board.create(a_client()) for _ in range(4)), return_exceptions=True
        )
        assert {type(answer) for answer in answers} == {errors.Unavailable}
        with pytest.raises(errors.Unavailable):
            await storage.ping()
        # A statement has its own limit and a second of grace, a connection its own.
        assert time.monotonic() - started < QUICK_S
        link.speak_again()

        await eventually(lambda: works_again(board))
        seqs = await board.log_seqs()
        assert await board.is_without_holes_up_to(len(seqs))
        await storage.close()


async def test_a_writer_cancelled_on_a_silent_postgres_ends_at_once(
    frail_server: PostgresServer,
) -> None:
    url = frail_server.create_database()
    await upgrade(url)
    async with Link(frail_server.port) as link:
        storage = Storage(
            url.replace(f":{frail_server.port}/", f":{link.port}/"),
            pool_max=1,
            statement_timeout_s=10,
        )
        await storage.open()
        board = await board_of(storage)

        async def write_in_silence() -> None:
            async with asyncio.timeout(0.1), storage.write(board.id) as write:
                link.fall_silent()
                log(write, "client-1")

        started = time.monotonic()
        with pytest.raises(TimeoutError):
            await write_in_silence()
        assert time.monotonic() - started < AT_ONCE_S
        link.speak_again()

        await eventually(lambda: works_again(board))
        assert await board.is_without_holes_up_to(1)
        await storage.close()


async def test_a_statement_that_takes_too_long_is_unavailable(
    frail_server: PostgresServer, frail_board: Board
) -> None:
    hasty = Storage(frail_board.storage.url, statement_timeout_s=0.2, lock_timeout_s=5)
    await hasty.open()

    async with outsider_holding(frail_board):
        with pytest.raises(errors.Unavailable):
            await frail_board.create(a_client(), through=hasty)

    await frail_board.create(a_client(), through=hasty)
    await hasty.close()


async def test_a_wrong_name_of_a_database_is_no_outage(frail_server: PostgresServer) -> None:
    storage = Storage(frail_server.url("nowhere"))

    with pytest.raises(errors.StorageError) as refused:
        await storage.open()

    assert not isinstance(refused.value, errors.Unavailable)
