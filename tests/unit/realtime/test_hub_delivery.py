"""How a change gets from the instance that committed it to every socket, and by what it is told that one is missing."""

import asyncio

import pytest

from realtime.bus import WAKE, BusLimits, BusState
from realtime.problems import CloseCode
from realtime.topics import HubLimits, LogUnavailable, NoSuchTopic
from tests.unit.realtime.cluster import LIMITS, Cluster, cluster
from tests.unit.realtime.doubles import Socket, join
from tests.unit.virtual_time import idle, in_virtual_time, pass_time


def now() -> float:
    return asyncio.get_running_loop().time()


def lose_changes(board: Cluster, *seqs: int) -> None:
    board.bus.loses = lambda message: (
        message.split(b" ")[:2] in [[b"c", b"%d" % seq] for seq in seqs]
    )


@in_virtual_time
async def test_what_an_instance_publishes_is_on_its_own_sockets_at_once() -> None:
    async with cluster() as board:
        hub = await board.start()
        ana = await join(hub)
        board.write(hub, 2)  # nothing is awaited here
        await idle()
        assert ana.changes == [1, 2]


@in_virtual_time
async def test_instances_see_each_others_changes_without_any_time_passing() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ana, ben = await join(a, "ana"), await join(b, "ben")
        start = now()
        board.write(a)
        board.write(a)
        await ben.has_changes(1, 2)
        board.write(b)
        await ana.has_changes(1, 2, 3)
        assert ben.changes == [1, 2, 3]
        assert now() == start


@in_virtual_time
async def test_the_frame_that_crosses_the_bus_is_the_one_that_was_published() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ana, ben = await join(a, "ana"), await join(b, "ben")
        board.write(a, entity="stage", op="created", id_="stage-é")
        await ben.has_changes(1)
        assert [f for f in ana.frames if f["type"] == "change"] == ben.frames[-1:]
        assert ben.frames[-1]["id"] == "stage-é"


@in_virtual_time
async def test_workspaces_do_not_hear_each_other() -> None:
    async with cluster() as board:
        board.log.create("w2")
        hub, other = await board.start("a"), await board.start("b")
        ana, ben = await join(hub, "ana"), await join(other, "ben", workspace_id="w2")
        board.write(hub)
        other.broadcast("w2", b'{"type":"assistant"}')
        await pass_time(5.0)
        assert ana.changes == [1]
        assert ben.changes == []
        assert [frame["type"] for frame in ana.frames] == ["welcome", "presence", "change"]


@in_virtual_time
async def test_a_workspace_that_nobody_follows_may_be_published_to() -> None:
    async with cluster() as board:
        hub = await board.start()
        board.write(hub, 3)
        assert hub.topics == 0
        assert (await join(hub)).welcomes == [(3, False)]


@in_virtual_time
async def test_changes_that_the_bus_brings_out_of_order_and_twice_are_put_right() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        board.log.answers.clear()  # without a look at the log
        one, two, three = board.log.append("w1", 3)
        for row in (two, three, two, one, three):
            a.publish("w1", [row])
        await idle()
        assert ben.changes == [1, 2, 3]
        board.log.answers.set()


@in_virtual_time
async def test_a_change_that_was_lost_on_the_bus_is_read_from_the_log_as_soon_as_the_next_comes() -> (
    None
):
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        lose_changes(board, 1, 2)
        start = now()
        board.write(a, 3)
        await ben.has_changes(1, 2, 3)
        assert now() == start


@in_virtual_time
async def test_a_hole_longer_than_a_page_of_the_log_is_filled_too() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        lose_changes(board, *range(1, 23))
        start = now()
        board.write(a, 23)
        await ben.has_changes(*range(1, 24))
        assert now() == start


