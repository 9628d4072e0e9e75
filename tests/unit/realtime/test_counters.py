"""What the hub counts: deliveries, what the log made up for, and how long changes were on their way."""

import time

import pytest

from realtime.counters import LONGEST_ON_THE_WAY_S
from realtime.histogram import Histogram
from realtime.hub import Hub
from realtime.topic import LoggedFrame
from tests.unit.realtime.cluster import Cluster, cluster
from tests.unit.realtime.doubles import join
from tests.unit.virtual_time import idle, in_virtual_time, pass_time


def observed(hub: Hub) -> tuple[int, float]:
    """How many latencies, and their sum."""
    found = hub.counters.delivery_seconds
    return sum(found.counts), found.total


def told_of(board: Cluster, committed_at: float | None, *, trace: str = "") -> None:
    """An instance somewhere committed the next change at that time of day; None: one of the release before."""
    (change,) = board.log.append("w1")
    words = f"c {change.seq} {change.entity} {change.op} {change.id}"
    if committed_at is not None:
        words += f" {committed_at:.6f} {trace}"
    board.say(f"{words}\n".encode() + change.frame.payload)


@in_virtual_time
async def test_each_change_counts_once_and_its_deliveries_by_the_sockets() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        sockets = [await join(a, "ana"), await join(a, "ben"), await join(b, "cleo")]
        await idle()
        board.write(a, 3)
        for socket in sockets:
            await socket.has_changes(1, 2, 3)

        assert (a.counters.changes, a.counters.deliveries) == (3, 6)
        assert (b.counters.changes, b.counters.deliveries) == (3, 3)
        assert observed(a)[0] == observed(b)[0] == 3
        assert a.counters.repaired == b.counters.repaired == 0


@in_virtual_time
async def test_who_follows_nothing_is_delivered_nothing() -> None:
    async with cluster() as board:
        a = await board.start()
        async with a.hold("w1"):
            board.write(a, 2)
            await idle()
        assert (a.counters.changes, a.counters.deliveries, observed(a)[0]) == (0, 0, 0)


@in_virtual_time
async def test_what_the_bus_lost_is_counted_as_repaired_and_nobody_knows_how_long_it_took() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        board.bus.loses = lambda message: message.startswith(b"c ")
        board.write(a, 2)
        await pass_time(2)
        await ben.has_changes(1, 2)

        assert b.counters.repaired == 2
        assert b.counters.deliveries == 2
        assert observed(b)[0] == 0


@in_virtual_time
async def test_a_resume_counts_what_was_sent_from_the_log() -> None:
    async with cluster() as board:
        a = await board.start()
        board.log.append("w1", 4)
        await join(a, since=1)
        assert a.counters.resumed == 3
        assert a.counters.deliveries == 0


@pytest.mark.parametrize(
    ("ago_s", "seconds"),
    [(2.0, 2.0), (0.0, 0.0), (-5.0, 0.0), (2 * LONGEST_ON_THE_WAY_S, None), (None, None)],
    ids=["as usual", "at once", "from the future", "a wrong clock", "the release before"],
)
@in_virtual_time
async def test_how_long_a_change_was_on_its_way_is_told_by_the_time_of_day(
    ago_s: float | None, seconds: float | None
) -> None:
    async with cluster() as board:
        b = await board.start("b")
        ben = await join(b, "ben")
        told_of(board, None if ago_s is None else time.time() - ago_s)
        await ben.has_changes(1)

        count, total = observed(b)
        assert count == (seconds is not None)
        assert total == pytest.approx(seconds or 0.0, abs=0.5)


@in_virtual_time
async def test_a_trace_goes_with_its_change_over_the_bus() -> None:
    async with cluster() as board:
        seen: list[tuple[int, str, int]] = []

        def traced(change: LoggedFrame, sockets: int) -> None:
            seen.append((change.seq, change.trace, sockets))

        b = await board.start("b", traced=traced)
        ben = await join(b, "ben")
        told_of(board, time.time(), trace="00-trace-span-01")
        told_of(board, time.time())
        await ben.has_changes(1, 2)
        assert seen == [(1, "00-trace-span-01", 1)]


def test_an_observation_is_in_the_first_bucket_that_holds_it() -> None:
    found = Histogram((0.1, 1.0))
    for seconds in (0.0, 0.1, 0.11, 1.0, 50.0):
        found.observe(seconds)
    assert found.counts == [2, 2, 1]
    assert found.total == pytest.approx(51.21)
