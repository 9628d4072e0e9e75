"""A reply's text as it grows: only what databases and browsers can hold, told a bounded number of times a second."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

_HIGH = re.compile(r"[\ud800-\udbff]\Z")
_UNFIT = re.compile(r"[\x00\ud800-\udfff]")


class ReplyText:
    """Grows at its end. A surrogate pair that a provider has cut in two is put together again."""

    def __init__(self) -> None:
        self.text = ""
        self._half = ""  # the first half of a surrogate pair whose second has not come

    def append(self, piece: str) -> None:
        piece = self._half + piece
        self._half = ""
        if _HIGH.search(piece):
            piece, self._half = piece[:-1], piece[-1]
        if _UNFIT.search(piece):
            joined = piece.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            piece = joined.replace("\x00", "\ufffd")
        self.text += piece


class Paced:
    """Tells what is new at once, but not oftener than each `interval_s`."""

    def __init__(self, interval_s: float, tell: Callable[[], None]) -> None:
        self._interval_s = interval_s
        self._tell = tell
        self._told_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def due(self) -> None:
        """There is something new."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() >= self._told_at + self._interval_s:
            self.now()
        else:
            self._timer = loop.call_at(self._told_at + self._interval_s, self.now)

    def now(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._told_at = asyncio.get_running_loop().time()
        self._tell()
