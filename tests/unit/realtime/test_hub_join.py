"""How a socket joins a workspace: fresh, or resumed from where it was, with nothing lost in between."""

import asyncio
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.problems import CloseCode
from realtime.topics import HubLimits, LogUnavailable, NoSuchTopic
from tests.unit.realtime.cluster import cluster
from tests.unit.realtime.doubles import Socket, join
from tests.unit.virtual_time import idle, in_virtual_time, pass_time


@in_virtual_time
async def test_a_fresh_socket_is_welcomed_at_the_head_and_gets_only_what_comes_after() -> None:
    async with cluster() as board:
        board.log.append("w1", 3)
        hub = await board.start()
        ana = await join(hub)
        assert ana.welcomes == [(3, False)]
        assert ana.changes == []
        board.write(hub)
        await idle()
        assert ana.changes == [4]


@in_virtual_time
async def test_a_socket_that_resumes_is_given_all_it_missed_then_all_that_is_new() -> None:
    async with cluster() as board:
        board.log.append("w1", 7)
        hub = await board.start()
        ana = await join(hub, since=4)
        assert ana.welcomes == [(7, True)]
        assert ana.changes == [5, 6, 7]
        board.write(hub)
        await idle()
        assert ana.changes == [5, 6, 7, 8]


@in_virtual_time
async def test_a_resume_may_go_back_to_the_very_beginning_over_many_pages() -> None:
    async with cluster() as board:
        board.log.append("w1", 23)  # pages of 5
        hub = await board.start()
        ana = await join(hub, since=0)
        assert ana.welcomes == [(23, True)]
        assert ana.changes == list(range(1, 24))
        assert hub.sockets == 1
        hub.broadcast("w1", b'{"type":"assistant"}')
        await idle()
        assert [frame["type"] for frame in ana.frames[-2:]] == ["change", "assistant"]


@in_virtual_time
async def test_a_resume_with_nothing_missed_is_a_resume() -> None:
    async with cluster() as board:
        hub = await board.start()
        new = await join(hub, since=0)
        assert new.welcomes == [(0, True)]
        board.write(hub, 3)
        ana = await join(hub, since=3)
        assert ana.welcomes == [(3, True)]
        board.write(hub)
        await idle()
        assert ana.changes == [4]


@in_virtual_time
async def test_a_resume_from_before_the_log_that_is_kept_becomes_a_fresh_start() -> None:
    async with cluster() as board:
        board.log.append("w1", 9)
        board.log.truncate("w1", 6)
        hub = await board.start()
        too_old = await join(hub, since=4)
        assert too_old.welcomes == [(9, False)]
        assert too_old.changes == []
        just_kept = await join(hub, since=5)
        assert just_kept.welcomes == [(9, True)]
        assert just_kept.changes == [6, 7, 8, 9]


@in_virtual_time
async def test_a_resume_from_beyond_the_log_becomes_a_fresh_start() -> None:
    """A restored backup, or a made-up number: the client has to reload."""
    async with cluster() as board:
        board.log.append("w1", 3)
        hub = await board.start()
        for since in (4, 2**53, 10**30):
            ana = await join(hub, since=since)
            assert ana.welcomes == [(3, False)]
        board.write(hub)
        await idle()
        assert ana.changes == [4]


@in_virtual_time
async def test_a_resume_from_beyond_what_this_instance_was_told_is_a_resume() -> None:
    """The client has come over from an instance that was faster."""
    async with cluster() as board:
        hub = await board.start()
        ben = await join(hub, "ben")
        changes = board.log.append("w1", 4)  # committed elsewhere, this instance has not heard
        ana = await join(hub, since=3)
        assert ana.welcomes == [(3, True)]
        cleo = await join(hub, "cleo", since=4)
        assert cleo.welcomes == [(4, True)]
        hub.publish("w1", changes)
        await idle()
        assert ana.changes == [4]
        assert ben.changes == [1, 2, 3, 4]
        assert cleo.changes == []
        board.write(hub)
        await idle()
        assert ana.changes == [4, 5]
        assert cleo.changes == [5]


