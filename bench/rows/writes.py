"""Acknowledged writes, against the bare driver with the same statements."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from bench.bare.statements import (
    Board,
    Noted,
    Numbered,
    Place,
    last_two_alike,
    read_trace,
    transactions,
)
from bench.bare.writes import Plan
from bench.loading import Load, Route
from bench.machine import ROOT, SERVER_CORE, pinned
from bench.results import Entry, Row
from bench.rows.interleaved import say
from bench.servers.clientflow import (
    SETTINGS,
    ClientFlow,
    ClientFlowServed,
    ClientFlowService,
    Team,
)
from bench.servers.field import clientflow, clientflow_on_postgres
from bench.servers.services import PostgresElsewhere
from bench.settings import Settings
from bench.stats import shares

DRIVERS = {"clientflow": ("sqlite3", "aiosqlite"), "clientflow-postgres": ("asyncpg",)}


class TracedService(ClientFlowService):
    """ClientFlow, with the statements that its driver was given in the file `trace`."""

    @property
    def trace(self) -> Path:
        return self.folder / "trace"

    def environment(self) -> dict[str, str]:
        path = {"PYTHONPATH": f"{self.settings['PYTHONPATH']}:{ROOT}"}
        return super().environment() | path | {"TRACE": str(self.trace)}

    def program(self) -> list[str]:
        return [sys.executable, "-m", "bench.bare.traced_server"]


def run(settings: Settings) -> Row:
    contenders = (clientflow(), clientflow_on_postgres())
    entries = []
    for contender in contenders:
        ours = Entry(contender.name, contender.label, contender.does)
        bare = [
            Entry(
                f"{contender.name}-{driver}",
                f"bare {driver}",
                "the same statements, one transaction a write",
            )
            for driver in DRIVERS[contender.name]
        ]
        entries += [ours, *bare]
        for repetition in range(settings.repetitions):
            measure_clientflow(contender, ours, settings)
            measure_bare(contender, bare, settings)
            say(
                f"  {repetition + 1} {contender.label}: {shown(ours)}; {'; '.join(map(shown, bare))}"
            )
    return Row(
        "writes",
        "Acknowledged writes",
        "So many clients at once each send client.update, wait for its ack, and send the next; all in one workspace, "
        f"or spread over {settings.writers_workspaces}. Every socket also receives every change of its workspace. The "
        "bare driver runs the statements of one such write, taken from the driver of a running server, in one "
        "transaction a write: on SQLite over one connection, which is all that SQLite lets write, on PostgreSQL over "
        "as many connections as there are clients. Several writes in one transaction are not its own idea: that is "
        "what the server's group commit adds. PostgreSQL writes through to the disk (fsync), SQLite runs with the "
        "server's settings (WAL, synchronous = NORMAL).",
        {figure(*case): heading(*case) for case in cases(settings)},
        entries,
    )


def cases(settings: Settings) -> list[tuple[int, int]]:
    """How many writers, in how many workspaces."""
    return [
        (count, boards)
        for boards in (1, settings.writers_workspaces)
        for count in settings.writers
        if count >= boards
    ]


def figure(writers: int, boards: int) -> str:
    return f"writes_{writers}_{boards}"


def heading(writers: int, boards: int) -> str:
    return f"writes/s: {counted(writers, 'client')}, {counted(boards, 'workspace')}"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def measure_clientflow(contender: ClientFlow, entry: Entry, settings: Settings) -> None:
    with contender.running() as served:
        assert isinstance(served, ClientFlowServed)
        for count, boards in cases(settings):
            routes: list[Route] = []
            for share in shares(count, boards):
                workspace = served.team.workspace()
                routes += served.publishing(workspace, share, 0)
            result, cpu = Load("writes", routes, settings.times).measure(served.cpu_seconds)
            name = figure(count, boards)
            entry.add(
                **{name: result["acknowledged"] / result["elapsed_s"],
                   f"{name}_refused": result["refused"],
                   f"{name}_p99_us": result["latency_us"]["p99"],
                   f"{name}_cpu_us": cpu / max(1, result["acknowledged"]) * 1e6}
            )  # fmt: skip


def measure_bare(contender: ClientFlow, entries: list[Entry], settings: Settings) -> None:
    with ExitStack() as stack:
        if contender.postgres:
            url = stack.enter_context(PostgresElsewhere()).create_database()
        else:
            url = "sqlite:///./clientflow.db"
        service = TracedService(SETTINGS | {"DATABASE_URL": url})
        with service:
            pair, written, boards = traced_writes(service, settings)
            service.stop()
            database = url if contender.postgres else str(service.folder / "clientflow.db")
            for count, among in cases(settings):
                for entry, driver in zip(entries, DRIVERS[contender.name], strict=True):
                    writers = [
                        place
                        for places, share in zip(boards, shares(count, among), strict=False)
                        for place in places[:share]
                    ]
                    plan = Plan(database, pair, written, writers, settings.duration_s)
                    entry.add(**{figure(count, among): writes_per_s(driver, plan, service.folder)})
                    # The next case goes on where this one, in a process of its own, ended.
                    boards = [renumbered(places) for places in boards]


def traced_writes(
    service: TracedService, settings: Settings
) -> tuple[tuple[list[Noted], list[Noted]], Numbered, list[list[Place]]]:
    """Two writes as the driver saw them, what the second wrote, and the clients there are in each workspace."""
    served = ClientFlowServed([service])
    team = Team(f"http://127.0.0.1:{service.port}/api/v1", 1)
    served._team = team
    workspaces = [team.workspace() for _ in range(settings.writers_workspaces)]
    clients = {workspace: team.clients(workspace, settings.writers[-1]) for workspace in workspaces}
    seqs = {workspace: team.seq(workspace) for workspace in workspaces}
    first = clients[workspaces[0]][0]
    writer = served.route(workspaces[0], 0, publish=served.event(first, 0))
    Load("writes", [writer], {"warmup": 0, "duration": 0.5}).measure(lambda: 0.0)
    seqs[workspaces[0]] = team.seq(workspaces[0])
    version = team.version(workspaces[0], first)
    pair = last_two_alike(transactions(list(read_trace(service.trace))))
    written = Numbered(workspaces[0], first, seqs[workspaces[0]], version)
    boards = []
    for workspace in workspaces:
        board = Board(workspace, seqs[workspace])
        boards.append([Place(board, client, 1) for client in clients[workspace]])
    boards[0][0].version = version
    return pair, written, boards


def renumbered(places: list[Place]) -> list[Place]:
    """The same clients, with numbers beyond any that a case can have reached."""
    beyond = 1_000_000
    board = Board(places[0].board.workspace_id, places[0].board.seq + beyond)
    return [Place(board, place.client_id, place.version + beyond) for place in places]


def writes_per_s(driver: str, plan: Plan, folder: Path) -> float:
    path = folder / "plan"
    path.write_bytes(pickle.dumps(plan))
    command = pinned(SERVER_CORE, [sys.executable, "-m", "bench.bare.writes", driver, str(path)])
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, timeout=plan.seconds + 60
    )
    told = json.loads(done.stdout)
    return float(told["writes"] / told["seconds"])


def shown(entry: Entry) -> str:
    figures = (
        f"{name} {values[-1]:.0f}" for name, values in entry.figures.items() if name.count("_") == 2
    )
    return f"{entry.label} " + ", ".join(figures)
