"""The bus within one process, and what Bus itself promises over any backend."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from realtime.bus import WAKE, Bus, BusLimits, BusState, bus_for

ENOUGH_S = 5.0


@pytest.fixture
async def bus() -> AsyncIterator[Bus]:
    limits = BusLimits(subscription_backlog_messages=4, burst_messages=2)
    bus = bus_for(None, None, limits)
    await bus.open()
    yield bus
    await bus.close()


async def read(messages: AsyncIterator[bytes], count: int) -> list[bytes]:
    async with asyncio.timeout(ENOUGH_S):
        return [await anext(messages) for _ in range(count)]


async def turns(count: int = 50) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_every_subscriber_of_a_channel_gets_its_messages_in_order(bus: Bus) -> None:
    async with bus.subscribe("a") as one, bus.subscribe("a") as two, bus.subscribe("b") as other:
        for n in range(3):
            bus.publish("a", b"%d" % n)
        bus.publish("b", b"b")
        assert await read(one, 3) == await read(two, 3) == [b"0", b"1", b"2"]
        assert await read(other, 1) == [b"b"]


async def test_it_is_local_and_counts(bus: Bus) -> None:
    assert (bus.name, bus.state) == ("memory", BusState.LOCAL)
    async with bus.subscribe("a") as messages:
        bus.publish("a", b"1")
        await read(messages, 1)
    assert (bus.counters.published, bus.counters.received) == (1, 1)


async def test_what_nobody_subscribed_to_is_not_kept(bus: Bus) -> None:
    bus.publish("a", b"too early")
    async with bus.subscribe("a") as messages:
        bus.publish("a", b"1")
        assert await read(messages, 1) == [b"1"]


async def test_two_that_subscribe_in_the_same_moment_both_hear(bus: Bus) -> None:
    heard: list[bytes] = []

    async def listen() -> None:
        async with bus.subscribe("a") as messages:
            ready.release()
            heard.extend(await read(messages, 1))

    ready = asyncio.Semaphore(0)
    async with asyncio.timeout(ENOUGH_S), asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(listen())
        for _ in range(3):
            await ready.acquire()
        bus.publish("a", b"1")
    assert heard == [b"1"] * 3


async def test_a_reader_that_falls_behind_gets_one_wake_for_its_backlog(bus: Bus) -> None:
    async with bus.subscribe("a") as slow, bus.subscribe("a") as fast:
        for n in range(11):
            bus.publish("a", b"%d" % n)
            assert await read(fast, 1) == [b"%d" % n]
        # 0-3 filled it, 4 emptied it, 4-7 filled it again, 8 emptied it: WAKE stands for 0-8.
        assert await read(slow, 3) == [WAKE, b"9", b"10"]
        assert bus.counters.received_dropped == 8
        bus.publish("a", b"11")
        assert await read(slow, 1) == [b"11"]


async def test_a_burst_within_one_turn_reaches_a_reader_that_keeps_up_whole(bus: Bus) -> None:
    async with bus.subscribe("a") as messages:
        reading = asyncio.create_task(read(messages, 1000))
        await turns()
        for n in range(1000):
            bus.publish("a", b"%d" % n)
        assert await reading == [b"%d" % n for n in range(1000)]


async def test_a_read_that_was_cancelled_loses_nothing_and_can_be_repeated(bus: Bus) -> None:
    async with bus.subscribe("a") as messages:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await anext(messages)
        bus.publish("a", b"1")
        assert await read(messages, 1) == [b"1"]


async def test_leaving_the_subscription_ends_a_reader_in_another_task(bus: Bus) -> None:
    async with bus.subscribe("a") as messages:
        reading = asyncio.create_task(anext(messages, b"the end"))
        await turns()
    async with asyncio.timeout(ENOUGH_S):
        assert await reading == b"the end"
        assert await anext(messages, b"the end") == b"the end"


async def test_after_close_no_task_of_the_bus_is_left() -> None:
    before = asyncio.all_tasks()
    bus = bus_for(None, None)
    await bus.open()
    bus.publish("a", b"1")
    await bus.close()
    assert asyncio.all_tasks() <= before