@in_virtual_time
async def test_one_hole_is_read_from_the_log_once_however_many_changes_show_it() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        lose_changes(board, 1)
        board.log.answers.clear()
        before = board.log.pages_read
        board.write(a, 4)
        await idle()
        assert board.log.pages_read == before + 1
        board.log.answers.set()
        await ben.has_changes(1, 2, 3, 4)


@in_virtual_time
async def test_the_last_change_lost_with_none_after_it_is_found_by_the_sweep() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        lose_changes(board, 1)
        start = now()
        board.write(a)
        await ben.has_changes(1)
        assert now() - start <= LIMITS.sweep_interval_s


@in_virtual_time
async def test_a_wake_on_the_bus_looks_at_the_log_at_once() -> None:
    async with cluster() as board:
        hub = await board.start(limits=HubLimits(sweep_interval_s=3600.0))
        ana = await join(hub)
        board.log.append("w1", 2)
        start = now()
        board.say(WAKE)
        await ana.has_changes(1, 2)
        assert now() == start


@in_virtual_time
@pytest.mark.parametrize("state", list(BusState))
async def test_any_change_of_the_buss_state_looks_at_the_log_at_once(state: BusState) -> None:
    async with cluster() as board:
        hub = await board.start(limits=HubLimits(sweep_interval_s=3600.0))
        ana = await join(hub)
        board.log.append("w1", 1)
        start = now()
        (tell,) = board.bus.on_state
        tell(state)
        await ana.has_changes(1)
        assert now() == start


@in_virtual_time
async def test_a_bus_too_fast_for_an_instance_costs_it_no_change() -> None:
    limits = BusLimits(subscription_backlog_messages=2, burst_messages=4, receive_queue_messages=3)
    async with cluster(limits) as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        board.write(a, 40)
        await ben.has_changes(*range(1, 41))
        assert board.bus.counters.received_dropped > 0


@in_virtual_time
async def test_more_early_changes_than_may_be_kept_are_read_from_the_log_again() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b", HubLimits(max_early_changes=3))
        ben = await join(b, "ben")
        lose_changes(board, 1)
        board.log.answers.clear()
        board.write(a, 20)
        await idle()
        board.log.answers.set()
        await ben.has_changes(*range(1, 21))


@in_virtual_time
async def test_a_repair_while_the_database_is_away_is_made_up_for_when_it_is_back() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        lose_changes(board, 1)
        board.log.available = False
        board.write(a, 2)
        await pass_time(30.0)
        assert ben.changes == []
        assert ben.closed is None
        board.log.available = True
        back = now()
        await ben.has_changes(1, 2)
        assert now() - back <= LIMITS.sweep_interval_s


@in_virtual_time
async def test_while_the_database_is_away_the_bus_goes_on_delivering() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        board.log.available = False
        board.write(a, 3)
        await ben.has_changes(1, 2, 3)


@in_virtual_time
async def test_a_change_committed_while_the_log_is_being_read_is_not_missed() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        lose_changes(board, 1, 3)
        board.log.answers.clear()
        board.write(a, 2)  # b reads the log for 1
        await idle()
        board.write(a, 1)  # 3 is lost
        board.log.answers.set()
        await ben.has_changes(1, 2, 3)


@in_virtual_time
async def test_sockets_too_far_behind_for_the_log_that_is_kept_are_sent_away_to_reload() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        board.log.append("w1", 9)
        board.log.truncate("w1", 5)
        await pass_time(3.0)
        assert ben.closed == CloseCode.RESTARTING
        assert ben.changes == []
        b.leave("w1", ben)
        again = await join(b, "ben", since=0)
        assert again.welcomes == [(9, False)]
        board.write(a)
        await again.has_changes(10)


@in_virtual_time
async def test_what_is_in_no_log_goes_once_to_every_socket_on_every_instance() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        sockets = [await join(a, "ana"), await join(a, "ben"), await join(b, "cleo")]
        a.broadcast("w1", b'{"type":"assistant","text":"l\\n1"}')
        await idle()
        for socket in sockets:
            texts = [frame["text"] for frame in socket.frames if frame["type"] == "assistant"]
            assert texts == ["l\n1"]


