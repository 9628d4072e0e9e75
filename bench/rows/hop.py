"""From a commit to a delivery on another instance, against a bare Redis hop."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from bench.loading import Load
from bench.machine import ROOT, SERVER_CORE, pinned
from bench.programs import HOP
from bench.results import Entry, Row
from bench.rows.interleaved import say
from bench.servers.clientflow import ClientFlowServed
from bench.servers.field import clientflow_on_postgres
from bench.servers.services import RedisElsewhere
from bench.settings import Settings
from bench.stats import quantile

RATE = 100.0


def run(settings: Settings) -> Row:
    seconds = 2 * settings.duration_s
    entries = [
        Entry("clientflow-postgres-2", "ClientFlow, one instance to the other",
              "from the delivery on the instance that committed to the delivery on the other"),
        Entry("bare-python", "bare hop, redis.asyncio", "PUBLISH in one process, the message in another"),
        Entry("bare-c", "bare hop, C", "the same with sockets in C"),
    ]  # fmt: skip
    for repetition in range(settings.repetitions):
        bytes_ = measure_clientflow(entries[0], seconds)
        with RedisElsewhere() as redis:
            measure_python(entries[1], redis.url, seconds, bytes_)
            measure_c(entries[2], redis.port, seconds, bytes_)
        shown = (f"{entry.label}: p99 {entry.figures['p99_us'][-1]:.0f} µs" for entry in entries)
        say(f"  {repetition + 1}/{settings.repetitions} {', '.join(shown)}")
    return Row(
        "hop",
        "Commit to delivery on another instance",
        f"Two instances joined by Redis, on the server's core; PostgreSQL, Redis and the load on the other. A socket "
        f"of the first sends {RATE:g} client.update commands a second. Each instance has one socket in the workspace; "
        "the time runs from when the load has read the change on the first, which is after the commit, to when it has "
        "read it on the second. The bare hop runs from just before PUBLISH to when the subscriber has the message, "
        "both on the server's core, with a message of the same size.",
        {
            "p50_us": "p50, µs",
            "p99_us": "p99, µs",
            "send_p50_us": "from sending the command, p50, µs",
            "send_p99_us": "p99, µs",
        },
        entries,
    )


def measure_clientflow(entry: Entry, seconds: float) -> int:
    """Returns how long the event was."""
    with clientflow_on_postgres(instances=2).running() as served:
        assert isinstance(served, ClientFlowServed)
        workspace = served.team.workspace()
        routes = [
            *served.publishing(workspace, 1, 0),
            served.route(workspace, 1, instance=1, group=1),
        ]
        options = {"rate": RATE, "warmup": 1.0, "duration": seconds}
        result, _ = Load("fanout", routes, options).measure(served.cpu_seconds)
    entry.add(
        p50_us=result["hop_us"]["p50"],
        p99_us=result["hop_us"]["p99"],
        send_p50_us=result["other_group_us"]["p50"],
        send_p99_us=result["other_group_us"]["p99"],
    )
    return int(result["frame_bytes"][1])


def measure_python(entry: Entry, url: str, seconds: float, size: int) -> None:
    events = str(int(RATE * seconds))
    command = pinned(SERVER_CORE, [sys.executable, "-m", "bench.bare.redis_hop"])
    arguments = [url, events, str(RATE), str(size)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*command, "subscribe", *arguments], stdout=subprocess.PIPE, text=True, env=environment
    ) as subscriber:
        try:
            assert subscriber.stdout is not None
            subscriber.stdout.readline()
            publish = [*command, "publish", *arguments]
            subprocess.run(publish, check=True, env=environment, timeout=seconds + 60)
            times = json.loads(subscriber.stdout.readline())
        finally:
            subscriber.kill()
    entry.add(p50_us=quantile(times, 0.5), p99_us=quantile(times, 0.99))


def measure_c(entry: Entry, port: int, seconds: float, size: int) -> None:
    command = pinned(SERVER_CORE, [str(HOP), str(port), str(RATE), str(seconds), str(size)])
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    times = json.loads(done.stdout)
    entry.add(p50_us=times["p50"], p99_us=times["p99"])
