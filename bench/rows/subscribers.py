"""Does the cost of an event grow in a straight line with its subscribers?"""

from __future__ import annotations

from bench.loading import Load
from bench.results import Entry, Row
from bench.rows.interleaved import interleaved
from bench.servers.contender import Served
from bench.servers.field import clientflow, clientflow_in_memory
from bench.servers.floor import Floor
from bench.settings import Settings
from bench.stats import fitted

RATE = 20.0


def run(settings: Settings) -> Row:
    def measure(served: Served, entry: Entry) -> None:
        points = []
        for sockets in settings.subscribers:
            routes = served.routes(sockets, 1, settings.event_bytes)
            options = settings.times | {"rate": RATE}
            result, cpu = Load("fanout", routes, options).measure(served.cpu_seconds)
            per_event = cpu / result["published"] * 1e6
            points.append((float(sockets), per_event))
            entry.add(**{f"us_{sockets}": per_event})
        line = fitted(points)
        entry.add(slope=line.slope, base=line.base, fit=line.fit)

    return Row(
        "subscribers",
        "Subscribers",
        f"One socket publishes {RATE:g} events a second to a room of so many sockets: CPU µs per event. The line "
        "through them is base + slope x sockets; r² is 1 when they lie on it.",
        {f"us_{sockets}": f"{sockets:,} sockets" for sockets in settings.subscribers}
        | {"slope": "slope, µs", "base": "base, µs", "fit": "r²"},
        interleaved([Floor(), clientflow_in_memory(), clientflow()], settings.repetitions, measure),
    )
