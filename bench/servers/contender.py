"""A server that takes part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench import proc
from bench.loading import Load, LoadFailed, Route
from bench.servers.services import PinnedService


class Missing(Exception):
    """The contender cannot be run here; the text says what is missing."""


class Contender:
    """Made once a run; `running()` starts a fresh one for each repetition."""

    name = "contender"
    label = "Contender"
    does = "what an event is here"

    def prepare(self) -> None:
        """Install what it needs. Raises `Missing`."""

    def version(self) -> str:
        return ""

    @contextmanager
    def running(self) -> Iterator[Served]:
        raise NotImplementedError


@dataclass
class Served:
    """A contender's running processes, pinned to the server's core."""

    services: Sequence[PinnedService]

    @property
    def port(self) -> int:
        return self.services[0].port

    def pids(self) -> list[int]:
        return [pid for service in self.services for pid in proc.with_descendants(service.pid)]

    def cpu_seconds(self) -> float:
        return proc.cpu_seconds(self.pids())

    def pss_bytes(self) -> int:
        return proc.pss_bytes(self.pids())

    def routes(self, sockets: int, publishers: int, event_bytes: int) -> list[Route]:
        """`sockets` in one room, of which the first `publishers` also send events of `event_bytes`."""
        pad = self.pad_for(event_bytes)
        return self.padded_routes(sockets, publishers, pad)

    def padded_routes(self, sockets: int, publishers: int, pad: int) -> list[Route]:
        """Routes whose events carry `pad` letters besides the marker."""
        return [
            Route(self.port, "/", count=publishers, publish=event_text(pad)),
            Route(self.port, "/", count=sockets - publishers),
        ]

    def pad_for(self, event_bytes: int) -> int:
        """How many letters make the event, as a socket receives it, `event_bytes` long: one is sent to see."""
        routes = self.padded_routes(2, 1, 0)
        probe = Load("fanout", routes, {"rate": 10, "warmup": 0, "duration": 0.1})
        result, _ = probe.measure(lambda: 0.0)
        if not result["delivered"]:
            raise LoadFailed("the event that was sent to see its length reached nobody")
        return max(0, event_bytes - int(result["frame_bytes"][1]))


def event_text(pad: int) -> str:
    return json.dumps({"type": "event", "data": "%T" + "x" * pad}, separators=(",", ":"))
