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

    def take(self, now: float, tokens: float = 1.0) -> bool:
        """Take one token, or `tokens`; False when there are too few, and then none is taken."""
        elapsed = max(0.0, now - self._updated_at)
        self._level = min(self._burst, self._level + elapsed * self._per_second)
        self._updated_at = now
        if self._level < tokens:
            return False
        self._level -= tokens
        return True

    def drain(self, now: float, tokens: float) -> None:
        """Take so many, or what there is."""
        self._level = max(0.0, self.level(now) - tokens)
        self._updated_at = max(now, self._updated_at)

    def level(self, now: float) -> float:
        elapsed = max(0.0, now - self._updated_at)
        return min(self._burst, self._level + elapsed * self._per_second)

    def wait_s(self, now: float, tokens: float = 1.0) -> float:
        """How long until there are so many tokens."""
        return max(0.0, (tokens - self.level(now)) / self._per_second)
