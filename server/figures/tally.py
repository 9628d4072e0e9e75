"""What the server counts by itself, beside the counters of hub, bus and replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from realtime.histogram import REQUESTS, Histogram
from server.figures.families import Family, Labels

Source = Callable[[], Iterable[Family]]


@dataclass
class Tally:
    """Written by whoever does the thing, read by `server/figures/reading.py`.

    A part of the server that counts by itself adds to `sources` what gives its families.
    """

    requests: Counter[Labels] = field(default_factory=Counter)  # by method, route and status
    request_seconds: dict[Labels, Histogram] = field(default_factory=dict)  # by method and route
    requests_open: int = 0
    commands: Counter[Labels] = field(default_factory=Counter)  # by op, via and result
    command_seconds: Histogram = field(default_factory=Histogram)
    commit_seconds: Histogram = field(default_factory=Histogram)
    frames_received: int = 0
    frames_answered: int = 0  # acks, errors, welcomes, pongs
    closes: Counter[str] = field(default_factory=Counter)  # by code
    sources: list[Source] = field(default_factory=list)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        self.requests[method, route, str(status)] += 1
        found = self.request_seconds.get((method, route))
        if found is None:
            found = self.request_seconds[method, route] = Histogram(REQUESTS)
        found.observe(seconds)
