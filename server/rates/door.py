"""Who may open a connection at all, before a byte of it has been read."""

from __future__ import annotations

from collections import Counter

from server.limits import Limits
from server.rates.addresses import Proxies, counted_address
from server.rates.places import Places


class Door:
    """Counts the open HTTP connections of each address. Those of a trusted proxy are many people's: not counted.

    `dropped` counts by reason the connections that were ended, or not begun, at this level.
    """

    def __init__(self, limits: Limits, proxies: Proxies | None = None, factor: float = 1.0) -> None:
        """`factor` as in `Rates`."""
        self.limits = limits
        self.dropped: Counter[str] = Counter()
        self._proxies = proxies or Proxies("")
        self._places = Places(limits.max_connections_per_address * factor or float("inf"))

    def enter(self, host: str | None, open_connections: int) -> str | None:
        """The address that the connection is counted by; None when there is no place for it."""
        address = "" if host in self._proxies else counted_address(host)
        if open_connections > self.limits.max_connections or not self._places.enter(address):
            self.dropped["too-many"] += 1
            return None
        return address

    def leave(self, address: str) -> None:
        self._places.leave(address)
