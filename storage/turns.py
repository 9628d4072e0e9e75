"""Turns: who waits for the same thing gets it in the order of coming."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage.errors import Unavailable


class Turns:
    """A lock for each key, kept only while somebody holds it or waits for it."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._locks: dict[str, asyncio.Lock] = {}
        self._takers: dict[str, int] = {}

    @asynccontextmanager
    async def of(self, key: str) -> AsyncIterator[None]:
        """Waits for the turn and keeps it; raises Unavailable when it does not come in time."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        self._takers[key] = self._takers.get(key, 0) + 1
        try:
            try:
                async with asyncio.timeout(self._timeout_s):
                    await lock.acquire()
            except TimeoutError as error:
                raise Unavailable("the database is busy: too many writers wait") from error
            try:
                yield
            finally:
                lock.release()
        finally:
            self._takers[key] -= 1
            if not self._takers[key]:
                del self._takers[key], self._locks[key]
