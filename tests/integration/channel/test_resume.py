"""Coming back: every change that was missed follows, in order."""

import asyncio

from tests.drivers import Desk


async def test_whoever_comes_back_gets_what_they_missed(desk: Desk) -> None:
    before = await desk.open_board()
    await desk.create_clients(3)
    await before.changes_up_to(3)
    await before.drop()
    await desk.create_clients(4)

    board = await desk.open_board(since=before.seqs[-1])

    assert board.welcome["resumed"] is True
    assert board.welcome["seq"] == 7
    await board.changes_up_to(7)
    assert board.seqs == [4, 5, 6, 7]
    await desk.create_client()
    await board.changes_up_to(8)
    assert board.seqs == [4, 5, 6, 7, 8]


async def test_whoever_missed_nothing_gets_nothing(desk: Desk) -> None:
    await desk.create_clients(3)

    board = await desk.open_board(since=3)
    await board.ping()

    assert board.welcome["resumed"] is True
    assert board.changes == []


async def test_since_zero_tells_the_whole_log(desk: Desk) -> None:
    fresh = await desk.open_board(since=0)
    await desk.create_clients(3)

    board = await desk.open_board(since=0)

    assert fresh.welcome["resumed"] is True
    assert [change["seq"] for change in await board.changes_up_to(3)] == [1, 2, 3]


async def test_a_seq_that_never_was_is_not_resumed(desk: Desk) -> None:
    await desk.create_clients(3)

    board = await desk.open_board(since=99)

    assert board.welcome["resumed"] is False
    assert board.welcome["seq"] == 3
    await desk.create_client()
    assert (await board.next_change())["seq"] == 4


async def test_three_thousand_missed_changes_all_come_in_order(desk: Desk) -> None:
    await desk.create_clients(3000)

    board = await desk.open_board(since=0)
    await board.changes_up_to(3000, timeout_s=30)

    assert board.seqs == list(range(1, 3001))


async def test_nothing_is_missed_or_doubled_by_whoever_comes_back_amid_writes(desk: Desk) -> None:
    await desk.create_clients(1200)
    writing = asyncio.gather(*(desk.create_client(f"Late {number}") for number in range(80)))

    boards = [await desk.open_board(since=since) for since in (0, 600, 1199, 1200)]
    await writing

    for board, since in zip(boards, (0, 600, 1199, 1200), strict=True):
        await board.changes_up_to(1280)
        assert board.seqs == list(range(since + 1, 1281))


async def test_a_deleted_board_is_rebuilt_from_the_log(desk: Desk) -> None:
    """What the log tells, applied in order, is what REST has."""
    ids = [client["id"] for client in await desk.create_clients(5)]
    await desk.update_client({"id": ids[0]}, name="New", value={"amount": 1, "currency": "EUR"})
    await desk.delete(f"/clients/{ids[1]}")
    await desk.delete(f"/clients/{ids[2]}")
    await desk.post(f"/clients/{ids[2]}/restore")
    await desk.update_client({"id": ids[2]}, stage="won")

    board = await desk.open_board(since=0)
    replayed: dict[str, dict[str, object]] = {}
    for change in await board.changes_up_to(await desk.head()):
        if change["op"] == "deleted":
            del replayed[change["id"]]
        else:
            known = replayed.get(change["id"], {}) if change["op"] == "updated" else {}
            replayed[change["id"]] = known | change["data"] | {"version": change["version"]}

    assert replayed == {client["id"]: client for client in await desk.clients()}
