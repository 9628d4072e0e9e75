"""A million sockets, simulated from what the other rows have measured."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from bench.results import Entry, Row, read_rows
from bench.rows.interleaved import say
from bench.scale.prices import bill
from bench.scale.simulation import Costs, Load, Plan, simulate
from bench.settings import Settings

MEASURED = Path(__file__).resolve().parent.parent / "results" / "latest.json"
PLANS = {
    "together": ("each workspace on one task", Plan(tasks=100, redis_shards=1, together=True)),
    "spread": ("wherever, as many tasks", Plan(tasks=100, redis_shards=16, together=False)),
    "spread-wide": (
        "wherever, ten times as many",
        Plan(tasks=1_000, redis_shards=16, together=False),
    ),
}
SECONDS = 5.0


def run(settings: Settings) -> Row:
    load, costs = Load(), costs_measured()
    entries = []
    for name, (label, plan) in PLANS.items():
        entry = Entry(name, label)
        outcome = simulate(load, costs, plan, seconds=1.0 if settings.quick else SECONDS, seed=1)
        entry.add(tasks=plan.tasks, redis_shards=plan.redis_shards, **asdict(outcome))
        cost = bill(load, plan, outcome)
        entry.add(dollars=cost.total, traffic_dollars=cost.traffic)
        say(f"  {label}: {outcome}")
        entries.append(entry)
    return Row(
        "scale",
        "A million sockets, simulated",
        f"{load.sockets:,} sockets in workspaces of {load.mean_members:g} people on average (log-normal); each person "
        f"changes something each {load.change_every_s:g} s and views something else each {load.presence_every_s:g} s. "
        "Instances and Redis are queues whose service times are those of the rows subscribers, instances and units, "
        "twice as long, because a vCPU is half a core. Busy: seconds of work each second; from 1 on a queue only "
        "grows. p50 and p99 run from the frame's arrival to the outlets, without the database. Dollars a month at "
        "list prices; docs/scaling.md tells what is in them.",
        {
            "tasks": "tasks of 1 vCPU",
            "redis_shards": "Redis shards",
            "topics": "open topics, on all",
            "mean_task": "busy, mean",
            "busiest_task": "busiest task",
            "busiest_shard": "busiest shard",
            "writes": "writes/s",
            "bus_messages": "bus messages/s",
            "bus_deliveries": "to instances/s",
            "deliveries": "to sockets/s",
            "heads_asked": "heads asked/s",
            "p50_ms": "p50, ms",
            "p99_ms": "p99, ms",
            "dollars": "dollars a month",
            "traffic_dollars": "of which traffic",
        },
        entries,
    )


def costs_measured() -> Costs:
    """From the last results. Raises `LookupError` while a row that it needs has not been run."""
    rows = read_rows(MEASURED)

    def median(row: str, server: str, figure: str) -> float:
        found = rows[row].median(server, figure) if row in rows else None
        if found is None:
            raise LookupError(f"run the row {row} first: {server} has no {figure}")
        return found

    delivery = median("subscribers", "clientflow", "slope")
    sockets = 2 * Settings().sockets  # of the row instances
    each = median("instances", "clientflow-postgres", "calm_cpu")
    units = {
        name: median("units", "units", name)
        for name in ("message_us", "publish_us", "topic_us", "socket_us", "redis_publish_us", "redis_deliver_us")
    }  # fmt: skip
    return Costs(
        write_us=(each - delivery) * sockets,
        presence_us=median("subscribers", "clientflow-presence", "base"),
        delivery_us=delivery,
        **units,
    )
