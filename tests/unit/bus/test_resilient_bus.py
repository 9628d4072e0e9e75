"""What Redis and Postgres have in common, over a server made of plain objects."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import ClassVar

import msgspec
import pytest

from realtime.bus import WAKE, Bus, BusLimits, BusState
from realtime.bus.link import Deliver
from realtime.bus.resilient import ResilientBackend

ENOUGH_S = 5.0
LIMITS = BusLimits(
    send_queue_messages=3,
    receive_queue_messages=3,
    ping_interval_s=0.02,
    reply_timeout_s=0.05,
    connect_timeout_s=0.05,
    flush_timeout_s=0.05,
)


class Server:
    """Answers at once, unless it is away or hung; logs what it was asked."""

    def __init__(self) -> None:
        self.away = False
        self.hung = False
        self.answers_no_ping_on = ""
        self.calls: list[tuple[str, object]] = []
        self.subscribed: set[str] = set()
        self.links: set[ScriptedLink] = set()

    @property
    def asked(self) -> list[tuple[str, object]]:
        return [call for call in self.calls if call[0] != "ping"]

    async def answer(self, kind: str, detail: object = None) -> None:
        self.calls.append((kind, detail))
        await asyncio.sleep(0)
        if self.hung or (kind, detail) == ("ping", self.answers_no_ping_on):
            await asyncio.Event().wait()
        if self.away:
            raise ConnectionError("away")

    def go_away(self) -> None:
        self.away = True
        for link in self.links:
            link.lost.set()

    def say(self, channel: str, message: bytes) -> None:
        for link in self.links:
            if channel in self.subscribed:
                link.deliver(channel, message)


class ScriptedLink:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.lost = asyncio.Event()
        self.deliver: Deliver = lambda channel, message: None

    async def receive(self, deliver: Deliver) -> None:
        self.deliver = deliver
        await self.lost.wait()
        raise ConnectionError("lost")

    async def subscribe(self, channels: Sequence[str]) -> None:
        await self.server.answer("subscribe", list(channels))
        self.server.subscribed.update(channels)

    async def unsubscribe(self, channels: Sequence[str]) -> None:
        await self.server.answer("unsubscribe", list(channels))
        self.server.subscribed.difference_update(channels)

    async def send(self, batch: Sequence[tuple[str, bytes]]) -> None:
        await self.server.answer("send", list(batch))

    async def ping_receiver(self) -> None:
        await self.server.answer("ping", "receiver")

    async def ping_sender(self) -> None:
        await self.server.answer("ping", "sender")


class ScriptedBackend(ResilientBackend):
    name: ClassVar[str] = "scripted"

    def __init__(
        self,
        server: Server,
        limits: BusLimits = LIMITS,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = lambda: 0.1,
    ) -> None:
        super().__init__(limits, clock=clock, random=random)
        self.server = server

    @contextlib.asynccontextmanager
    async def link(self) -> AsyncIterator[ScriptedLink]:
        async with asyncio.timeout(self.limits.connect_timeout_s):
            await self.server.answer("dial")
        link = ScriptedLink(self.server)
        self.server.links.add(link)
        self.server.subscribed.clear()
        try:
            yield link
        finally:
            self.server.links.discard(link)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def bus(server: Server) -> AsyncIterator[Bus]:
    bus = Bus(ScriptedBackend(server))
    await bus.open()
    yield bus
    await bus.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(ENOUGH_S):
        while not condition():
            await asyncio.sleep(0.001)


async def connected(bus: Bus) -> None:
    await until(lambda: bus.state is BusState.CONNECTED)


async def degraded(bus: Bus) -> None:
    await until(lambda: bus.state is BusState.DEGRADED)


async def read(messages: AsyncIterator[bytes], count: int) -> list[bytes]:
    async with asyncio.timeout(ENOUGH_S):
        return [await anext(messages) for _ in range(count)]


async def test_open_returns_connected_when_the_server_is_there(bus: Bus) -> None:
    assert bus.state is BusState.CONNECTED
    assert bus.counters.reconnects == 0


async def test_open_returns_degraded_when_the_server_is_away_and_connects_later(
    server: Server,
) -> None:
    server.away = True
    bus = Bus(ScriptedBackend(server))
    await bus.open()
    async with bus.subscribe("a") as messages:
        assert bus.state is BusState.DEGRADED
        server.away = False
        assert await read(messages, 1) == [WAKE]
    await connected(bus)
    await bus.close()


async def test_before_open_and_after_close_publishing_does_no_harm(server: Server) -> None:
    bus = Bus(ScriptedBackend(server))
    bus.publish("a", b"1")
    await bus.open()
    await bus.close()
    bus.publish("b", b"2")
    assert server.asked == [("dial", None), ("send", [("a", WAKE)])]
    assert bus.counters.publish_dropped == 2


async def test_an_open_that_is_cancelled_leaves_no_task(server: Server) -> None:
    server.hung = True
    before = asyncio.all_tasks()
    opening = asyncio.create_task(Bus(ScriptedBackend(server)).open())
    await until(lambda: bool(server.calls))
    opening.cancel()
    await asyncio.wait({opening})
    assert opening.cancelled()
    assert asyncio.all_tasks() <= before


async def test_what_is_published_together_leaves_in_one_batch_in_order(
    bus: Bus, server: Server
) -> None:
    for n in range(3):
        bus.publish("a", b"%d" % n)
    await until(lambda: bus.counters.published == 3)
    assert server.asked[1:] == [("send", [("a", b"0"), ("a", b"1"), ("a", b"2")])]


async def test_more_than_the_queue_holds_becomes_a_wake_for_the_other_instances(
    bus: Bus, server: Server
) -> None:
    for n in range(10):
        bus.publish("a", b"%d" % n)
    await until(lambda: bus.counters.published == 3)
    assert server.asked[1:] == [("send", [("a", b"0"), ("a", b"1"), ("a", b"2"), ("a", WAKE)])]
    assert bus.counters.publish_dropped == 7


async def test_subscribe_returns_when_the_server_has_confirmed(bus: Bus, server: Server) -> None:
    async with bus.subscribe("a"):
        assert server.subscribed == {"a"}
        async with bus.subscribe("a"):
            pass
        assert server.subscribed == {"a"}
    await until(lambda: server.subscribed == set())


async def test_more_channels_than_one_request_takes_need_no_second_wish(server: Server) -> None:
    limits = msgspec.structs.replace(LIMITS, subscribe_batch_channels=2, ping_interval_s=60.0)
    bus = Bus(ScriptedBackend(server, limits))
    await bus.open()
    async with asyncio.timeout(ENOUGH_S), contextlib.AsyncExitStack() as subscriptions:
        entering = [subscriptions.enter_async_context(bus.subscribe(c)) for c in "abcdefg"]
        await asyncio.gather(*entering)
        assert server.subscribed == set("abcdefg")
    await bus.close()


async def test_a_subscribe_under_way_is_let_go_when_the_bus_degrades(
    bus: Bus, server: Server
) -> None:
    server.hung = True
    async with asyncio.timeout(ENOUGH_S), bus.subscribe("a") as messages:
        assert bus.state is BusState.DEGRADED
        server.hung = False
        assert await read(messages, 1) == [WAKE]


async def test_a_batch_that_failed_is_not_repeated_but_its_channels_are_woken(
    bus: Bus, server: Server
) -> None:
    server.hung = True
    bus.publish("a", b"1")
    await degraded(bus)
    bus.publish("b", b"2")
    bus.publish("a", b"3")
    server.hung = False
    await connected(bus)
    assert server.asked[-1] == ("send", [("a", WAKE), ("b", WAKE)])
    assert (bus.counters.published, bus.counters.publish_dropped) == (0, 3)


async def test_recovery_first_wakes_the_others_then_subscribes_then_wakes_its_own(
    bus: Bus, server: Server
) -> None:
    async with bus.subscribe("a") as a, bus.subscribe("b") as b:
        states: list[BusState] = []
        bus.on_state.append(states.append)
        server.go_away()
        await degraded(bus)
        bus.publish("a", b"1")
        before = len(server.asked)
        server.away = False
        assert await read(a, 1) == await read(b, 1) == [WAKE]
        kinds = [kind for kind, _ in server.asked[before:] if kind != "dial"]
        assert kinds == ["send", "subscribe"]
        server.say("a", b"2")
        assert await read(a, 1) == [b"2"]
        assert states == [BusState.DEGRADED, BusState.CONNECTED]
        assert bus.counters.reconnects == 1


@pytest.mark.parametrize("side", ["receiver", "sender"])
async def test_a_server_that_answers_no_ping_on_either_connection_is_taken_for_lost(
    bus: Bus, server: Server, side: str
) -> None:
    await until(lambda: ("ping", side) in server.calls)
    server.answers_no_ping_on = side
    await degraded(bus)
    server.answers_no_ping_on = ""
    await connected(bus)


async def test_more_than_the_receive_queue_holds_becomes_a_wake(bus: Bus, server: Server) -> None:
    async with bus.subscribe("a") as messages:
        for n in range(10):
            server.say("a", b"%d" % n)
        assert await read(messages, 4) == [b"0", b"1", b"2", WAKE]
        assert bus.counters.received_dropped == 7


async def test_what_comes_on_a_channel_just_left_is_not_counted(bus: Bus, server: Server) -> None:
    async with bus.subscribe("a"):
        pass
    server.say("a", b"1")
    assert bus.counters.received == 0


async def test_each_change_of_state_is_logged_once_however_many_attempts_fail(
    bus: Bus, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "clientflow.bus")
    dials = len(server.calls)
    server.go_away()
    await until(lambda: len(server.calls) > dials + 5)
    server.away = False
    await connected(bus)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "scripted degraded: ConnectionError: lost" in caplog.text


async def test_a_callback_that_fails_does_not_stop_the_bus(bus: Bus, server: Server) -> None:
    def fail(state: BusState) -> None:
        raise RuntimeError("a callback's own fault")

    faults: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, what: faults.append(what["exception"]))
    bus.on_state.append(fail)
    server.go_away()
    await degraded(bus)
    server.away = False
    await connected(bus)
    await until(lambda: len(faults) == 2)
    loop.set_exception_handler(None)


async def test_close_sends_what_was_published_just_before(server: Server) -> None:
    bus = Bus(ScriptedBackend(server))
    await bus.open()
    bus.publish("a", b"1")
    await bus.close()
    assert server.asked[1:] == [("send", [("a", b"1")])]


async def test_close_does_not_wait_for_a_hung_server(server: Server) -> None:
    before = asyncio.all_tasks()
    bus = Bus(ScriptedBackend(server))
    await bus.open()
    server.hung = True
    bus.publish("a", b"1")
    async with asyncio.timeout(ENOUGH_S):
        await bus.close()
    assert asyncio.all_tasks() <= before


async def test_close_ends_the_runner_though_the_link_fails_in_the_same_turn(
    server: Server,
) -> None:
    bus = Bus(ScriptedBackend(server))
    await bus.open()
    server.go_away()
    async with asyncio.timeout(ENOUGH_S):
        await bus.close()


async def test_a_loop_that_shuts_down_while_the_server_dies_ends_every_task(
    server: Server,
) -> None:
    before = asyncio.all_tasks()
    bus = Bus(ScriptedBackend(server))
    await bus.open()
    server.go_away()
    await asyncio.sleep(0)
    of_the_bus = asyncio.all_tasks() - before
    for task in of_the_bus:
        task.cancel()
    _, left = await asyncio.wait(of_the_bus, timeout=ENOUGH_S)
    assert not left
    assert asyncio.all_tasks() <= before


async def test_a_link_that_held_long_is_followed_by_a_quick_attempt_again(server: Server) -> None:
    now, part = 0.0, 0.0
    limits = msgspec.structs.replace(LIMITS, backoff_cap_s=60.0)
    bus = Bus(ScriptedBackend(server, limits, clock=lambda: now, random=lambda: part))
    server.away = True
    await bus.open()
    await until(lambda: len(server.calls) >= 20)
    server.away = False
    await connected(bus)
    now, part = limits.steady_after_s, 1.0
    server.go_away()
    await degraded(bus)
    dials = len(server.calls)
    await until(lambda: len(server.calls) > dials)
    await bus.close()
