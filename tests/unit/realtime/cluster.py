"""Instances of the server as far as the channel's changes are concerned: hubs on one bus and one log."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from realtime.bus import Bus, BusLimits, MemoryBackend
from realtime.hub import Hub
from realtime.topic import LoggedFrame
from realtime.topics import HubLimits, channel_of
from tests.unit.realtime.doubles import MemoryLog, MemoryReplies

LIMITS = HubLimits(
    sweep_interval_s=1.0, log_page_changes=5, max_early_changes=50, topic_linger_s=10.0
)


class SlowToConfirm(MemoryBackend):
    """The in-process bus, as slow to confirm a subscription as a server may be."""

    def __init__(self, limits: BusLimits) -> None:
        super().__init__(limits)
        self.confirms = asyncio.Event()
        self.confirms.set()

    async def confirmed(self, channel: str) -> None:
        await self.confirms.wait()


class LossyBus(Bus):
    """The in-process bus, which drops the messages it is told to."""

    def __init__(self, limits: BusLimits | None = None) -> None:
        backend = SlowToConfirm(limits or BusLimits())
        super().__init__(backend)
        self.confirms = backend.confirms
        self.backend = backend
        self.loses: Callable[[bytes], bool] = lambda message: False
        self.said: list[bytes] = []

    def publish(self, channel: str, message: bytes) -> None:
        if not self.loses(message):
            self.said.append(message)
            super().publish(channel, message)


class Cluster:
    """One log, one bus, and the instances started on them. The workspace w1 is there and empty."""

    def __init__(self, bus: LossyBus) -> None:
        self.log = MemoryLog()
        self.log.create("w1")
        self.replies = MemoryReplies()
        self.bus = bus
        self._running: dict[Hub, contextlib.AsyncExitStack] = {}

    async def start(
        self,
        instance: str = "a",
        limits: HubLimits = LIMITS,
        traced: Callable[[LoggedFrame, int], None] | None = None,
    ) -> Hub:
        hub = Hub(
            log=self.log,
            replies=self.replies,
            bus=self.bus,
            instance=instance,
            limits=limits,
            clock=asyncio.get_running_loop().time,
            traced=traced,
        )
        stack = contextlib.AsyncExitStack()
        await stack.enter_async_context(hub.running())
        self._running[hub] = stack
        return hub

    async def stop(self, hub: Hub) -> None:
        await self._running.pop(hub).aclose()

    async def stop_all(self) -> None:
        for hub in reversed(list(self._running)):
            await self.stop(hub)

    def write(self, hub: Hub, count: int = 1, **what: str) -> list[LoggedFrame]:
        """Commit changes and publish them, as an instance does that has carried out a command."""
        added = self.log.append("w1", count, **what)
        hub.publish("w1", added)
        return added

    def say(self, message: bytes) -> None:
        """Something on the bus that no instance of this version has sent."""
        self.bus.publish(channel_of("w1"), message)


@contextlib.asynccontextmanager
async def cluster(bus_limits: BusLimits | None = None) -> AsyncIterator[Cluster]:
    bus = LossyBus(bus_limits)
    await bus.open()
    instances = Cluster(bus)
    try:
        yield instances
    finally:
        await instances.stop_all()
        await bus.close()