@in_virtual_time
async def test_a_broadcast_reaches_other_instances_where_this_one_has_no_socket() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        a.broadcast("w1", b'{"type":"assistant"}')
        await ben.until(lambda socket: socket.frames[-1]["type"] == "assistant")
        assert a.topics == 0


@in_virtual_time
async def test_a_deleted_workspace_ends_its_sockets_everywhere_with_4404() -> None:
    async with cluster() as board:
        board.log.create("w2")
        a, b = await board.start("a"), await board.start("b")
        ana, ben = await join(a, "ana"), await join(b, "ben")
        other = await join(b, "cleo", workspace_id="w2")
        board.log.delete("w1")
        start = now()
        a.close_workspace("w1")
        assert ana.closed == CloseCode.NO_SUCH_WORKSPACE == 4404
        await ben.until(lambda socket: socket.closed is not None)
        assert ben.closed == CloseCode.NO_SUCH_WORKSPACE
        assert now() == start
        await pass_time(5.0)
        assert other.closed is None


@in_virtual_time
async def test_a_deletion_that_the_bus_lost_is_found_by_the_sweep() -> None:
    async with cluster() as board:
        hub = await board.start()
        ana = await join(hub)
        board.log.delete("w1")
        await pass_time(LIMITS.sweep_interval_s)
        assert ana.closed == CloseCode.NO_SUCH_WORKSPACE


@in_virtual_time
async def test_a_removed_member_is_closed_with_4403_on_every_instance_and_hears_no_more() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ana, ben, phone = await join(a, "ana"), await join(a, "ben"), await join(b, "ben")
        board.write(a)
        board.write(a, entity="member", op="deleted", id_="ben")
        board.write(a)
        await ana.has_changes(1, 2, 3)
        await phone.until(lambda socket: socket.closed is not None)
        assert ben.closed == phone.closed == CloseCode.NOT_A_MEMBER
        assert ben.changes == phone.changes == [1]
        b.broadcast("w1", b'{"type":"assistant"}')
        await pass_time(2.0)
        assert ana.frames[-1]["type"] == "assistant"
        assert {frame["type"] for frame in ben.frames + phone.frames} == {
            "welcome",
            "presence",
            "change",
        }


UNREADABLE = [
    b"",
    b"\n",
    b" \n{}",
    b"\xff\xfe",
    b"\x00",
    b"c",
    b"c \n",
    b"c 1 client updated\n{}",
    b"c 1 client updated client-1 more\n{}",
    b"c one client updated client-1\n{}",
    b"c %s client updated client-1\n{}" % (b"9" * 5_000),
    b"c -1 client updated client-1\n{}",
    b"e\n{}",
    b"e  \n{}",
    b"p",
    b"p\n",
    b"p\nnull",
    b"p\n[]",
    b'p\n{"k":"set"}',
    b'p\n{"k":"set","instance":"z","entries":[[]]}',
    b'p\n{"k":"set","instance":"z","entries":[["s","u","n",{"viewing":5}]]}',
    b'p\n{"k":"later","instance":"z"}',
    b'p\n{"k":"ask","instance":"z\xff"}',
    b'p\n{"k":"ask","instance":"z","more":' + b"[" * 100_000,
    b"p\n" + b"[" * 100_000,
    b"z\n{}",
    b"future 1 2 3\n{}",
]


@pytest.mark.parametrize("message", UNREADABLE, ids=lambda message: repr(message[:40]))
@in_virtual_time
async def test_a_message_that_cannot_be_read_harms_nobody(message: bytes) -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ana, ben = await join(a, "ana"), await join(b, "ben")
        board.say(message)
        await pass_time(2.0)
        board.write(a)
        await ben.has_changes(1)
        assert ana.changes == [1]
        assert ana.closed is ben.closed is None


