"""The floor: a C loop of write()."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench.programs import FLOOR
from bench.servers.contender import Contender, Served
from bench.servers.services import ListeningService


class FloorService(ListeningService):
    name = "floor"

    def __init__(self, *options: str) -> None:
        super().__init__()
        self.options = options

    def program(self) -> list[str]:
        return [str(FLOOR), str(self.port), *self.options]


class Floor(Contender):
    """`gathering`: what batching alone is worth."""

    def __init__(self, *, gathering: bool = False) -> None:
        self.gathering = gathering
        self.name = "floor-gathering" if gathering else "floor"
        self.label = "floor in C, gathering" if gathering else "floor: write() in C"
        self.does = (
            "the same, but all events that one turn of the loop has read go out in one write() a socket"
            if gathering
            else "a socket's text frame goes to every socket by one write() each; no rooms, no log"
        )

    @contextmanager
    def running(self) -> Iterator[Served]:
        with FloorService(*(["gather"] if self.gathering else [])) as service:
            yield Served([service])
