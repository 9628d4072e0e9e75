"""A replica comes to the same board whether it has seen every change or loaded some of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fault.history import Json
from tests.fault.replica import Misfit, Replica, StrictReplica


def change(seq: int, op: str, id_: str, version: int, **data: Any) -> Json:
    entity = {"seq": seq, "entity": "client", "op": op, "id": id_, "version": version}
    if op in ("created", "restored"):
        data |= {"id": id_, "version": version}
    return {**entity, "data": data}


CHANGES = [
    change(1, "created", "c1", 1, name="Nordlys"),
    change(2, "created", "c2", 1, name="Aurora"),
    change(3, "updated", "c1", 2, name="Kestrel"),
    change(4, "deleted", "c1", 3),
    change(5, "updated", "c2", 2, tags=["fair"]),
    change(6, "restored", "c1", 4, name="Kestrel"),
]
BOARD = {
    "c1": {"id": "c1", "version": 4, "name": "Kestrel"},
    "c2": {"id": "c2", "version": 2, "name": "Aurora", "tags": ["fair"]},
}


def folded(changes: list[Json]) -> Replica:
    replica = Replica()
    for one in changes:
        replica.apply(one)
    return replica


def test_every_change_makes_the_board() -> None:
    replica = folded(CHANGES)
    assert (replica.seq, replica.clients) == (6, BOARD)


@pytest.mark.parametrize("loaded", range(7))
@pytest.mark.parametrize("ahead", range(7))
def test_a_board_that_was_loaded_may_be_ahead_of_its_seq(loaded: int, ahead: int) -> None:
    """The seq is read before the clients are, so that the clients may already hold some of what follows."""
    if ahead < loaded:
        return
    replica = Replica(loaded, folded(CHANGES[:ahead]).clients.values())
    for one in CHANGES[loaded:]:
        replica.apply(one)
    assert (replica.seq, replica.clients) == (6, BOARD)


@pytest.mark.parametrize(
    "misfit",
    [
        change(7, "created", "c1", 5, name="Again"),
        change(7, "updated", "c3", 1, name="Nobody"),
        change(7, "deleted", "c3", 1),
        change(7, "updated", "c1", 6, name="Skipped"),
        change(7, "updated", "c1", 4, name="Late"),
    ],
)
def test_a_strict_one_refuses_what_cannot_follow(misfit: Json) -> None:
    replica = StrictReplica()
    for one in CHANGES:
        replica.apply(one)
    with pytest.raises(Misfit):
        replica.apply(misfit)
