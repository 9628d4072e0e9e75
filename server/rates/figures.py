"""What was refused, for /metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.figures.families import Family, counter
from server.rates.door import Door
from server.rates.rates import Rates


def figures_of(rates: Rates, door: Door) -> Callable[[], Sequence[Family]]:
    def read() -> Sequence[Family]:
        return [
            counter(
                "clientflow_rate_limited",
                "Requests, commands, frames and sockets refused, by policy.",
                rates.refused,
                ["policy"],
            ),
            counter(
                "clientflow_connections_dropped",
                "Connections ended, or not begun, before a request of theirs was answered.",
                door.dropped,
                ["reason"],
            ),
        ]

    return read
