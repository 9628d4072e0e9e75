"""Group commit: what waits together is carried out together, in order, each with its own answer."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from server.commands.group_commit import GroupCommit
from server.errors import Conflict, Unavailable
from tests.unit.virtual_time import idle, in_virtual_time


class Database:
    """Carries out a batch when told; an order that begins with `bad` is refused."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[str]]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.away = False

    async def commit(self, workspace_id: str, orders: Sequence[str]) -> list[str | Exception]:
        self.batches.append((workspace_id, list(orders)))
        await self.gate.wait()
        if self.away:
            raise Unavailable()
        return [Conflict(order) if order.startswith("bad") else order.upper() for order in orders]


def group(database: Database, **limits: Any) -> GroupCommit[str, str]:
    defaults = {"max_together": 3, "max_queued": 100, "patience_s": 5.0}
    return GroupCommit(
        database.commit, alone=lambda order: order.startswith("alone"), **defaults | limits
    )


@in_virtual_time
async def test_what_comes_while_one_is_carried_out_is_carried_out_together_next() -> None:
    database = Database()
    database.gate.clear()
    queue = group(database)
    first = queue.submit("w", "a")
    await idle()
    others = [queue.submit("w", order) for order in ("b", "c", "d", "e")]
    database.gate.set()

    assert await asyncio.gather(first, *others) == ["A", "B", "C", "D", "E"]
    assert database.batches == [("w", ["a"]), ("w", ["b", "c", "d"]), ("w", ["e"])]


@in_virtual_time
async def test_each_gets_its_own_error() -> None:
    queue = group(Database())
    good, bad = queue.submit("w", "good"), queue.submit("w", "bad")

    assert await good == "GOOD"
    with pytest.raises(Conflict, match="bad"):
        await bad


@in_virtual_time
async def test_an_order_that_wants_to_be_alone_shares_with_nobody_and_keeps_its_place() -> None:
    database = Database()
    queue = group(database)
    await asyncio.gather(*(queue.submit("w", order) for order in ("a", "alone-1", "alone-2", "b")))

    assert [orders for _, orders in database.batches] == [["a"], ["alone-1"], ["alone-2"], ["b"]]


@in_virtual_time
async def test_workspaces_do_not_wait_for_each_other() -> None:
    database = Database()
    database.gate.clear()
    queue = group(database)
    waiting = [queue.submit("one", "a"), queue.submit("two", "b")]
    await idle()

    assert database.batches == [("one", ["a"]), ("two", ["b"])]
    database.gate.set()
    await asyncio.gather(*waiting)


@in_virtual_time
async def test_what_waits_longer_than_its_patience_is_refused_and_never_carried_out() -> None:
    database = Database()
    database.gate.clear()
    queue = group(database, patience_s=5.0)
    running = queue.submit("w", "running")
    await asyncio.sleep(1)
    late = queue.submit("w", "late")
    await asyncio.sleep(2)
    later = queue.submit("w", "later")
    with pytest.raises(Unavailable):
        await late
    assert not later.done()
    assert asyncio.get_running_loop().time() == pytest.approx(6.0, abs=0.01)
    database.gate.set()

    assert await asyncio.gather(running, later) == ["RUNNING", "LATER"]
    assert [orders for _, orders in database.batches] == [["running"], ["later"]]


@in_virtual_time
async def test_beyond_the_limit_of_the_queue_an_order_is_refused_at_once() -> None:
    database = Database()
    database.gate.clear()
    queue = group(database, max_queued=1)
    running = queue.submit("w", "running")
    await idle()
    waiting = queue.submit("w", "waiting")
    with pytest.raises(Unavailable):
        queue.submit("w", "one too many")
    database.gate.set()

    assert await asyncio.gather(running, waiting) == ["RUNNING", "WAITING"]


@in_virtual_time
async def test_a_failed_commit_fails_what_was_in_it_and_what_follows_is_tried_again() -> None:
    database = Database()
    database.away = True
    queue = group(database)
    both = await asyncio.gather(
        queue.submit("w", "a"), queue.submit("w", "b"), return_exceptions=True
    )
    database.away = False

    assert [type(error) for error in both] == [Unavailable, Unavailable]
    assert await queue.submit("w", "c") == "C"


@in_virtual_time
async def test_a_sender_that_goes_away_stops_neither_its_order_nor_the_others() -> None:
    database = Database()
    database.gate.clear()
    queue = group(database)
    gone, stays = queue.submit("w", "gone"), queue.submit("w", "stays")
    await idle()
    gone.cancel()
    database.gate.set()

    assert await stays == "STAYS"
    assert database.batches == [("w", ["gone", "stays"])]


@in_virtual_time
async def test_finishing_waits_for_what_is_there_and_gives_up_what_hangs() -> None:
    database = Database()
    queue = group(database)
    quick = queue.submit("w", "quick")
    await queue.finish(1.0)
    assert quick.result() == "QUICK"

    database.gate.clear()
    hanging = queue.submit("w", "hanging")
    await idle()
    waiting = queue.submit("w", "waiting")
    await queue.finish(1.0)
    for order in (hanging, waiting):
        with pytest.raises(Unavailable):
            await order
