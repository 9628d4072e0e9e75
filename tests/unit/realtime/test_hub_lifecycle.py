"""How topics open and close, and how a hub starts and stops."""

import asyncio

import pytest

from realtime.problems import CloseCode
from realtime.topics import LogUnavailable
from tests.unit.realtime.cluster import LIMITS, Cluster, cluster
from tests.unit.realtime.doubles import Socket, join
from tests.unit.virtual_time import idle, in_virtual_time, pass_time


@in_virtual_time
async def test_a_topic_is_kept_for_a_while_after_the_last_socket_then_closed() -> None:
    async with cluster() as board:
        hub = await board.start()
        ana = await join(hub)
        hub.leave("w1", ana)
        assert hub.sockets == 0
        await pass_time(LIMITS.topic_linger_s - LIMITS.sweep_interval_s)
        assert hub.topics == 1
        await pass_time(3 * LIMITS.sweep_interval_s)
        assert hub.topics == 0


@in_virtual_time
async def test_a_topic_with_a_socket_or_someone_waiting_is_never_idle() -> None:
    async with cluster() as board:
        board.log.create("w2")
        hub = await board.start()
        ana = await join(hub)
        waiting = asyncio.create_task(hub.wait_past("w2", 0, 120.0))
        await pass_time(100.0)
        assert hub.topics == 2
        hub.leave("w1", ana)
        await waiting
        await pass_time(LIMITS.topic_linger_s + 2 * LIMITS.sweep_interval_s)
        assert hub.topics == 0


@in_virtual_time
async def test_the_time_to_linger_starts_anew_with_each_that_leaves() -> None:
    async with cluster() as board:
        hub = await board.start()
        for _ in range(3):
            ana = await join(hub)
            await pass_time(30.0)
            hub.leave("w1", ana)
            await pass_time(LIMITS.topic_linger_s - 2 * LIMITS.sweep_interval_s)
            assert hub.topics == 1


@in_virtual_time
async def test_a_topic_that_was_closed_is_opened_again_at_todays_head() -> None:
    async with cluster() as board:
        hub = await board.start()
        hub.leave("w1", await join(hub))
        await pass_time(2 * LIMITS.topic_linger_s)
        assert hub.topics == 0
        board.log.append("w1", 4)
        ana = await join(hub)
        assert ana.welcomes == [(4, False)]
        board.write(hub)
        await idle()
        assert ana.changes == [5]


@in_virtual_time
async def test_a_client_that_comes_back_soon_finds_its_topic_still_true() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        hub_socket = await join(b)
        b.leave("w1", hub_socket)
        await pass_time(2.0)
        board.write(a, 3)
        await pass_time(2.0)
        ana = await join(b, since=0)
        assert ana.welcomes == [(3, True)]
        assert ana.changes == [1, 2, 3]


@in_virtual_time
async def test_a_socket_that_has_left_is_sent_nothing_more() -> None:
    async with cluster() as board:
        hub = await board.start()
        ana = await join(hub)
        ben = await join(hub, "ben")
        hub.leave("w1", ana)
        hub.leave("w1", ana)
        board.write(hub)
        assert ana.changes == []
        await idle()
        assert ben.changes == [1]


@in_virtual_time
async def test_leaving_a_workspace_that_was_never_joined_means_nothing() -> None:
    async with cluster() as board:
        hub = await board.start()
        ana = await join(hub)
        hub.leave("w1", Socket("ben"))
        hub.leave("w9", Socket("ben"))
        assert hub.sockets == 1
        assert ana.closed is None


@in_virtual_time
async def test_an_idle_hub_leaves_the_database_alone() -> None:
    async with cluster() as board:
        await board.start()
        await pass_time(60.0)
        assert board.log.heads_read == board.log.pages_read == 0


@in_virtual_time
async def test_the_sweep_asks_once_for_all_workspaces_however_many() -> None:
    async with cluster() as board:
        hub = await board.start()
        for number in range(20):
            board.log.create(f"many-{number}")
            await join(hub, workspace_id=f"many-{number}")
        before = board.log.heads_read
        await pass_time(LIMITS.sweep_interval_s)
        assert board.log.heads_read == before + 1
        assert board.log.pages_read == 0


