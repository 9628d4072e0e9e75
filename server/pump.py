"""Turns of the event loop for what comes in crowds, so that everything else never waits for a whole crowd."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

logger = logging.getLogger("clientflow.channel")

TURN_S = 0.00005
REST_S = 0.001  # the finest that uvloop knows
ADMITTED_A_TURN = 1


class Talker(Protocol):
    """A socket with data that has come and was not looked at yet."""

    @property
    def is_noisy(self) -> bool:
        """Whether it has said far more lately than people and scripts do."""
        ...

    def take_some(self) -> bool:
        """Take a little of it; whether there is more that can be taken now."""
        ...

    def give_up(self) -> None:
        """The server failed at what it said."""
        ...


class Pump:
    """Lets talkers go on, one after the other, for TURN_S in each turn of the event loop.

    The noisy have a line of their own, which rests REST_S between two turns: all who flood together take a twentieth of
    the time, and delay others by a turn at most.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._calm = _Line(0.0, clock)
        self._noisy = _Line(REST_S, clock)

    def add(self, talker: Talker) -> None:
        (self._noisy if talker.is_noisy else self._calm).add(talker)


class _Line:
    def __init__(self, rest_s: float, clock: Callable[[], float]) -> None:
        self._rest_s = rest_s
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
        if not self._is_running:
            return
        loop = asyncio.get_running_loop()
        if self._rest_s:
            loop.call_later(self._rest_s, self._turn)
        else:
            loop.call_soon(self._turn)


class Turnstile:
    """Lets ADMITTED_A_TURN through in each turn of the event loop, in the order in which they came.

    asyncio runs all that is ready in one turn: without this, a crowd that comes at one moment is one long turn.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_running = False

    async def passed(self) -> None:
        """Returns when it is one's turn."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        if not self._is_running:
            self._is_running = True
            loop.call_soon(self._turn)
        await turn

    def _turn(self) -> None:
        left = ADMITTED_A_TURN
        while self._waiting and left:
            turn = self._waiting.popleft()
            if not turn.done():  # who was cancelled takes no place
                turn.set_result(None)
                left -= 1
        self._is_running = bool(self._waiting)
        if self._is_running:
            asyncio.get_running_loop().call_soon(self._turn)


async def let_others_in(began: float) -> float:
    """For a loop over many things: gives way once it has run for TURN_S since `began`; when it goes on."""
    if time.perf_counter() - began < TURN_S:
        return began
    await asyncio.sleep(0)
    return time.perf_counter()
