"""Fan-out: one event to many sockets."""

from __future__ import annotations

from bench.loading import Load, per_delivery
from bench.results import Entry, Row
from bench.rows.interleaved import Measure, interleaved
from bench.servers.contender import Served
from bench.servers.field import everyone
from bench.settings import Settings

COLUMNS = {
    "full_cpu": "CPU s per million deliveries, full speed",
    "full_rate": "deliveries/s, full speed",
    "calm_cpu": "CPU s per million deliveries, {calm_rate:g} events/s",
    "p50_us": "p50 latency at {calm_rate:g} events/s, µs",
    "p99_us": "p99, µs",
    "frames_per_read": "frames per read",
    "event_bytes": "bytes",
    "lost": "lost",
    "load_share": "load",
}


def columns(settings: Settings) -> dict[str, str]:
    return {name: text.format(calm_rate=settings.calm_rate) for name, text in COLUMNS.items()}


def measured(settings: Settings, sockets: int) -> Measure:
    """Both paces with so many sockets."""

    def measure(served: Served, entry: Entry) -> None:
        routes = served.routes(sockets, settings.publishers, settings.event_bytes)
        calm, cpu = Load("fanout", routes, settings.calm).measure(served.cpu_seconds)
        entry.add(
            calm_cpu=per_delivery(cpu, calm),
            p50_us=calm["latency_us"]["p50"],
            p99_us=calm["latency_us"]["p99"],
        )
        full, cpu = Load("fanout", routes, settings.full).measure(served.cpu_seconds)
        entry.add(
            full_cpu=per_delivery(cpu, full),
            full_rate=full["delivered"] / full["elapsed_s"],
            load_share=full["loader_cpu_s"] / full["elapsed_s"],
            event_bytes=full["frame_bytes"][1],
            frames_per_read=full["messages"] / full["reads"],
            lost=full["lost"] + calm["lost"],
        )

    return measure


def run(settings: Settings) -> Row:
    return Row(
        "fanout",
        "Fan-out",
        f"{settings.sockets} sockets in one room, {settings.publishers} of which also publish events of "
        f"{settings.event_bytes} bytes. At full speed the publishers keep {settings.window} events in flight; "
        f"otherwise they send {settings.calm_rate:g} a second. Latency runs from when an event was due to when "
        "each socket has read it. Frames per read, seen by the load at full speed, tells how many a server gathers in "
        "one write: who gathers needs less than the floor, which writes each event by itself. Load: how busy its core "
        "was with the load generator.",
        columns(settings),
        interleaved(everyone(), settings.repetitions, measured(settings, settings.sockets)),
        ratios={"full_cpu": "full speed", "calm_cpu": f"{settings.calm_rate:g} events/s"},
    )