@in_virtual_time
async def test_a_resume_reads_what_this_instance_was_not_told_of_yet() -> None:
    async with cluster() as board:
        hub = await board.start()
        ben = await join(hub, "ben")
        board.write(hub, 2)
        missing = board.log.append("w1", 2)
        ana = await join(hub, since=1)
        assert ana.changes[:3] == [2, 3, 4]
        hub.publish("w1", missing)
        assert ana.changes == [2, 3, 4]
        await idle()
        assert ben.changes == [1, 2, 3, 4]


@in_virtual_time
async def test_the_welcome_comes_first_then_who_is_here_then_the_changes() -> None:
    async with cluster() as board:
        board.log.append("w1", 2)
        hub = await board.start()
        fresh = await join(hub)
        resumed = await join(hub, "ben", since=0)
        board.write(hub)
        for socket, changes in ((fresh, [3]), (resumed, [1, 2, 3])):
            assert socket.frames[0]["type"] == "welcome"
            assert "users" in socket.frames[1]
            await idle()
            assert socket.changes == changes
            assert len(socket.welcomes) == 1


@in_virtual_time
async def test_there_is_no_joining_a_workspace_that_is_not_there() -> None:
    async with cluster() as board:
        hub = await board.start()
        nobody = Socket()
        for since in (None, 0, 5):
            with pytest.raises(NoSuchTopic):
                await join(hub, workspace_id="w9", since=since, socket=nobody)
        assert nobody.frames == []
        assert hub.topics == hub.sockets == 0


@in_virtual_time
async def test_a_workspace_may_be_joined_as_soon_as_it_is_made() -> None:
    async with cluster() as board:
        hub = await board.start()
        with pytest.raises(NoSuchTopic):
            await join(hub, workspace_id="w2")
        board.log.create("w2")
        ana = await join(hub, workspace_id="w2")
        assert ana.welcomes == [(0, False)]


@in_virtual_time
async def test_there_is_no_joining_while_the_database_is_away_but_afterwards_there_is() -> None:
    async with cluster() as board:
        hub = await board.start()
        board.log.available = False
        ana = Socket()
        with pytest.raises(LogUnavailable):
            await join(hub, socket=ana)
        assert ana.frames == []
        board.log.available = True
        await join(hub, socket=ana)
        assert ana.welcomes == [(0, False)]


@in_virtual_time
async def test_a_resume_while_the_database_is_away_is_refused_before_any_welcome() -> None:
    async with cluster() as board:
        board.log.append("w1", 3)
        hub = await board.start()
        await join(hub, "ben")
        board.log.available = False
        for since in (1, 9):
            ana = Socket()
            with pytest.raises(LogUnavailable):
                await join(hub, since=since, socket=ana)
            assert ana.frames == []
        # one that needs nothing from the log gets in
        assert (await join(hub, since=3)).welcomes == [(3, True)]


@in_virtual_time
async def test_first_joins_at_the_same_moment_open_one_topic() -> None:
    async with cluster() as board:
        hub = await board.start()
        sockets = await asyncio.gather(*(join(hub, f"user{n}") for n in range(10)))
        assert hub.topics == 1
        assert hub.sockets == 10
        assert board.log.heads_read == 1
        board.write(hub)
        await idle()
        assert all(socket.changes == [1] for socket in sockets)


@in_virtual_time
async def test_first_joins_at_the_same_moment_are_all_refused_where_there_is_nothing() -> None:
    async with cluster() as board:
        hub = await board.start()
        refusals = await asyncio.gather(
            *(join(hub, f"user{n}", workspace_id="w9") for n in range(5)), return_exceptions=True
        )
        assert [type(refusal) for refusal in refusals] == [NoSuchTopic] * 5
        assert hub.topics == 0


@in_virtual_time
async def test_a_first_join_that_is_given_up_does_not_hold_up_the_next() -> None:
    async with cluster() as board:
        hub = await board.start()
        board.log.answers.clear()
        first = asyncio.create_task(join(hub, "ana"))
        second = asyncio.create_task(join(hub, "ben"))
        await idle()
        first.cancel()
        board.log.answers.set()
        ben = await second
        assert first.cancelled()
        assert hub.sockets == hub.topics == 1
        board.write(hub)
        await idle()
        assert ben.changes == [1]


