"""Turns for the sockets that say much at once, so that those that say little never wait for them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

logger = logging.getLogger("clientflow.channel")

TURN_S = 0.001


class Talker(Protocol):
    """A socket with data that has come and was not looked at yet."""

    def take_some(self) -> bool:
        """Take a little of it; whether there is more that can be taken now."""
        ...

    def give_up(self) -> None:
        """The server failed at what it said."""
        ...


class Pump:
    """Lets talkers go on, one after the other, for TURN_S in each turn of the event loop.

    Between two turns the loop looks after everything else, so whoever floods takes time that others leave, and delays
    them by a turn at most.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._waiting: deque[Talker] = deque()
        self._is_running = False

    def add(self, talker: Talker) -> None:
        self._waiting.append(talker)
        if not self._is_running:
            self._is_running = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        until = self._clock() + TURN_S
        while self._waiting:
            talker = self._waiting.popleft()
            try:
                if talker.take_some():
                    self._waiting.append(talker)
            except Exception:
                logger.exception("a frame could not be taken")
                talker.give_up()
            if self._clock() >= until:
                break
        self._is_running = bool(self._waiting)
        if self._is_running:
            asyncio.get_running_loop().call_soon(self._turn)
