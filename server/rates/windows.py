"""Sliding windows by key: exact, for what is rare. The same algorithm as that of `limits` over Redis."""

from __future__ import annotations

from collections import OrderedDict, deque


class Windows:
    """When each key was last used, as far as it matters. Of at most `max_keys`; the longest unused makes room."""

    def __init__(self, max_keys: int) -> None:
        self._max_keys = max_keys
        self._kept: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def hit(self, key: str, count: int, seconds: float, now: float) -> bool:
        """Use `key` once; False when it was used `count` times in the last `seconds`, and then it does not count."""
        used = self._used(key, seconds, now)
        if len(used) >= count:
            return False
        used.append(now)
        return True

    def used(self, key: str, seconds: float, now: float) -> int:
        return len(self._used(key, seconds, now)) if key in self._kept else 0

    def wait_s(self, key: str, count: int, seconds: float, now: float) -> float:
        """How long until `key` may be used again."""
        if key not in self._kept:
            return 0.0
        used = self._used(key, seconds, now)
        return max(0.0, used[-count] + seconds - now) if len(used) >= count else 0.0

    def clear(self, key: str) -> None:
        self._kept.pop(key, None)

    def _used(self, key: str, seconds: float, now: float) -> deque[float]:
        used = self._kept.get(key)
        if used is None:
            used = self._kept[key] = deque()
            if len(self._kept) > self._max_keys:
                self._kept.popitem(last=False)
            return used
        self._kept.move_to_end(key)
        while used and used[0] <= now - seconds:
            used.popleft()
        return used
