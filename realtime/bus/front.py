"""Bus: broadcaster's front with a bound on every queue and a state one can watch."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from broadcaster import Broadcast

from realtime.bus.backend import BusBackend, BusCounters, BusState
from realtime.bus.backlog import Subscription


class Bus:
    """Carries bytes between the instances, per channel. Belongs to one event loop.

    Fast but not sure: a message may be replaced by WAKE, and while the state is DEGRADED nothing
    comes. Whoever must see everything reads the log on WAKE and when the state changes.
    """

    def __init__(self, backend: BusBackend) -> None:
        self._backend = backend
        self._broadcast = Broadcast(backend=backend)
        self._is_open = False

    async def open(self) -> None:
        """Returns after the first attempt to reach the server, successful or not."""
        await self._broadcast.connect()
        self._is_open = True

    async def close(self) -> None:
        """Sends what waits, if it takes but a moment, and leaves. Ends no subscription."""
        if not self._is_open:
            return
        self._is_open = False
        await self._broadcast.disconnect()
        # broadcaster cancels its listener without awaiting it: it ends in this turn of the loop.
        await asyncio.sleep(0)

    @property
    def name(self) -> str:
        """memory, redis or postgres."""
        return self._backend.name

    @property
    def state(self) -> BusState:
        return self._backend.state

    @property
    def on_state(self) -> list[Callable[[BusState], None]]:
        """Called with the new state, in a turn of the loop of its own, after every change."""
        return self._backend.on_state

    @property
    def counters(self) -> BusCounters:
        return self._backend.counters

    @property
    def depths(self) -> dict[str, int]:
        """How many messages wait: `sending`, `receiving` and `reading`."""
        return self._backend.depths()

    def publish(self, channel: str, message: bytes) -> None:
        """Sends to every subscriber of the channel, on this instance too. Neither waits nor raises.

        Messages of one channel stay in order. One that cannot be sent becomes a WAKE on its channel
        as soon as something can.
        """
        self._backend.enqueue(channel, message)

    @contextlib.asynccontextmanager
    async def subscribe(self, channel: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The channel's messages from here on, the server having confirmed it.

        While the bus is degraded it is entered at once, and a WAKE follows on recovery.
        """
        # broadcaster awaits the backend before it enters the queue into its table: of two
        # subscribers of a channel that come together it forgets the first, and what arrives
        # in between is lost. Our backends' subscribe therefore never suspends, and the wait
        # for the server comes after it.
        async with self._broadcast.subscribe(channel) as source:
            limit = self._backend.limits.subscription_backlog_messages
            subscription = Subscription(source, limit)
            with self._backend.counting(channel, subscription):
                await self._backend.confirmed(channel)
                yield subscription
