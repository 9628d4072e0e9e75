"""The first word of a shutdown: the signal is noticed here before the ASGI server acts on it.

ASGI tells an app that it stops only when every request has ended. A long poll would hold that up, and a load balancer
should hear of it at once, so the signal's handler is chained: ours first, then the server's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def noticing_shutdown(notice: Callable[[], None]) -> Iterator[None]:
    """Call `notice` in the event loop when the process is told to stop (SIGTERM, SIGINT)."""
    if threading.current_thread() is not threading.main_thread():
        yield  # a server in a thread, as in some tests, gets no signals
        return
    loop = asyncio.get_running_loop()
    previous = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(notice)
        chained = previous[signal.Signals(number)]
        if callable(chained):
            chained(number, frame)
        elif chained is signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for number in previous:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
