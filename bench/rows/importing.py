"""A large file comes in while the others of the workspace work on: how fast, in how much memory, and do they notice?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx

from bench.loading import Load, LoadFailed, Route
from bench.results import Entry, Row
from bench.rows.interleaved import interleaved
from bench.servers.clientflow import ClientFlowServed
from bench.servers.contender import Served
from bench.servers.field import clientflow, clientflow_on_postgres
from bench.settings import Settings
from bench.stats import quantile

WRITERS = 8
MEMBERS_SOCKETS = 20
RATE = 40.0  # writes a second, of all writers together
WINDOW_S = 4.0
TIMEOUT_S = 600.0


def run(settings: Settings) -> Row:
    rows = 5_000 if settings.quick else settings.import_rows

    def measure(served: Served, entry: Entry) -> None:
        assert isinstance(served, ClientFlowServed)
        workspace = served.team.workspace()
        routes = [
            *served.publishing(workspace, WRITERS, 0),
            *served.listening(workspace, MEMBERS_SOCKETS - WRITERS),
        ]
        at_rest = p99_ms(served, routes)
        memory = Memory(served.services[0].pid)
        with ThreadPoolExecutor(1) as thread:
            importing = thread.submit(bring_in, served, workspace, rows)
            meanwhile = list(windows(served, routes, importing))
            seconds = importing.result()
        entry.add(
            rows_per_s=rows / seconds,
            peak_mib=memory.peak_over_rest() / 2**20,
            rest_p99_ms=at_rest,
            p99_ms=quantile(meanwhile, 0.5),
            ratio=quantile(meanwhile, 0.5) / at_rest,
            worst_ratio=max(meanwhile) / at_rest,
        )

    return Row(
        "importing",
        "An import beside others at work",
        f"A CSV file of {rows:,} new clients with 8 columns comes in over REST. Meanwhile {MEMBERS_SOCKETS} sockets of "
        f"the same workspace are open, and {WRITERS} of them send {RATE:g} client.update commands a second together. "
        "Their time runs from sending a command to its change on each socket, at rest and, in windows of "
        f"{WINDOW_S:g} s, while the import runs: the median of the windows' p99, and the worst of them. Memory is "
        "what the server's process takes at most (VmHWM) over what it took before.",
        {
            "rows_per_s": "rows/s",
            "peak_mib": "MiB over rest",
            "rest_p99_ms": "others' p99 at rest, ms",
            "p99_ms": "meanwhile, ms",
            "ratio": "x rest",
            "worst_ratio": "worst window, x rest",
        },
        interleaved([clientflow(), clientflow_on_postgres()], settings.repetitions, measure),
    )


def p99_ms(served: ClientFlowServed, routes: list[Route]) -> float:
    """From sending a command to its change on a socket."""
    options = {"rate": RATE, "warmup": 0.5, "duration": WINDOW_S}
    result, _ = Load("fanout", routes, options).measure(served.cpu_seconds)
    if result["lost"]:
        raise LoadFailed(f"{result['lost']} changes did not come")
    return float(result["latency_us"]["p99"]) / 1e3


def windows(
    served: ClientFlowServed, routes: list[Route], importing: Future[float]
) -> Iterator[float]:
    """The p99 of each window that began and ended while the import ran; at least the first."""
    first = True
    while not importing.done():
        found = p99_ms(served, routes)
        if first or not importing.done():
            yield found
        first = False


def bring_in(served: ClientFlowServed, workspace: str, rows: int) -> float:
    """The seconds that it took."""
    response = httpx.post(
        f"http://127.0.0.1:{served.port}/api/v1/workspaces/{workspace}/import",
        params={"match": "external_id"},
        content=csv_file(rows),
        headers={"Authorization": f"Bearer {served.team.tokens[0]}", "Content-Type": "text/csv"},
        timeout=TIMEOUT_S,
        trust_env=False,
    )
    response.raise_for_status()
    if response.json()["created"] != rows:
        raise LoadFailed(f"not all rows came in: {response.text[:300]}")
    return response.elapsed.total_seconds()


def csv_file(rows: int) -> bytes:
    head = "name;email;phone;stage;value;tags;external_id;notes\n"
    lines = (
        f"Client {n};client-{n}@example.com;+55 11 {n};lead;R$ {n},50;fair, south;id-{n};Met at the fair, stand {n}\n"
        for n in range(rows)
    )
    return (head + "".join(lines)).encode()


class Memory:
    """Of one process, from now on (proc(5))."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")
        (self._folder / "clear_refs").write_text("5")  # the peak is counted anew
        self._rest = self._status("VmRSS")

    def peak_over_rest(self) -> int:
        return self._status("VmHWM") - self._rest

    def _status(self, field: str) -> int:
        """In bytes."""
        lines = (self._folder / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(field)) * 1024
