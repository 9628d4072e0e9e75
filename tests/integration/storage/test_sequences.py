"""The change log's numbers: 1, 2, 3 … in every workspace, whoever writes and whatever fails."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from storage import Storage, Write, errors
from tests.integration.storage.board import (
    Board,
    a_client,
    board_of,
    log,
    outsider_holding,
)
from tests.services import eventually

WRITERS = 50


class Mishap(Exception):
    pass


async def test_fifty_concurrent_writers_make_a_log_without_holes(board: Board) -> None:
    changes = await asyncio.gather(*(board.create(a_client()) for _ in range(WRITERS)))

    assert sorted(change.seq for change in changes) == list(range(1, WRITERS + 1))
    assert await board.is_without_holes_up_to(WRITERS)


async def test_writers_that_fail_leave_no_hole_among_fifty(board: Board) -> None:
    async def write(number: int) -> bool:
        try:
            async with board.storage.write(board.id) as write:
                client = a_client()
                await board.storage.clients.add(board.id, client)
                log(write, client.id)
                if number % 3 == 0:
                    raise Mishap
        except Mishap:
            return False
        return True

    done = await asyncio.gather(*(write(number) for number in range(WRITERS)))

    assert await board.is_without_holes_up_to(done.count(True))


async def test_two_instances_writing_at_once_make_one_log_without_holes(
    board: Board, second_storage: Storage
) -> None:
    instances = (board.storage, second_storage)
    await asyncio.gather(
        *(board.create(a_client(), through=instances[n % 2]) for n in range(WRITERS))
    )

    assert await board.is_without_holes_up_to(WRITERS)


async def test_each_workspace_counts_for_itself(storage: Storage) -> None:
    one, two = await board_of(storage, "workspace-1"), await board_of(storage, "workspace-2")

    await asyncio.gather(*(board.create(a_client()) for board in [one, two, two] * 5))

    assert await one.is_without_holes_up_to(5)
    assert await two.is_without_holes_up_to(10)
    assert await storage.workspaces.heads(["workspace-1", "workspace-2", "nowhere"]) == {
        "workspace-1": 5,
        "workspace-2": 10,
    }


async def test_a_write_may_append_several_changes(board: Board) -> None:
    await board.create(a_client())

    async with board.storage.write(board.id) as write:
        assert write.seq == write.workspace.seq == 1
        changes = [log(write, "client-x", version=version) for version in (1, 2, 3)]
        assert write.seq == 4
        assert write.changes == changes

    assert [change.seq for change in changes] == [2, 3, 4]
    assert await board.storage.change_log.since(board.id, 1, 10) == changes
    assert await board.storage.workspaces.head(board.id) == 4


async def test_a_write_without_changes_leaves_the_sequence_alone(board: Board) -> None:
    async with board.storage.write(board.id):
        await board.storage.workspaces.rename(board.id, "Purchasing")

    workspace = await board.storage.workspaces.get(board.id)
    assert workspace is not None
    assert (workspace.name, workspace.seq) == ("Purchasing", 0)


async def test_a_savepoint_that_fails_gives_its_numbers_back(board: Board) -> None:
    kept, lost, last = a_client(), a_client(), a_client()

    async def fail(write: Write) -> None:
        async with write.savepoint():
            await board.storage.clients.add(board.id, lost)
            log(write, lost.id)
            log(write, lost.id)
            assert write.seq == 3
            raise Mishap

    async with board.storage.write(board.id) as write:
        await board.storage.clients.add(board.id, kept)
        log(write, kept.id)
        with pytest.raises(Mishap):
            await fail(write)
        assert write.seq == 1
        assert [change.id for change in write.changes] == [kept.id]
        async with write.savepoint():
            await board.storage.clients.add(board.id, last)
            assert (log(write, last.id)).seq == 2

    assert await board.is_without_holes_up_to(2)
    assert await board.storage.clients.get(board.id, lost.id) is None


async def test_a_statement_that_fails_in_a_savepoint_spoils_only_the_savepoint(
    board: Board,
) -> None:
    client = a_client()
    await board.create(client)

    async def repeat(write: Write) -> None:
        async with write.savepoint():
            log(write, client.id)
            await board.storage.clients.add(board.id, client)

    async with board.storage.write(board.id) as write:
        with pytest.raises(errors.Duplicate):
            await repeat(write)
        other = a_client()
        async with write.savepoint():
            await board.storage.clients.add(board.id, other)
            log(write, other.id)

    assert await board.is_without_holes_up_to(2)


async def test_savepoints_nest(board: Board) -> None:
    outer, inner = a_client(), a_client()

    async def fail(write: Write) -> None:
        async with write.savepoint():
            await board.storage.clients.add(board.id, inner)
            log(write, inner.id)
            raise Mishap

    async with board.storage.write(board.id) as write, write.savepoint():
        await board.storage.clients.add(board.id, outer)
        log(write, outer.id)
        with pytest.raises(Mishap):
            await fail(write)

    assert await board.is_without_holes_up_to(1)


async def test_there_is_no_writing_to_a_workspace_that_is_not_there(storage: Storage) -> None:
    with pytest.raises(errors.NoSuchWorkspace):
        await Board(storage, "nowhere").create(a_client())


async def test_a_write_cancelled_at_any_moment_is_done_or_undone_and_holds_nobody_up(
    board: Board, second_storage: Storage
) -> None:
    loop = asyncio.get_running_loop()
    for step in range(60):
        task = asyncio.create_task(board.create(a_client()))
        loop.call_later(step * 0.0001, task.cancel)
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None

    await board.create(a_client(), through=second_storage)
    await asyncio.gather(*(board.create(a_client()) for _ in range(20)))
    seqs = await board.log_seqs()
    assert await board.is_without_holes_up_to(len(seqs))
    assert len(seqs) > 20


async def test_a_writer_cancelled_while_it_waits_for_the_lock_leaves_it_free(
    board: Board, is_waiting_for_lock: Callable[[], Awaitable[bool]]
) -> None:
    async with outsider_holding(board):
        task = asyncio.create_task(board.create(a_client()))
        await eventually(is_waiting_for_lock)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    await asyncio.gather(*(board.create(a_client()) for _ in range(15)))
    assert await board.is_without_holes_up_to(15)


@pytest.fixture
def is_waiting_for_lock(
    board: Board, request: pytest.FixtureRequest
) -> Callable[[], Awaitable[bool]]:
    """Tells whether a writer has come to the lock that an outsider holds."""
    if board.storage.dialect == "postgresql":
        server = request.getfixturevalue("postgres_server")
        database = board.storage.url.rpartition("/")[2]
        waiting = (
            "SELECT count(*) FROM pg_stat_activity"
            f" WHERE datname = '{database}' AND wait_event_type = 'Lock'"
        )

        async def on_postgres() -> bool:
            return bool(await asyncio.to_thread(server.execute, waiting) != "0")

        return on_postgres

    began: list[None] = []

    async def on_sqlite() -> bool:
        # Its statement is with the worker thread once the loop has gone round a few times.
        began.append(None)
        return len(began) > 3

    return on_sqlite


async def test_a_busy_workspace_leaves_connections_to_the_others(storage: Storage) -> None:
    busy, quiet = await board_of(storage, "workspace-1"), await board_of(storage, "workspace-2")
    narrow = Storage(storage.url, pool_max=3, acquire_timeout_s=0.5, lock_timeout_s=5)
    await narrow.open()

    async with outsider_holding(busy):
        writers = [asyncio.create_task(busy.create(a_client(), through=narrow)) for _ in range(9)]
        reads = [asyncio.create_task(narrow.workspaces.head(quiet.id)) for _ in range(9)]
        assert await asyncio.gather(*reads) == [0] * 9

    await asyncio.gather(*writers)
    assert await busy.is_without_holes_up_to(9)
    await narrow.close()
