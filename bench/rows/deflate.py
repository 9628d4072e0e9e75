"""permessage-deflate: what it saves in bytes, and what it costs."""

from __future__ import annotations

import json
import random
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from bench.loading import Load, Route, per_delivery
from bench.results import Entry, Row
from bench.rows.interleaved import interleaved
from bench.servers.contender import Served
from bench.servers.services import UvicornService
from bench.servers.starlette_peer import StarletteBroadcaster
from bench.settings import Settings

# More texts than the window of the compressor holds: events differ, as they do in use.
TEXTS = 64
IDLE_SOCKETS = 500
NOTES = (
    "called about the renewal and will send an offer on Monday their budget is fixed until spring "
    "asks for a discount prefers email met at the fair wants a demo for the whole team next week "
    "waiting for legal to sign decision by the board in May competitor is cheaper but slower"
)


class Deflating(StarletteBroadcaster):
    """The Starlette handler with uvicorn's setting on or off: it compresses for each socket by itself."""

    def __init__(self, *, deflate: bool) -> None:
        super().__init__(redis=False)
        self.deflate = deflate
        self.name = f"deflate-{'on' if deflate else 'off'}"
        self.label = f"uvicorn, permessage-deflate {'on' if deflate else 'off'}"

    @contextmanager
    def running(self) -> Iterator[Served]:
        options = ("--ws-per-message-deflate", str(self.deflate).lower())
        with UvicornService(self.app, {"BROADCAST_URL": "memory://"}, *options) as service:
            yield Served([service])


def run(settings: Settings) -> Row:
    def measure(served: Served, entry: Entry) -> None:
        compressed = {"compressed": entry.server == "deflate-on"}
        for size in (settings.event_bytes, settings.large_event_bytes):
            texts = [change_text(size, seed) for seed in range(TEXTS)]
            routes = [Route(served.port, "/", publish=text) for text in texts]
            routes.append(Route(served.port, "/", count=settings.sockets - TEXTS))
            calm, cpu = Load("fanout", routes, settings.calm | compressed).measure(
                served.cpu_seconds
            )
            entry.add(
                **{f"cpu_{size}": per_delivery(cpu, calm),
                   f"bytes_{size}": calm["bytes"] / calm["delivered"]}
            )  # fmt: skip
        at_rest = served.pss_bytes()
        idle = [
            Route(served.port, "/", publish=texts[0]),
            Route(served.port, "/", IDLE_SOCKETS - 1),
        ]
        with Load("hold", idle, compressed).running() as holding:
            holding.until("ready")
            entry.add(kib=(served.pss_bytes() - at_rest) / IDLE_SOCKETS / 1024)

    entries = interleaved(
        [Deflating(deflate=False), Deflating(deflate=True)], settings.repetitions, measure
    )
    entries += [compressed_once(level, settings) for level in (1, 6)]
    return Row(
        "deflate",
        "Compression",
        f"{settings.sockets} sockets, {settings.calm_rate:g} events a second of {TEXTS} different texts, each a "
        "client's change with words in its notes. With permessage-deflate on, uvicorn compresses each event for each "
        "socket, with a context that it keeps per socket. The lines of zlib compress an event once, without a kept "
        "context, as a server would that shares the result: CPU per event, not per delivery.",
        {
            f"{figure}_{size}": f"{heading}, {size:,}-byte event"
            for size in (settings.event_bytes, settings.large_event_bytes)
            for figure, heading in (("bytes", "bytes per delivery"), ("cpu", "CPU µs"))
        }
        | {"kib": f"KiB per idle socket ({IDLE_SOCKETS})"},
        entries,
    )


def compressed_once(level: int, settings: Settings) -> Entry:
    entry = Entry(f"zlib-{level}", f"zlib level {level}, once per event, no kept context")
    for size in (settings.event_bytes, settings.large_event_bytes):
        texts = [change_text(size, seed).replace("%T", "x" * 34).encode() for seed in range(TEXTS)]
        began, total, rounds = time.process_time(), 0, 20
        for _ in range(rounds):
            for text in texts:
                compressor = zlib.compressobj(level, zlib.DEFLATED, -15)
                total += len(compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH)) - 4
        count = rounds * len(texts)
        cpu = (time.process_time() - began) / count * 1e6
        entry.add(**{f"cpu_{size}": cpu, f"bytes_{size}": total / count})
    return entry


def change_text(size: int, seed: int) -> str:
    """A change as ClientFlow sends it, of about `size` bytes; the same `seed` gives the same text."""
    chance = random.Random(seed)
    change = {
        "type": "change",
        "seq": chance.randrange(10**6),
        "at": f"2026-05-{chance.randrange(10, 28)}T12:{chance.randrange(10, 59)}:01.{chance.randrange(10**6):06d}Z",
        "actor": {"id": f"{chance.getrandbits(128):032x}", "name": "Ana", "via": "socket"},
        "entity": "client",
        "op": "updated",
        "id": f"{chance.getrandbits(128):032x}",
        "version": chance.randrange(1, 99),
        "data": {"notes": "%T"},
    }
    text = json.dumps(change, separators=(",", ":"))
    missing = size - len(text) - 32  # the marker takes 34 characters, %T two
    words, notes = NOTES.split(), ""
    while len(notes) < missing:
        notes += " " + chance.choice(words)
    return text.replace("%T", "%T" + notes)
