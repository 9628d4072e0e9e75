"""Does the number of workspaces cost anything?"""

from __future__ import annotations

from bench.loading import Load, per_delivery
from bench.results import Entry, Row
from bench.rows.interleaved import interleaved
from bench.servers.clientflow import ClientFlowServed
from bench.servers.contender import Served
from bench.servers.field import clientflow, clientflow_in_memory
from bench.settings import Settings
from bench.stats import shares

BUSY_RATE = 100.0


def run(settings: Settings) -> Row:
    most = settings.workspaces[-1]
    busy, total = settings.sockets, max(2_000, most) if not settings.quick else 400
    idle = total - busy

    def measure(served: Served, entry: Entry) -> None:
        assert isinstance(served, ClientFlowServed)
        board = served.team.workspace()
        pad = served.pad_for(settings.event_bytes)
        others = [served.team.workspace(shared=False) for _ in range(most)]
        listening = [
            *served.publishing(board, settings.publishers, pad),
            *served.listening(board, busy - settings.publishers),
        ]
        for count in settings.workspaces:
            spread = [
                served.route(workspace, 0, room=1, count=share)
                for workspace, share in zip(others, shares(idle, min(count, idle)), strict=False)
            ]
            result, cpu = Load("fanout", listening + spread, settings.calm).measure(
                served.cpu_seconds
            )
            entry.add(**{f"quiet_{count}": per_delivery(cpu, result)})
        for count in settings.workspaces:
            routes = []
            for room, share in enumerate(shares(total, min(count, total))):
                publishing = served.publishing(others[room], 1, pad, room=room)
                routes += publishing
                if share > 1:
                    routes.append(served.route(others[room], 0, room=room, count=share - 1))
            options = settings.times | {"rate": BUSY_RATE}
            result, cpu = Load("fanout", routes, options).measure(served.cpu_seconds)
            entry.add(**{f"busy_{count}": cpu / result["published"] * 1e6})

    return Row(
        "workspaces",
        "Workspaces",
        f"{total:,} sockets. Quiet others: {busy} of them in one workspace receive {settings.calm_rate:g} events a "
        f"second, the other {idle:,} are spread over so many workspaces in which nothing happens: CPU s per million "
        f"deliveries. All busy: all sockets are spread over so many workspaces, to which {BUSY_RATE:g} events a second "
        "go in turn: CPU µs per event, which falls with the sockets that each event reaches.",
        {f"quiet_{count}": f"{count:,} quiet others" for count in settings.workspaces}
        | {f"busy_{count}": f"all busy, {count:,}" for count in settings.workspaces},
        interleaved([clientflow_in_memory(), clientflow()], settings.repetitions, measure),
    )
