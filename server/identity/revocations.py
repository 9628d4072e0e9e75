"""Who was put out, as every instance follows it: those whose session or personal token has ended are let go.

The truth is a table that the act itself appends to. Each instance reads what is new in it every second, and at once
when the bus says that there is something. What the bus loses is delayed by a second, as with the change log.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from realtime.bus import Bus, BusState
from server.limits import Limits
from storage import Storage
from storage.errors import StorageError

logger = logging.getLogger("clientflow.identity")

CHANNEL = "clientflow.revocations"
_PAGE_ROWS = 500


class Revocations:
    """`on_revoked` are called with the ids of sessions and personal tokens that have ended."""

    def __init__(self, storage: Storage, bus: Bus, limits: Limits) -> None:
        self._storage = storage
        self._bus = bus
        self._limits = limits
        self._due = asyncio.Event()
        self._is_behind = False
        self.position = 0  # the number of the last one that was followed
        self.on_revoked: list[Callable[[frozenset[str]], None]] = []

    async def start(self) -> None:
        """Whoever was put out before now is not let in: nothing of them is remembered here."""
        self.position = await self._storage.revocations.last()

    async def run(self) -> None:
        """For ever."""
        self._bus.on_state.append(self._bus_changed)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen())
                tasks.create_task(self._sweep())
        finally:
            self._bus.on_state.remove(self._bus_changed)

    async def announce(self) -> None:
        """One was committed: follow it here, and tell the other instances."""
        self._bus.publish(CHANNEL, b"")
        self._due.set()
        with contextlib.suppress(StorageError):  # the sweep comes back to it
            await self.catch_up()

    async def catch_up(self) -> None:
        """Follow what is new."""
        while True:
            found = await self._storage.revocations.after(self.position, _PAGE_ROWS)
            if found:
                self.position = max(self.position, found[-1].id)
                ended = frozenset(each.session_id or each.token_id or "" for each in found)
                for follow in self.on_revoked:
                    follow(ended)
            if len(found) < _PAGE_ROWS:
                return

    async def _listen(self) -> None:
        async with self._bus.subscribe(CHANNEL) as messages:
            async for _ in messages:
                self._due.set()

    async def _sweep(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limits.revocations_sweep_s):
                    await self._due.wait()
            self._due.clear()
            try:
                await self.catch_up()
                self._is_behind = False
            except StorageError as error:
                if not self._is_behind:
                    logger.warning("revocations cannot be read, trying on: %s", error)
                self._is_behind = True

    def _bus_changed(self, state: BusState) -> None:
        self._due.set()
