"""What was found out a moment ago, within bounds of number and age."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Keeps at most `count` values, each for `age_s` seconds; the longest unused one makes room."""

    def __init__(self, count: int, age_s: float, clock: Callable[[], float]) -> None:
        self._count = count
        self._age_s = age_s
        self._clock = clock
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        found = self._kept.get(key)
        if found is None:
            return None
        until, value = found
        if until <= self._clock():
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        self._kept[key] = (self._clock() + self._age_s, value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._count:
            self._kept.popitem(last=False)

    def forget(self, key: K) -> None:
        self._kept.pop(key, None)

    def forget_where(self, is_meant: Callable[[V], bool]) -> None:
        for key in [key for key, (_, value) in self._kept.items() if is_meant(value)]:
            del self._kept[key]
