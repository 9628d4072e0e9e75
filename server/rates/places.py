"""How many connections each address, user and workspace has open."""

from __future__ import annotations

from collections import Counter
from typing import Protocol

SOCKETS_OF_ADDRESS = "sockets-address"
GREETINGS_OF_ADDRESS = "greetings-address"
SOCKETS_OF_USER = "sockets-user"
SOCKETS_OF_WORKSPACE = "sockets-workspace"


class Places:
    """Counts what is open by key, up to `most` for each. An empty key is not counted."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many keys have anything open."""
        return len(self._taken)

    def enter(self, key: str) -> bool:
        """Take a place; False when there is none. Who took one leaves it again."""
        if not key:
            return True
        if self._taken.get(key, 0) >= self._most:
            return False
        self._taken[key] += 1
        return True

    def leave(self, key: str) -> None:
        if not key:
            return
        self._taken[key] -= 1
        if not self._taken[key]:
            del self._taken[key]


class _Rates(Protocol):
    """What is used of `Rates`."""

    def handshake(self, address: str) -> None: ...
    def enter(self, places: str, key: str) -> None: ...
    def leave(self, places: str, key: str) -> None: ...


class SocketPlaces:
    """The places that one socket takes: first among those of its address, then among its user's and workspace's too."""

    __slots__ = ("_rates", "_taken", "address")

    def __init__(self, rates: _Rates, address: str) -> None:
        """Raises `TooMany`."""
        self._rates = rates
        self._taken: tuple[tuple[str, str], ...] | None = ()
        self.address = address
        rates.handshake(address)
        self._take(((SOCKETS_OF_ADDRESS, address), (GREETINGS_OF_ADDRESS, address)))

    def admit(self, user_id: str, workspace_id: str) -> None:
        """It has been let in. Raises `TooMany`."""
        if self._taken is None:
            return
        self._take(((SOCKETS_OF_USER, user_id), (SOCKETS_OF_WORKSPACE, workspace_id)))
        greeting = (GREETINGS_OF_ADDRESS, self.address)
        self._rates.leave(*greeting)
        self._taken = tuple(one for one in self._taken if one != greeting)

    def close(self) -> None:
        taken, self._taken = self._taken, None
        for places, key in taken or ():
            self._rates.leave(places, key)

    def _take(self, wanted: tuple[tuple[str, str], ...]) -> None:
        """All of them or, when one is not to be had, none."""
        taken: list[tuple[str, str]] = []
        try:
            for places, key in wanted:
                self._rates.enter(places, key)
                taken.append((places, key))
        except BaseException:
            for places, key in taken:
                self._rates.leave(places, key)
            raise
        self._taken = (*(self._taken or ()), *taken)
