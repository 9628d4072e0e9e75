"""The bus of a single process: what is published comes straight back."""

from __future__ import annotations

from typing import ClassVar

from realtime.bus.backend import BusBackend, BusState


class MemoryBackend(BusBackend):
    name: ClassVar[str] = "memory"
    state = BusState.LOCAL

    async def connect(self) -> None:
        """Nothing to reach."""

    async def disconnect(self) -> None:
        """Nothing to leave."""

    async def subscribe(self, group: str) -> None:
        """broadcaster routes by channel itself."""

    async def unsubscribe(self, group: str) -> None:
        """The same."""

    async def confirmed(self, channel: str) -> None:
        """From the first moment."""

    def enqueue(self, channel: str, message: bytes) -> None:
        self.counters.published += 1
        if channel in self._subscriptions_of:
            self._receive(channel, message)
