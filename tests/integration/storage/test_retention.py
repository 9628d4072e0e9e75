"""Forgetting old changes: from the old end only, a batch at a time, by one instance at a time."""

from datetime import datetime

from storage import Storage
from tests.integration.storage.board import Board, a_client, board_of, log, minutes


async def has_logged(board: Board, *times: datetime) -> None:
    async with board.storage.write(board.id) as write:
        for time in times:
            write.now = time
            log(write, "client-1")


async def test_the_log_is_cut_up_to_the_first_change_that_is_young_enough(board: Board) -> None:
    # The clock went back once: the fourth change is young by its place, not by its time.
    await has_logged(board, minutes(1), minutes(2), minutes(9), minutes(3), minutes(10))

    assert await board.storage.retention.cut_log(board.id, before=minutes(5), limit=100) == 2

    assert await board.log_seqs() == [3, 4, 5]
    assert await board.storage.change_log.floor(board.id) == 3
    assert await board.storage.retention.cut_log(board.id, before=minutes(5), limit=100) == 0


async def test_the_log_is_cut_a_batch_at_a_time(board: Board) -> None:
    await has_logged(board, *(minutes(number) for number in range(7)))
    retention = board.storage.retention

    assert [await retention.cut_log(board.id, minutes(5), limit=2) for _ in range(4)] == [
        2,
        2,
        1,
        0,
    ]
    assert await board.log_seqs() == [6, 7]


async def test_a_log_that_is_cut_away_goes_on_with_its_next_number(board: Board) -> None:
    await has_logged(board, minutes(1), minutes(2))

    assert await board.storage.retention.cut_log(board.id, before=minutes(5), limit=100) == 2
    assert await board.storage.change_log.floor(board.id) is None

    assert (await board.create(a_client())).seq == 3


async def test_workspaces_with_a_log_are_gone_through_in_order(storage: Storage) -> None:
    for number in (3, 1, 2, 4):
        board = await board_of(storage, f"workspace-{number}")
        if number != 4:
            await has_logged(board, minutes(1))

    assert await storage.retention.logged_workspaces("", 2) == ["workspace-1", "workspace-2"]
    assert await storage.retention.logged_workspaces("workspace-2", 2) == ["workspace-3"]
    assert await storage.retention.logged_workspaces("workspace-3", 2) == []


async def test_one_instance_at_a_time_cleans_up(storage: Storage, second_storage: Storage) -> None:
    if storage.dialect == "sqlite":
        # Its writers are alone anyway.
        async with storage.transaction():
            assert await storage.retention.alone()
        return

    async def other_is_alone() -> bool:
        async with second_storage.transaction():
            return await second_storage.retention.alone()

    async with storage.transaction():
        assert await storage.retention.alone()
        assert not await other_is_alone()
    assert await other_is_alone()
