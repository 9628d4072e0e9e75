"""A small event and a large one."""

from __future__ import annotations

from bench.loading import Load, per_delivery
from bench.results import Entry, Row
from bench.rows.interleaved import interleaved
from bench.servers.contender import Contender, Served
from bench.servers.field import clientflow
from bench.servers.floor import Floor
from bench.servers.peers import Nchan, NodeWs
from bench.servers.starlette_peer import StarletteBroadcaster
from bench.settings import Settings


def run(settings: Settings) -> Row:
    sizes = (settings.event_bytes, settings.large_event_bytes)

    def measure(served: Served, entry: Entry) -> None:
        for size in sizes:
            routes = served.routes(settings.sockets, settings.publishers, size)
            for pace, options in (("calm", settings.calm), ("full", settings.full)):
                result, cpu = Load("fanout", routes, options).measure(served.cpu_seconds)
                entry.add(**{f"{pace}_{size}": per_delivery(cpu, result)})
                entry.add(**{f"lost_{pace}_{size}": result["lost"]})

    taking_part: list[Contender] = [
        Floor(), clientflow(), Nchan(), NodeWs(), StarletteBroadcaster(redis=False)
    ]  # fmt: skip
    return Row(
        "sizes",
        "Small and large events",
        f"As in the row fanout, with events of {sizes[0]} and of {sizes[1]:,} bytes: CPU s per million deliveries. "
        "ClientFlow's smaller event is as small as a change's frame can be.",
        {
            f"{pace}_{size}": f"{pace}, {size:,} bytes"
            for pace in ("calm", "full")
            for size in sizes
        },
        interleaved(taking_part, settings.repetitions, measure),
    )
