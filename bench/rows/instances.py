"""Two instances against one, with the same sockets in all."""

from __future__ import annotations

from bench.results import Row
from bench.rows.fanout import columns, measured
from bench.rows.interleaved import interleaved
from bench.servers.field import clientflow_on_postgres
from bench.settings import Settings


def run(settings: Settings) -> Row:
    sockets = 2 * settings.sockets
    return Row(
        "instances",
        "Two instances against one",
        f"As in the row fanout with {sockets} sockets of one workspace, all on one instance or half of them on each of "
        "two, joined by PostgreSQL and Redis. Both instances share the server's core, so that CPU adds up; the "
        "databases run on the load's core and are not counted.",
        columns(settings),
        interleaved(
            [clientflow_on_postgres(), clientflow_on_postgres(instances=2)],
            settings.repetitions,
            measured(settings, sockets),
        ),
    )
