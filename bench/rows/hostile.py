"""Good sockets with and without a thousand hostile ones beside them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from bench.hostile.attackers import PAUSE_S, Json, Plan
from bench.loading import Load, LoadFailed
from bench.machine import LOAD_CORE, ROOT, SERVER_CORE, pinned
from bench.results import Entry, Row
from bench.rows.interleaved import interleaved
from bench.servers.clientflow import ClientFlow, ClientFlowServed, ClientFlowService
from bench.servers.contender import Served
from bench.servers.services import PostgresElsewhere, RedisElsewhere
from bench.settings import Settings

# Other addresses than that of the good: a firewall's work is not the server's.
ADDRESSES = [f"127.0.0.{last}" for last in range(2, 34)]
ACCOUNTS = 8
BESIDE_S = 8.0  # the slow have been ended once by then, and most others several times


class GuardedService(ClientFlowService):
    """By the command line of operators, with the limits that it has there."""

    def program(self) -> list[str]:
        return [sys.executable, "-m", "server", "serve"]


class PostgresBeside(PostgresElsewhere):
    """On the server's core: the attackers keep the other one busy, and are not to hold up what they do not attack."""

    core = SERVER_CORE


class RedisBeside(RedisElsewhere):
    core = SERVER_CORE


class Guarded(ClientFlow):
    service = GuardedService
    postgres_service = PostgresBeside
    redis_service = RedisBeside

    def __init__(self, *, postgres: bool) -> None:
        super().__init__(
            "clientflow-postgres" if postgres else "clientflow", kind="commit", postgres=postgres
        )
        self.settings = {"RATE_LIMITS": "on"}


def run(settings: Settings) -> Row:
    calm = settings.calm | {"duration": settings.duration_s if settings.quick else BESIDE_S}

    def measure(served: Served, entry: Entry) -> None:
        assert isinstance(served, ClientFlowServed)
        routes = served.routes(settings.sockets, settings.publishers, settings.event_bytes)
        plan = _plan(served, settings.hostile_sockets)
        alone, alone_cpu = Load("fanout", routes, calm).measure(served.cpu_seconds)
        with attacked(plan) as did:
            beside, beside_cpu = Load("fanout", routes, calm).measure(served.cpu_seconds)
        again, _ = Load("fanout", routes, calm).measure(served.cpu_seconds)
        if beside["lost"]:
            raise LoadFailed(f"{beside['lost']} deliveries were lost")
        quiet_p99 = (alone["latency_us"]["p99"] + again["latency_us"]["p99"]) / 2
        entry.add(
            alone_p50_ms=alone["latency_us"]["p50"] / 1e3,
            beside_p50_ms=beside["latency_us"]["p50"] / 1e3,
            alone_p99_ms=quiet_p99 / 1e3,
            beside_p99_ms=beside["latency_us"]["p99"] / 1e3,
            ratio=beside["latency_us"]["p99"] / quiet_p99,
            alone_cpu=alone_cpu / alone["elapsed_s"],
            beside_cpu=beside_cpu / beside["elapsed_s"],
            frames_per_s=did.get("frames", 0) / did["seconds"],
            connections_per_s=sum(
                count for name, count in did.items() if name.endswith(" connections")
            )
            / did["seconds"],
        )

    return Row(
        "hostile",
        "A thousand hostile connections",
        f"{settings.sockets} sockets at {settings.calm_rate:g} events/s, alone and beside {settings.hostile_sockets:,} "
        "hostile connections from other addresses: a third send a head, a handshake or a body byte by byte; a third "
        "shake hands and say nothing; a third send frames as fast as the socket takes them, half of those with an "
        f"account of their own. Whoever is ended comes back within {1.5 * PAUSE_S:g} s. All limits are those that the "
        "server has by default. The attackers share the load's core, and run when the load leaves it; the databases "
        "are on the server's.",
        {
            "alone_p50_ms": "p50 alone, ms",
            "beside_p50_ms": "p50 beside, ms",
            "alone_p99_ms": "p99 alone (before and after), ms",
            "beside_p99_ms": "p99 beside, ms",
            "ratio": "p99 beside / alone",
            "alone_cpu": "cores used alone",
            "beside_cpu": "cores used beside",
            "frames_per_s": "hostile frames/s",
            "connections_per_s": "hostile connections/s",
        },
        interleaved(
            [Guarded(postgres=postgres) for postgres in (False, True)],
            settings.repetitions,
            measure,
        ),
    )


def _plan(served: ClientFlowServed, hostile: int) -> Plan:
    third = hostile // 3
    accounts = []
    for token in served.team.strangers(ACCOUNTS):
        workspace = served.team.workspace_of(token)
        hello = {"type": "hello", "token": token, "since": None}
        accounts.append({"path": f"/ws/workspaces/{workspace}", "hello": hello})
    flooding = hostile - 2 * third
    return Plan(
        port=served.port,
        addresses=ADDRESSES,
        accounts=accounts,
        slow=third,
        silent=third,
        strangers=flooding // 2,
        members=flooding - flooding // 2,
    )


@contextmanager
def attacked(plan: Plan) -> Iterator[Json]:
    """While the block runs; what the attackers did stands in the dictionary afterwards. Raises `LoadFailed`."""
    idle = ["chrt", "--idle", "0"]  # the load measures, and goes first
    program = [sys.executable, "-m", "bench.hostile.attackers"]
    process = subprocess.Popen(
        pinned(LOAD_CORE, [*idle, *program]),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    did: Json = {}
    try:
        process.stdin.write(json.dumps(asdict(plan)))
        process.stdin.close()
        if not process.stdout.readline():
            raise LoadFailed("the attackers did not get there")
        yield did
        process.terminate()
        did.update(json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
