"""An event loop whose clock jumps to the next timer as soon as nothing is left to do.

A test of intervals and time-outs takes no time on it and depends on no machine's speed: time passes only while every
task waits. There must be no thread and no network in it.
"""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")

ENOUGH_S = 30.0  # of virtual time: what has not come by then never comes
MAX_TURNS = 20_000  # of the loop at one moment: more is a loop without end
MAX_S = 10_000.0  # of virtual time: a test that takes longer never ends


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._ends_at = MAX_S
        self._turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("every task waits for another one: nothing can ever happen")
        if not ready and timeout:
            self.now += timeout
            self._turns = 0
        self._turns += 1
        if self._turns > MAX_TURNS:
            self._turns = 0
            raise RuntimeError("a task goes round and round and waits for nothing")
        if self.now > self._ends_at:
            self._ends_at += MAX_S
            raise RuntimeError("what is waited for never comes")
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test on a loop of its own, in virtual time. It has to end with no task left behind."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def alone() -> None:
            await test(*args, **kwargs)
            await idle()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, f"tasks left behind: {left}"

        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(alone())

    return run


async def idle() -> None:
    """Return when all others wait for time to pass."""
    await asyncio.sleep(1e-6)


async def pass_time(seconds: float) -> None:
    """Let so much time pass, with all that falls due in it."""
    await asyncio.sleep(seconds)
    await idle()