@in_virtual_time
async def test_a_topic_that_takes_long_to_open_is_not_taken_for_an_idle_one() -> None:
    async with cluster() as board:
        hub = await board.start()
        board.log.answers.clear()
        joining = asyncio.create_task(join(hub))
        await pass_time(60.0)
        board.log.answers.set()
        ana = await joining
        board.write(hub)
        other = await board.start("b")
        board.write(other)
        await ana.has_changes(1, 2)


@in_virtual_time
async def test_the_head_is_read_only_once_the_bus_is_sure_to_bring_what_comes_after_it() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        board.bus.confirms.clear()
        joining = asyncio.create_task(join(b))
        await pass_time(1.0)
        assert board.log.heads_read == 0
        board.write(a)
        board.bus.confirms.set()
        ana = await joining
        assert ana.welcomes == [(1, False)]


@in_virtual_time
async def test_a_hole_that_opens_while_the_topic_does_is_filled_at_once() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        board.log.brings.clear()
        joining = asyncio.create_task(join(b))
        await idle()
        board.bus.loses = lambda message: message.startswith(b"c 1 ")
        board.write(a, 2)  # after the head was read, before it is known here
        await idle()
        board.log.brings.set()
        ana = await joining
        assert ana.welcomes == [(0, False)]
        await idle()
        assert ana.changes == [1, 2]


@in_virtual_time
async def test_a_socket_that_stalls_while_it_catches_up_is_waited_for_and_then_gets_the_rest() -> (
    None
):
    async with cluster() as board:
        board.log.append("w1", 12)
        hub = await board.start()
        ana = Socket()
        ana.stall()
        joining = asyncio.create_task(join(hub, since=0, socket=ana))
        await idle()
        assert ana.changes == [1, 2, 3, 4, 5]
        board.write(hub, 3)
        await idle()
        assert ana.changes == [1, 2, 3, 4, 5]
        ana.resume_reading()
        await joining
        assert ana.changes == list(range(1, 16))
        board.write(hub)
        await idle()
        assert ana.changes == list(range(1, 17))


@in_virtual_time
async def test_a_socket_that_catches_up_is_never_sent_more_than_a_burst_without_a_look_at_it() -> (
    None
):
    async with cluster() as board:
        changes = board.log.append("w1", 12)
        size = len(changes[0].frame.payload)
        limits = HubLimits(resume_burst_bytes=3 * size, log_page_changes=9)
        hub = await board.start(limits=limits)
        ana = Socket()
        ana.stall()
        joining = asyncio.create_task(join(hub, since=0, socket=ana))
        await idle()
        assert ana.changes == [1, 2, 3, 4]  # the one that exceeds the burst is the last
        board.write(hub)
        await idle()
        assert ana.changes == [1, 2, 3, 4]
        ana.resume_reading()
        await joining
        assert ana.changes == list(range(1, 14))
        assert ana.looked_at <= 6


@in_virtual_time
async def test_a_socket_that_ends_in_the_midst_of_a_page_is_sent_nothing_more() -> None:
    async with cluster() as board:
        board.log.append("w1", 5)
        hub = await board.start(limits=HubLimits(resume_burst_bytes=1))
        ana = Socket()
        ana.stall()
        joining = asyncio.create_task(join(hub, since=0, socket=ana))
        await idle()
        assert ana.changes == [1]
        ana.close(CloseCode.TOO_SLOW, "too slow")
        await joining
        assert ana.sent_in_vain == 0


@in_virtual_time
async def test_a_socket_that_ends_while_it_catches_up_is_sent_nothing_more() -> None:
    async with cluster() as board:
        board.log.append("w1", 12)
        hub = await board.start()
        ana = Socket()
        ana.stall()
        joining = asyncio.create_task(join(hub, since=0, socket=ana))
        await idle()
        ana.close(CloseCode.TOO_SLOW, "too slow")
        await joining
        assert board.log.pages_read == 1
        assert ana.sent_in_vain == 0
        hub.leave("w1", ana)
        assert hub.sockets == 0


@in_virtual_time
async def test_a_member_removed_while_their_socket_catches_up_is_closed_with_4403() -> None:
    async with cluster() as board:
        board.log.append("w1", 12)
        hub = await board.start()
        ana = Socket()
        ana.stall()
        joining = asyncio.create_task(join(hub, since=0, socket=ana))
        await idle()
        board.write(hub, entity="member", op="deleted", id_="ana")
        await joining
        assert ana.closed == CloseCode.NOT_A_MEMBER
        assert ana.changes == [1, 2, 3, 4, 5]


