"""A timing wheel: many deadlines, one timer (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from math import ceil
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class DeadlineWheel(Generic[K]):
    """Holds at most one deadline a key, in slots of `slot_s` seconds; a key falls due up to one slot late."""

    def __init__(self, slot_s: float, now: float) -> None:
        self._slot_s = slot_s
        self._next_slot = ceil(now / slot_s)
        self._slots: dict[int, set[K]] = {}
        self._slot_of: dict[K, int] = {}

    def __len__(self) -> int:
        return len(self._slot_of)

    def set(self, key: K, deadline: float | None) -> None:
        """Set, move or (None) remove the deadline of `key`."""
        slot = None if deadline is None else max(ceil(deadline / self._slot_s), self._next_slot)
        if slot == self._slot_of.get(key):
            return
        self.discard(key)
        if slot is not None:
            self._slot_of[key] = slot
            self._slots.setdefault(slot, set()).add(key)

    def discard(self, key: K) -> None:
        slot = self._slot_of.pop(key, None)
        if slot is None:
            return
        keys = self._slots[slot]
        keys.discard(key)
        if not keys:
            del self._slots[slot]

    def due(self, now: float) -> Iterator[K]:
        """Remove and give the keys whose slot has passed."""
        last = int(now // self._slot_s)
        slots = range(self._next_slot, last + 1)
        if len(slots) > len(self._slots):
            passed = sorted(slot for slot in self._slots if slot <= last)
        else:
            passed = [slot for slot in slots if slot in self._slots]
        self._next_slot = max(self._next_slot, last + 1)
        for slot in passed:
            keys = self._slots.get(slot, set())
            while keys:  # whoever takes a key may discard others
                key = keys.pop()
                del self._slot_of[key]
                yield key
            self._slots.pop(slot, None)
