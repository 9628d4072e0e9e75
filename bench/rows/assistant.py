"""What the server adds between a model's chunk and a member's screen."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import httpx

from bench.loading import LoadFailed
from bench.machine import LOAD_CORE, ROOT, pinned
from bench.replies.members import Plan
from bench.results import Entry, Row
from bench.rows.interleaved import interleaved
from bench.servers.clientflow import MEMBERS, ClientFlow, ClientFlowServed
from bench.servers.contender import Served
from bench.servers.services import ListeningService
from bench.settings import Settings

REPLIES = 50
CHUNKS_PER_S = 20.0


class Model(ListeningService):
    """The stamping model, on the load's core."""

    name = "model"
    core = LOAD_CORE

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PYTHONPATH": str(ROOT)}

    def program(self) -> list[str]:
        numbers = [str(self.port), str(CHUNKS_PER_S), str(self.seconds)]
        return [sys.executable, "-m", "bench.replies.model", *numbers]


class Assisted(ClientFlow):
    """ClientFlow with that model."""

    def __init__(self, seconds: float, *, postgres: bool) -> None:
        instances = 2 if postgres else 1
        name = "clientflow-postgres-2" if postgres else "clientflow"
        super().__init__(name, kind="commit", postgres=postgres, instances=instances)
        store = "Postgres + Redis, 2 instances" if postgres else "SQLite"
        self.label = f"ClientFlow ({store}): assistant"
        self.does = "each chunk goes through the official openai client into the reply, to 20 sockets, and to storage"
        self._seconds = seconds

    @contextmanager
    def running(self) -> Iterator[Served]:
        with Model(self._seconds) as model:
            self.settings = {
                "AI_PROVIDER": "openai",
                "OPENAI_BASE_URL": f"http://127.0.0.1:{model.port}/v1",
            }
            with super().running() as served:
                yield served


def run(settings: Settings) -> Row:
    seconds = settings.warmup_s + settings.duration_s

    def measure(served: Served, entry: Entry) -> None:
        assert isinstance(served, ClientFlowServed)
        workspaces = [served.team.workspace() for _ in range(REPLIES)]
        sockets = [
            {
                "port": served.services[member % len(served.services)].port,
                "workspace": workspace,
                "token": served.team.tokens[member],
            }
            for workspace in workspaces
            for member in range(MEMBERS)
        ]
        plan = Plan(sockets, replies=1, warmup_s=settings.warmup_s, timeout_s=seconds + 60)
        before = 0.0

        def ask() -> None:
            nonlocal before
            before = served.cpu_seconds()
            _ask_in_each(served, workspaces)

        found = _members(plan, ask)
        if found["lost"]:
            raise LoadFailed(f"{found['lost']} sockets were closed")
        entry.add(
            p50_ms=found["p50_ms"],
            p99_ms=found["p99_ms"],
            max_ms=found["max_ms"],
            frames_per_s=found["frames"] / seconds,
            cpu=(served.cpu_seconds() - before) / seconds,
        )

    taking_part = [Assisted(seconds, postgres=postgres) for postgres in (False, True)]
    return Row(
        "assistant",
        "Replies of the assistant",
        f"{REPLIES} replies stream at once, each in a workspace of its own and to {MEMBERS} members. The model says "
        f"{CHUNKS_PER_S:g} words a second, each stamped with the moment at which it is written to the server; the time "
        "runs until a member's socket has it. Model and members share the other core.",
        {
            "p50_ms": "chunk to member, p50, ms",
            "p99_ms": "p99, ms",
            "max_ms": "max, ms",
            "frames_per_s": "frames/s",
            "cpu": "cores used",
        },
        interleaved(taking_part, settings.repetitions, measure),
    )


def _members(plan: Plan, when_ready: Callable[[], None]) -> dict[str, Any]:
    """Run the members' process; once all are in, do what they wait for."""
    command = pinned(LOAD_CORE, [sys.executable, "-m", "bench.replies.members"])
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asdict(plan)))
        process.stdin.close()
        if process.stdout.readline().strip() != "ready":
            process.kill()
            raise LoadFailed("not every member was welcomed")
        when_ready()
        said = process.stdout.readline()
    if not said:
        raise LoadFailed("the replies did not end")
    found: dict[str, Any] = json.loads(said)
    return found


def _ask_in_each(served: ClientFlowServed, workspaces: list[str]) -> None:
    """Spread over the instances."""
    headers = {"Authorization": f"Bearer {served.team.tokens[0]}"}
    with httpx.Client(trust_env=False, timeout=30, headers=headers) as http:
        for number, workspace in enumerate(workspaces):
            port = served.services[number % len(served.services)].port
            path = f"/api/v1/workspaces/{workspace}/assistant/messages"
            response = http.post(f"http://127.0.0.1:{port}{path}", json={"prompt": "Speak"})
            response.raise_for_status()