@in_virtual_time
async def test_who_comes_while_a_socket_catches_up_is_shown_to_it() -> None:
    async with cluster() as board:
        board.log.append("w1", 12)
        hub = await board.start()
        ana = Socket()
        ana.stall()
        joining = asyncio.create_task(join(hub, since=0, socket=ana))
        await idle()
        await join(hub, "ben")
        ana.resume_reading()
        await joining
        joined = [f["joined"]["id"] for f in ana.presence if "joined" in f]
        listed = [{user["id"] for user in f["users"]} for f in ana.presence if "users" in f]
        assert "ben" in joined or {"ana", "ben"} in listed


@in_virtual_time
async def test_a_workspace_deleted_while_a_socket_catches_up_ends_that_socket_too() -> None:
    async with cluster() as board:
        board.log.append("w1", 12)
        hub = await board.start()
        ana = Socket()
        ana.stall()
        joining = asyncio.create_task(join(hub, since=0, socket=ana))
        await idle()
        board.log.delete("w1")
        hub.close_workspace("w1")
        ana.resume_reading()
        async with asyncio.timeout(5.0):
            try:
                await joining
            except NoSuchTopic:
                return  # the endpoint closes with 4404 on this
        assert ana.closed == CloseCode.NO_SUCH_WORKSPACE


@in_virtual_time
async def test_a_log_that_is_cut_while_a_socket_catches_up_leaves_no_hole_in_what_it_sees() -> None:
    async with cluster() as board:
        board.log.append("w1", 12)
        hub = await board.start()
        ana = Socket()
        ana.stall()
        joining = asyncio.create_task(join(hub, since=0, socket=ana))
        await idle()
        board.log.truncate("w1", 9)
        ana.resume_reading()
        await asyncio.wait_for(joining, 5.0)
        assert ana.closed is not None or ana.changes == list(range(1, 13))
        assert ana.changes == list(range(1, len(ana.changes) + 1))


def _turns(seed: int, most: int) -> Callable[[], int]:
    return random.Random(seed).choices(range(most + 1), k=1_000).pop


@settings(max_examples=300)
@given(
    history=st.integers(0, 12),
    joins=st.lists(
        st.tuples(st.integers(0, 12), st.none() | st.integers(0, 14), st.booleans()),
        min_size=1,
        max_size=4,
    ),
    writes=st.lists(st.integers(0, 3), max_size=12),
    lost=st.sets(st.integers(0, 30), max_size=6),
    seed=st.integers(0, 2**16),
    slowness=st.integers(0, 4),
)
@in_virtual_time
async def test_sockets_that_join_while_others_write_miss_nothing_and_get_nothing_twice(
    history: int,
    joins: list[tuple[int, int | None, bool]],
    writes: list[int],
    lost: set[int],
    seed: int,
    slowness: int,
) -> None:
    """Joins on two instances, amid writes on both; the log takes a random time and the bus loses messages."""
    async with cluster() as board:
        board.log.append("w1", history)
        board.log.pause = _turns(seed, slowness)
        numbered = iter(range(1_000))
        board.bus.loses = lambda message: message.startswith(b"c ") and next(numbered) in lost
        hubs = [await board.start("a"), await board.start("b")]
        sockets: list[tuple[int | None, Socket]] = []

        async def arrive(turn: int, since: int | None, second: bool) -> None:
            for _ in range(turn):
                await asyncio.sleep(0)
            socket = Socket()
            sockets.append((since, socket))
            await join(hubs[second], since=since, socket=socket)

        async def work() -> None:
            for number, count in enumerate(writes):
                board.write(hubs[number % 2], count)
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(work())
            for arrival in joins:
                tasks.create_task(arrive(*arrival))
        await pass_time(3.0)
        end = history + sum(writes)
        for since, socket in sockets:
            ((seq, resumed),) = socket.welcomes
            start = since if resumed and since is not None else seq
            assert socket.closed is None
            assert socket.frames[0]["type"] == "welcome"
            assert socket.changes == list(range(start + 1, end + 1))
            assert start <= seq <= end
            if since is not None and since <= history:
                assert resumed
