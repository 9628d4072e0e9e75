"""How an assistant's reply gets from the instance that writes it to every socket, whatever the bus loses."""

import asyncio
from typing import Any

from realtime.bus import WAKE, BusState
from realtime.reply_events import Began, Ended, StoredReply, Wrote
from tests.drivers.reply import SeenReply
from tests.unit.realtime.cluster import cluster
from tests.unit.realtime.doubles import Socket, join
from tests.unit.virtual_time import idle, in_virtual_time, pass_time


def message(status: str = "streaming") -> dict[str, Any]:
    return {"id": "m1", "status": status, "proposals": [], "problem": None}


BEGAN = Began(message_id="m1", message=message())
ENDED = Ended(message_id="m1", message=message("done"), length=9, revision=9)
WHOLE = StoredReply(message("done"), "Once upon", 9)


def wrote(offset: int, text: str) -> Wrote:
    return Wrote(message_id="m1", offset=offset, text=text)


def seen(socket: Socket) -> SeenReply:
    reply = SeenReply()
    for frame in socket.frames:
        if frame["type"] == "assistant":
            reply.take(frame)
    return reply


async def has_ended(socket: Socket) -> SeenReply:
    await socket.until(lambda socket: seen(socket).ended is not None)
    return seen(socket)


def now() -> float:
    return asyncio.get_running_loop().time()


@in_virtual_time
async def test_a_reply_is_on_every_instance_without_any_time_passing() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ana, ben = await join(a, "ana"), await join(b, "ben")
        start = now()
        for event in (BEGAN, wrote(0, "Once"), wrote(4, " upon"), ENDED):
            a.tell_reply("w1", event)
        for socket in (ana, ben):
            reply = await has_ended(socket)
            assert reply.text == "Once upon"
            assert reply.events == ["started", "delta", "delta", "done"]
        assert now() == start


@in_virtual_time
async def test_who_joins_in_the_middle_is_shown_the_text_so_far_after_the_people() -> None:
    async with cluster() as board:
        hub = await board.start()
        await join(hub, "ana")
        hub.tell_reply("w1", BEGAN)
        hub.tell_reply("w1", wrote(0, "Once"))
        late = await join(hub, "ben")
        await idle()
        assert [frame["type"] for frame in late.frames[:3]] == ["welcome", "presence", "assistant"]
        assert seen(late).text == "Once"


@in_virtual_time
async def test_what_the_bus_loses_of_a_reply_is_read_from_storage_within_seconds() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        a.tell_reply("w1", BEGAN)
        await ben.until(lambda socket: seen(socket).message is not None)
        board.bus.loses = lambda message: message.startswith(b"a ")
        board.replies.store(WHOLE)
        start = now()
        for event in (wrote(0, "Once"), wrote(4, " upon"), ENDED):
            a.tell_reply("w1", event)
        assert (await has_ended(ben)).text == "Once upon"
        assert now() - start < 5


@in_virtual_time
async def test_a_bus_that_is_away_is_made_up_for_each_second() -> None:
    async with cluster() as board:
        hub = await board.start()
        ben = await join(hub, "ben")
        await pass_time(3)
        board.bus.backend.state = BusState.DEGRADED
        board.replies.store(WHOLE)
        start = now()
        assert (await has_ended(ben)).text == "Once upon"
        assert now() - start <= 1.1


@in_virtual_time
async def test_a_bus_that_says_it_lost_something_is_made_up_for_at_once() -> None:
    async with cluster() as board:
        hub = await board.start()
        ben = await join(hub, "ben")
        await pass_time(3)
        board.replies.store(WHOLE)
        start = now()
        board.say(WAKE)
        assert (await has_ended(ben)).text == "Once upon"
        assert now() == start


@in_virtual_time
async def test_a_bus_that_keeps_silent_about_its_losses_is_made_up_for_in_the_end() -> None:
    async with cluster() as board:
        hub = await board.start()
        board.bus.backend.state = BusState.CONNECTED
        ben = await join(hub, "ben")
        await pass_time(3)
        board.replies.store(WHOLE)
        start = now()
        assert (await has_ended(ben)).text == "Once upon"
        assert now() - start <= 5.1


@in_virtual_time
async def test_storage_is_left_alone_while_nothing_can_be_missing() -> None:
    async with cluster() as board:
        hub = await board.start()
        await join(hub, "ben")
        await pass_time(3)
        read = board.replies.heads_read
        await pass_time(60)
        assert board.replies.heads_read == read == 1


@in_virtual_time
async def test_a_database_that_is_away_is_asked_again() -> None:
    async with cluster() as board:
        hub = await board.start()
        ben = await join(hub, "ben")
        await pass_time(3)
        board.replies.store(WHOLE)
        board.replies.available = False
        board.say(WAKE)
        await pass_time(3)
        assert seen(ben).message is None
        board.replies.available = True
        assert (await has_ended(ben)).text == "Once upon"


@in_virtual_time
async def test_word_to_stop_a_reply_reaches_the_instance_that_writes_it() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        stopped: list[str] = []
        a.on_stop.append(stopped.append)
        async with a.hold("w1"):
            b.stop_reply("w1", "m1")
            await idle()
        assert stopped == ["m1"]


@in_virtual_time
async def test_an_instance_that_writes_a_reply_hears_of_who_begins_to_follow_it() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        followed: list[str] = []
        a.on_followed.append(followed.append)
        async with a.hold("w1"):
            await join(b, "ben")
            await idle()
        assert followed == ["w1"]