@in_virtual_time
async def test_a_message_that_cannot_be_read_is_taken_for_a_loss_and_the_log_looked_at() -> None:
    async with cluster() as board:
        hub = await board.start(limits=HubLimits(sweep_interval_s=3600.0))
        ana = await join(hub)
        board.log.append("w1", 1)
        board.say(b"c version-2 of this message\n{}")
        await ana.has_changes(1)


@in_virtual_time
async def test_a_change_that_never_was_does_not_hold_up_those_that_are() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        board.say(b"c 999999 client updated client-1\n{}")
        for _ in range(3):
            board.write(a)
            await pass_time(2.0)
        assert ben.changes == [1, 2, 3]
        before = board.log.pages_read
        await pass_time(30.0)
        assert board.log.pages_read == before  # nor is it looked for over and over


@in_virtual_time
async def test_who_waits_for_a_change_is_woken_by_it() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        for hub in (a, b):
            start = now()
            waiting = asyncio.create_task(hub.wait_past("w1", len(board.log.rows["w1"]), 60.0))
            await pass_time(3.0)
            assert not waiting.done()
            board.write(a)
            await waiting
            assert now() - start < 3.1


@in_virtual_time
async def test_who_waits_for_what_is_there_already_does_not_wait() -> None:
    async with cluster() as board:
        board.log.append("w1", 3)
        hub = await board.start()
        start = now()
        await hub.wait_past("w1", 2, 60.0)
        assert now() == start


@in_virtual_time
async def test_who_waits_in_vain_waits_no_longer_than_asked() -> None:
    async with cluster() as board:
        board.log.append("w1", 3)
        hub = await board.start()
        await join(hub)
        start = now()
        await hub.wait_past("w1", 3, 7.5)
        assert now() - start == pytest.approx(7.5)
        topic = hub._topics.get("w1")
        assert topic is not None
        assert topic.passed == set()  # nor is anything kept of those who no longer wait


@in_virtual_time
async def test_who_waits_for_a_later_change_is_not_content_with_an_earlier_one() -> None:
    async with cluster() as board:
        hub = await board.start()
        waiting = asyncio.create_task(hub.wait_past("w1", 2, 60.0))
        await idle()
        board.write(hub, 2)
        await idle()
        assert not waiting.done()
        board.write(hub)
        await waiting


@in_virtual_time
async def test_there_is_no_waiting_for_a_workspace_that_is_not_there_or_not_to_be_reached() -> None:
    async with cluster() as board:
        hub = await board.start()
        with pytest.raises(NoSuchTopic):
            await hub.wait_past("w9", 0, 5.0)
        board.log.available = False
        with pytest.raises(LogUnavailable):
            await hub.wait_past("w1", 0, 5.0)


@in_virtual_time
async def test_a_server_that_is_about_to_stop_lets_nobody_wait_but_keeps_its_sockets() -> None:
    async with cluster() as board:
        hub = await board.start()
        ana = await join(hub)
        start = now()
        waiting = [asyncio.create_task(hub.wait_past("w1", 0, 60.0)) for _ in range(3)]
        await idle()
        assert not hub.draining
        hub.drain()
        await asyncio.gather(*waiting)
        await hub.wait_past("w1", 0, 60.0)
        assert hub.draining
        assert now() - start < 0.1
        assert ana.closed is None
        board.write(hub)
        await idle()
        assert ana.changes == [1]


@in_virtual_time
async def test_an_instance_that_lags_gives_its_fresh_sockets_what_they_will_miss() -> None:
    """The welcome's seq is where the socket starts, not where the log ends."""
    async with cluster() as board:
        hub = await board.start()
        await join(hub, "ben")
        missing = board.log.append("w1", 2)
        ana = Socket()
        await join(hub, socket=ana)
        ((seq, _),) = ana.welcomes
        hub.publish("w1", missing)
        await idle()
        assert ana.changes == list(range(seq + 1, 3))
