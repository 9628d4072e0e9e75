from contextlib import contextmanager

from bench.loading import LoadFailed
from bench.results import Entry
from bench.rows.interleaved import interleaved
from bench.servers.contender import Contender, Missing, Served


class Named(Contender):
    def __init__(self, name: str) -> None:
        self.name = self.label = name

    def version(self) -> str:
        return f"{self.name} 1.0"

    @contextmanager
    def running(self):
        yield Served([])


class Absent(Named):
    def prepare(self) -> None:
        raise Missing("its packages could not be fetched")


def test_repetitions_go_round_the_servers():
    order = []

    def measure(served: Served, entry: Entry) -> None:
        order.append(entry.server)
        entry.add(figure=len(order))

    entries = interleaved([Named("a"), Named("b"), Named("c")], 2, measure)

    assert order == ["a", "b", "c", "a", "b", "c"]
    assert [entry.figures for entry in entries] == [
        {"figure": [1, 4]},
        {"figure": [2, 5]},
        {"figure": [3, 6]},
    ]
    assert entries[0].version == "a 1.0"


def test_a_server_that_cannot_be_run_is_kept_with_the_reason():
    absent, there = interleaved(
        [Absent("absent"), Named("there")], 2, lambda served, entry: entry.add(figure=1)
    )

    assert (absent.missing, absent.figures) == ("its packages could not be fetched", {})
    assert there.figures == {"figure": [1, 1]}


def test_a_server_that_fails_stops_nobody_else():
    def measure(served: Served, entry: Entry) -> None:
        if entry.server == "weak":
            raise LoadFailed("12 sockets were closed while it ran, the last with 4008")
        entry.add(figure=1)

    weak, strong = interleaved([Named("weak"), Named("strong")], 3, measure)

    assert weak.missing.startswith("failed in repetition 1: 12 sockets were closed")
    assert strong.figures == {"figure": [1, 1, 1]}
