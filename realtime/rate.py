"""A token bucket with the clock passed in."""

from __future__ import annotations


class TokenBucket:
    """Lets `per_second` events through on average and `burst` at once."""

    __slots__ = ("_burst", "_level", "_per_second", "_updated_at")

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._level = burst
        self._updated_at = now

    def take(self, now: float) -> bool:
        """Take one token; False when there is none."""
        elapsed = max(0.0, now - self._updated_at)
        self._level = min(self._burst, self._level + elapsed * self._per_second)
        self._updated_at = now
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True