@in_virtual_time
async def test_the_sweep_goes_on_after_the_database_was_away() -> None:
    async with cluster() as board:
        hub = await board.start()
        ana = await join(hub)
        board.log.available = False
        await pass_time(10.0)
        board.log.available = True
        board.log.append("w1", 1)
        await pass_time(LIMITS.sweep_interval_s)
        assert ana.changes == [1]


@in_virtual_time
async def test_a_hub_that_stops_sends_its_sockets_away_with_1012_and_leaves_no_task() -> None:
    async with cluster() as board:
        before = asyncio.all_tasks()
        hub = await board.start()
        board.log.create("w2")
        sockets = [
            await join(hub),
            await join(hub, "ben", since=0),
            await join(hub, workspace_id="w2"),
        ]
        await pass_time(25.0)
        await board.stop(hub)
        assert [socket.closed for socket in sockets] == [CloseCode.RESTARTING] * 3
        assert CloseCode.RESTARTING == 1012
        assert asyncio.all_tasks() == before
        assert board.bus.on_state == []


@in_virtual_time
async def test_a_hub_stops_with_a_repair_under_way() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        await join(b)
        board.log.answers.clear()
        board.bus.loses = lambda message: message.startswith(b"c 1 ")
        board.write(a, 2)
        await idle()
        stopping = asyncio.create_task(board.stop(b))
        await idle()
        board.log.answers.set()
        await stopping


@in_virtual_time
async def test_a_hub_that_has_stopped_takes_nobody_in() -> None:
    async with cluster() as board:
        hub = await board.start()
        await board.stop(hub)
        with pytest.raises(LogUnavailable):
            await join(hub)


async def _join_while_stopping(since: int | None, late: int, log_takes: int) -> None:
    """`late`: the turns of the loop by which the join begins after (before) the stop."""
    async with cluster() as board:
        board.log.append("w1", 3)
        hub = await board.start()
        if since is not None:
            await join(hub, "ben")
        board.log.append("w1", 1)
        board.log.pause = lambda: log_takes
        ana = Socket()
        refusals: list[LogUnavailable] = []

        async def come() -> None:
            for _ in range(late):
                await asyncio.sleep(0)
            try:
                await join(hub, since=since, socket=ana)
            except LogUnavailable as refusal:
                refusals.append(refusal)

        joining = asyncio.create_task(come())
        for _ in range(-late):
            await asyncio.sleep(0)
        await board.stop(hub)
        async with asyncio.timeout(60.0):
            await joining
        assert bool(refusals) != (ana.closed == CloseCode.RESTARTING)
        assert not refusals or ana.frames == []


@pytest.mark.parametrize("since", [None, 1, 3, 4])
@pytest.mark.parametrize("log_takes", [0, 1, 5])
@in_virtual_time
async def test_who_joins_while_the_hub_stops_is_refused_or_sent_away_but_not_left_hanging(
    log_takes: int, since: int | None
) -> None:
    for late in range(-6, 7):
        await _join_while_stopping(since, late, log_takes)


@in_virtual_time
async def test_publishing_after_the_stop_is_still_told_to_the_others() -> None:
    """The last commands are committed while the sockets are being closed."""
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ana, ben = await join(a, "ana"), await join(b, "ben")
        await board.stop(a)
        board.write(a)
        await ben.has_changes(1)
        assert ana.changes == []


@in_virtual_time
async def test_an_instance_that_comes_up_anew_serves_what_the_old_one_wrote() -> None:
    async with cluster() as board:
        old = await board.start("a")
        await join(old)
        board.write(old, 2)
        await board.stop(old)
        new = await board.start("a2")
        back = await join(new, since=1)
        assert back.welcomes == [(2, True)]
        assert back.changes == [2]


async def _fail_within(board: Cluster) -> None:
    hub = await board.start()
    await join(hub)
    raise ValueError("within")


@in_virtual_time
async def test_a_failure_of_what_runs_within_ends_the_hub_in_order() -> None:
    async with cluster() as board:
        before = asyncio.all_tasks()
        with pytest.raises(ValueError, match="within"):
            await _fail_within(board)
        await board.stop_all()
        assert asyncio.all_tasks() == before
