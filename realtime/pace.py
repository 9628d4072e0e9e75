"""How long what goes to many sockets is gathered before it is sent."""

from __future__ import annotations


class Pace:
    """At rest nothing waits. Under load sending takes about a third of the time, and nothing waits beyond the window.

    After a sending that took `d` seconds the next one comes not before `2 d` later: one that reaches few sockets
    waits for microseconds, one that reaches thousands for some milliseconds, at most `window_s`.
    """

    __slots__ = ("_not_before", "_window_s")

    _REST_FOR_WORK = 2.0

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._not_before = 0.0

    def delay(self, now: float) -> float:
        """How long to gather, in seconds; 0.0: until the end of the event loop's turn."""
        return max(0.0, self._not_before - now)

    def sent(self, began: float, ended: float) -> None:
        """A sending took from `began` to `ended`."""
        self._not_before = ended + min(self._window_s, self._REST_FOR_WORK * (ended - began))
