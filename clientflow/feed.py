"""Changes on their way to a reader, in bounded memory: a slow one gets what it missed out of the log."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from realtime.messages import Change


class Feed:
    """`given`: the seq of the last change that the reader has; those after it wait here or are in the log."""

    def __init__(self, seq: int, limit: int) -> None:
        self.given = seq
        self._limit = limit
        self._waiting: deque[Change] = deque()
        self._behind = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def behind(self) -> bool:
        """Nothing waits, but changes were passed over: read the log after `given`, and call `caught_up`."""
        return self._behind and not self._waiting

    def offer(self, change: Change) -> None:
        """The next change. Beyond the limit it is not kept."""
        if self._behind or len(self._waiting) >= self._limit:
            self._behind = True
        else:
            self._waiting.append(change)

    def pass_over(self) -> None:
        """What comes next is to be read from the log."""
        self._behind = True

    def take(self) -> Change | None:
        if not self._waiting:
            return None
        change = self._waiting.popleft()
        self.given = change.seq
        return change

    def caught_up(self, changes: Sequence[Change], head: int) -> None:
        """What the log has after `given`, in order; from `head`, the board's seq, on `offer` brings the rest."""
        self._waiting.extend(change for change in changes if change.seq > self.given)
        last = self._waiting[-1].seq if self._waiting else self.given
        if last >= head:
            self._behind = False

    def restart(self, change: Change) -> None:
        """The board was read anew: what lies between cannot be told one by one."""
        self._waiting.clear()
        self._behind = False
        self._waiting.append(change)
