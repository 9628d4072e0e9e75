"""How fast sockets can come (back)."""

from __future__ import annotations

from dataclasses import replace

from bench.loading import Load
from bench.results import Entry, Row
from bench.rows.interleaved import interleaved
from bench.servers.contender import Served
from bench.servers.field import socket_holders
from bench.settings import Settings

# Many addresses, so that no pair of ports is used again while the kernel still remembers it.
SOURCES = [f"127.0.0.{last}" for last in range(1, 9)]


def run(settings: Settings) -> Row:
    def measure(served: Served, entry: Entry) -> None:
        routes = served.routes(settings.sockets, 1, settings.event_bytes)
        routes = [replace(route, source=source) for source in SOURCES for route in routes]
        options = {"parallel": settings.parallel_accepts} | settings.times
        result, cpu = Load("accepts", routes, options).measure(served.cpu_seconds)
        entry.add(
            per_cpu_s=result["accepted"] / cpu,
            per_s=result["accepted"] / result["elapsed_s"],
            p50_ms=result["latency_us"]["p50"] / 1e3,
            p99_ms=result["latency_us"]["p99"] / 1e3,
            refused=result["refused"] + result["late"],
        )

    return Row(
        "accepts",
        "Accepts",
        f"{settings.parallel_accepts} sockets at once connect, shake hands, are let in, close, and come again, as fast "
        "as the server lets them. ClientFlow's are let in when the token and the membership have been checked and "
        "`welcome` has come; they belong to 20 members, who see each other come and go. The peers check nothing.",
        {
            "per_cpu_s": "accepts per CPU second",
            "per_s": "accepts/s",
            "p50_ms": "p50, ms",
            "p99_ms": "p99, ms",
            "refused": "refused",
        },
        interleaved(socket_holders(), settings.repetitions, measure),
    )
