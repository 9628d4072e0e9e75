"""How long to wait before the next attempt: exponential, with full jitter."""

from __future__ import annotations

from collections.abc import Callable


class Backoff:
    """Instances that lost one server together do not come back to it together."""

    def __init__(self, first_s: float, cap_s: float, random: Callable[[], float]) -> None:
        self._first_s = first_s
        self._cap_s = cap_s
        self._random = random
        self._ceiling_s = first_s

    def next_delay_s(self) -> float:
        ceiling_s = self._ceiling_s
        self._ceiling_s = min(self._cap_s, ceiling_s * 2)
        return self._random() * ceiling_s

    def reset(self) -> None:
        self._ceiling_s = self._first_s
