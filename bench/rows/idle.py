"""Memory of sockets that are open and silent."""

from __future__ import annotations

from bench.loading import Load
from bench.results import Entry, Row
from bench.rows.interleaved import interleaved
from bench.servers.contender import Served
from bench.servers.field import socket_holders
from bench.settings import Settings

WARM_SOCKETS = 8


def run(settings: Settings) -> Row:
    def measure(served: Served, entry: Entry) -> None:
        # What the first sockets make the process load is not theirs.
        hold(served, WARM_SOCKETS, settings)
        at_rest = served.pss_bytes()
        for sockets in settings.idle_sockets:
            held, answered = hold(served, sockets, settings)
            entry.add(
                **{f"kib_{sockets}": (held - at_rest) / sockets / 1024,
                   f"answered_{sockets}": answered / sockets}
            )  # fmt: skip

    return Row(
        "idle",
        "Memory of an idle socket",
        "Sockets are opened and say nothing. Memory is the proportional set size of all the server's processes "
        "with the sockets open, less that with none, divided by their number; the kernel's buffers are not in "
        "it. At the end one event must reach every socket.",
        {
            f"kib_{sockets}": f"KiB per socket, {sockets:,} sockets"
            for sockets in settings.idle_sockets
        }
        | {
            f"answered_{sockets}": f"reached, of {sockets:,}"
            for sockets in settings.idle_sockets[-1:]
        },
        interleaved(socket_holders(), settings.repetitions, measure),
    )


def hold(served: Served, sockets: int, settings: Settings) -> tuple[int, int]:
    """The server's memory with so many sockets open, and how many of them one event then reached."""
    routes = served.routes(sockets, 1, settings.event_bytes)
    with Load("hold", routes, {"patience": 180}).running() as holding:
        holding.until("ready")
        held = served.pss_bytes()
        holding.say("check")
        reached = holding.until("result")["delivered"]
    return held, int(reached)
