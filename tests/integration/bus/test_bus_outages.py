"""What the bus does when its server dies, hangs or is cut off, and when it comes back."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from realtime.bus import WAKE, BusLimits, BusState
from tests.integration.bus.drivers import BusServer, Cable, Heard, Instance, Launch, OverRedis
from tests.services import eventually

pytestmark = pytest.mark.fault

NOTICED_S = 4.0
BACK_S = 5.0


@pytest.fixture
async def two(server: BusServer, launch: Launch) -> AsyncIterator[tuple[Instance, Instance]]:
    async with launch(server) as a, launch(server) as b:
        yield a, b


async def is_woken(*readers: Heard) -> None:
    """Each reader got a WAKE and nothing else; more than one is allowed."""
    for heard in readers:
        await heard.includes(WAKE)
        assert set(heard) == {WAKE}


async def hear_each_other(*sides: tuple[Instance, Heard]) -> None:
    """What each publishes reaches all; WAKEs still under way are let pass."""
    for number, (instance, _) in enumerate(sides):
        instance.bus.publish("w1", b"from %d" % number)
    everything = {b"from %d" % number for number in range(len(sides))}
    for _, heard in sides:
        await heard.includes(*everything)
        assert set(heard) <= everything | {WAKE}
        heard.clear()


async def test_after_a_crash_and_restart_every_wanted_channel_is_woken_and_flows(
    server: BusServer, two: tuple[Instance, Instance]
) -> None:
    a, b = two
    async with a.listening("w1") as at_a, b.listening("w1") as at_b, b.listening("w2") as quiet:
        await server.crash()
        await a.becomes(BusState.DEGRADED, NOTICED_S)
        await b.becomes(BusState.DEGRADED, NOTICED_S)
        began = time.perf_counter()
        for n in range(1000):
            a.bus.publish("w1", b"%d" % n)
        async with b.listening("w3") as opened_meanwhile:
            assert time.perf_counter() - began < 0.2, "neither publish nor subscribe waits"
            await server.start()
            await a.becomes(BusState.CONNECTED, BACK_S)
            await b.becomes(BusState.CONNECTED, BACK_S)
            await is_woken(at_a, at_b, quiet, opened_meanwhile)
            await hear_each_other((a, at_a), (b, at_b))
    assert a.states == b.states == [BusState.DEGRADED, BusState.CONNECTED]
    assert a.bus.counters.publish_dropped == 1000
    assert a.bus.counters.reconnects == 1


async def test_what_one_instance_could_not_publish_wakes_the_others(
    server: BusServer, launch: Launch
) -> None:
    async with (
        Cable(server.port()) as cable,
        launch(server, port=cable.port) as a,
        launch(server) as b,
        b.listening("w1") as heard,
    ):
        cable.cut()
        a.bus.publish("w1", b"stuck on the way")
        await a.becomes(BusState.DEGRADED, NOTICED_S)
        a.bus.publish("w1", b"not even sent")
        cable.mend()
        await a.becomes(BusState.CONNECTED, BACK_S)
        await heard.includes(WAKE)
        assert set(heard) <= {WAKE, b"stuck on the way"}


async def test_a_half_open_connection_is_noticed_and_replaced(
    server: BusServer, launch: Launch, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        Cable(server.port()) as cable,
        launch(server, port=cable.port) as a,
        launch(server) as b,
        a.listening("w1") as at_a,
        b.listening("w1") as at_b,
    ):
        cable.cut()
        await a.becomes(BusState.DEGRADED, NOTICED_S)
        b.bus.publish("w1", b"1")
        await at_b.gets(b"1")
        cable.mend()
        await a.becomes(BusState.CONNECTED, BACK_S)
        await at_a.includes(WAKE)
        at_a.clear()
        await hear_each_other((a, at_a), (b, at_b))
    assert [record.getMessage() for record in caplog.records if record.levelname != "INFO"] == [
        f"bus: {a.bus.name} degraded: no answer in time"
    ], "one line, and none of a driver's own"


async def test_a_hung_redis_is_noticed_and_used_again_when_it_goes_on(
    redis: OverRedis, launch: Launch
) -> None:
    async with launch(redis) as a, a.listening("w1") as heard:
        redis.service.pause()
        try:
            await a.becomes(BusState.DEGRADED, NOTICED_S)
        finally:
            redis.service.resume()
        await a.becomes(BusState.CONNECTED, BACK_S)
        await heard.includes(WAKE)
        heard.clear()
        await hear_each_other((a, heard))


@pytest.mark.parametrize("side", ["receivers", "senders"])
async def test_a_connection_the_server_ends_is_replaced(
    server: BusServer, two: tuple[Instance, Instance], side: str
) -> None:
    a, b = two
    async with a.listening("w1") as at_a, b.listening("w1") as at_b:
        await hear_each_other((a, at_a), (b, at_b))
        getattr(server, f"cut_{side}")()
        await eventually(lambda: a.bus.counters.reconnects == b.bus.counters.reconnects == 1)
        await is_woken(at_a, at_b)
        await hear_each_other((a, at_a), (b, at_b))


async def test_the_end_of_the_listening_connection_is_noticed_without_a_ping(
    server: BusServer, launch: Launch
) -> None:
    async with launch(server, BusLimits(ping_interval_s=60)) as a, a.listening("w1") as heard:
        server.cut_receivers()
        await eventually(lambda: a.bus.counters.reconnects == 1)
        await is_woken(heard)


async def test_it_starts_without_its_server_and_finds_it_later(
    server: BusServer, launch: Launch
) -> None:
    await server.crash()
    async with launch(server) as a, a.listening("w1") as heard:
        assert a.bus.state is BusState.DEGRADED
        a.bus.publish("w1", b"1")
        await server.start()
        await a.becomes(BusState.CONNECTED, BACK_S)
        await is_woken(heard)
        heard.clear()
        await hear_each_other((a, heard))


async def test_it_closes_at_once_while_its_server_is_away_or_hung(
    redis: OverRedis, launch: Launch
) -> None:
    async with launch(redis) as a:
        redis.service.pause()
        try:
            a.bus.publish("w1", b"1")
            async with asyncio.timeout(1):
                await a.bus.close()
        finally:
            redis.service.resume()
