"""What every bus backend is to broadcaster and to the Bus: state, counters and the way in."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from itertools import chain
from typing import ClassVar, cast

from broadcaster import BroadcastBackend, Event

from realtime.bus.backlog import Subscription
from realtime.bus.limits import BusLimits
from realtime.bus.mailbox import Mailbox


class BusState(enum.Enum):
    LOCAL = "in-process"
    CONNECTED = "connected"
    DEGRADED = "degraded"


@dataclasses.dataclass(slots=True)
class BusCounters:
    """Messages since the start. WAKEs that the bus itself makes are in none of them."""

    published: int = 0  # taken over by the server
    publish_dropped: int = 0  # replaced by a WAKE: server away or too slow
    received: int = 0
    received_dropped: int = 0  # received, then replaced by a WAKE: readers too slow
    reconnects: int = 0


class BusBackend(BroadcastBackend, ABC):
    name: ClassVar[str]
    state: BusState

    def __init__(self, limits: BusLimits) -> None:
        self.limits = limits
        self.counters = BusCounters()
        self.on_state: list[Callable[[BusState], None]] = []
        self._inbox = Mailbox(
            messages=limits.receive_queue_messages,
            size_bytes=limits.receive_queue_bytes,
            lost_channels=limits.lost_channels,
        )
        self._arrived = asyncio.Event()
        self._subscriptions_of: dict[str, list[Subscription]] = {}
        self._burst = 0

    @abstractmethod
    def enqueue(self, channel: str, message: bytes) -> None:
        """Takes the message over at once. Neither waits nor raises."""

    @abstractmethod
    async def confirmed(self, channel: str) -> None:
        """Returns when messages on the channel are sure to come, or cannot come now anyway."""

    def depths(self) -> dict[str, int]:
        """How many messages wait, and what for: the server, the listener, the channels' readers."""
        subscriptions = chain.from_iterable(self._subscriptions_of.values())
        unread = sum(subscription.waiting for subscription in subscriptions)
        return {"sending": 0, "receiving": len(self._inbox), "reading": unread}

    async def publish(self, channel: str, message: bytes) -> None:
        self.enqueue(channel, message)

    @contextlib.contextmanager
    def counting(self, channel: str, subscription: Subscription) -> Iterator[None]:
        """Keeps the subscription's backlog bounded meanwhile."""
        self._subscriptions_of.setdefault(channel, []).append(subscription)
        try:
            yield
        finally:
            self._subscriptions_of[channel].remove(subscription)
            if not self._subscriptions_of[channel]:
                del self._subscriptions_of[channel]

    async def next_published(self) -> Event:
        """The next event for broadcaster's listener, which dies of an exception: raises none.

        The listener never waits for readers, so this does it in its stead: it lets the loop run
        after every burst. After the event is chosen nothing may suspend: broadcaster puts it into
        the very queues that have just been counted.
        """
        self._burst += 1
        if self._burst >= self.limits.burst_messages:
            self._burst = 0
            await asyncio.sleep(0)
        while not self._inbox:
            self._arrived.clear()
            await self._arrived.wait()
        channel, message = self._inbox.pop()
        for subscription in self._subscriptions_of.get(channel, ()):
            self.counters.received_dropped += await subscription.make_room()
        # broadcaster annotates messages as str but carries whatever it is given.
        return Event(channel, cast(str, message))

    def _receive(self, channel: str, message: bytes) -> None:
        self.counters.received += 1
        if not self._inbox.put(channel, message):
            self.counters.received_dropped += 1
        self._arrived.set()

    def _wake(self, channel: str) -> None:
        self._inbox.lose(channel)
        self._arrived.set()
