"""Each follower is given each change once, rising, without holes, and the same as everybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.fault.evidence import Kind, Stored, View, Violation
from tests.fault.history import Ended, History, Json, Loaded, Received, Welcomed

# A fault may end a channel with 1011, 1012 or 4008, or without a word. These say that the client was wrong.
UNEXPECTED_CLOSES = {1002, 1003, 1007, 1008, 1009, 4029, 4400, 4401, 4403, 4404}


@dataclass
class _Epoch:
    """`expected` is the seq that has to come next, `missing` what was passed over, with what came instead."""

    welcome: Welcomed
    expected: int
    missing: dict[int, Received] = field(default_factory=dict)


def check_stream(history: History) -> Iterator[Violation]:
    """One client's channels, one after the other."""
    epochs: dict[int, _Epoch] = {}
    for event in history.events:
        if isinstance(event, Welcomed):
            since = event.since if event.resumed else event.seq
            if event.resumed and (since is None or since > event.seq):
                what = f"resumed from {since} at a log of {event.seq}"
                yield _violation(history, Kind.WRONG_ANSWER, event, what)
            epochs[event.epoch] = _Epoch(event, (since or 0) + 1)
        elif isinstance(event, Loaded):
            welcome = epochs[event.epoch].welcome
            if event.seq < welcome.seq:
                what = f"was welcomed at {welcome.seq}, then loaded a board of {event.seq}"
                yield _violation(history, Kind.HOLE, event, what, event.seq)
        elif isinstance(event, Received):
            yield from _check_next(history, event, epochs[event.epoch])
        elif isinstance(event, Ended) and event.code in UNEXPECTED_CLOSES:
            what = f"was closed with {event.code} {event.reason}"
            yield _violation(history, Kind.SURPRISE, event, what)
    for epoch in epochs.values():
        for seq, instead in epoch.missing.items():
            what = f"{seq} never came, {instead.seq} came instead"
            yield _violation(history, Kind.HOLE, instead, what, seq)


def _check_next(history: History, received: Received, epoch: _Epoch) -> Iterator[Violation]:
    seq, expected = received.seq, epoch.expected
    epoch.expected = max(expected, seq + 1)
    for passed_over in range(expected, seq):
        epoch.missing[passed_over] = received
    if seq >= expected:
        return
    kind, came = Kind.RECEIVED_TWICE, "came again"
    if epoch.missing.pop(seq, None) is not None:
        kind, came = Kind.SWAPPED, "came too late"
    what = f"{seq} {came}, when {expected} was next"
    yield _violation(history, kind, received, what, seq)


def check_contents(histories: Sequence[History], stored: Stored) -> Iterator[Violation]:
    """Every telling of a change against the log's; one that many were given is looked at once."""
    logged = {row["seq"]: row for row in stored.log}
    looked_at: set[str] = set()
    for history in histories:
        for event in history.events:
            if not isinstance(event, Received) or event.text in looked_at:
                continue
            looked_at.add(event.text)
            told, row = json.loads(event.text), logged.get(event.seq)
            told.pop("type", None)
            if told != row:
                what = f"was told {told}; the log has {row}"
                yield _violation(history, Kind.CONTENT, event, what, event.seq)


def check_arrival(views: Sequence[View], stored: Stored) -> Iterator[Violation]:
    """At the end everybody has come to the log's head, and sees what the database holds."""
    truth = _by_id(stored.clients)
    for view in views:
        if view.seq != stored.head:
            what = f"is at {view.seq}, the log at {stored.head}"
            yield Violation(Kind.BEHIND, view.whose, what, stored.workspace_id, view.seq)
        elif differences := unequal(_by_id(view.clients), truth):
            what = "; ".join(differences)
            yield Violation(Kind.UNEQUAL, view.whose, what, stored.workspace_id, view.seq)


def unequal(seen: dict[str, Json], truth: dict[str, Json], at_most: int = 3) -> list[str]:
    """Where two collections by id differ, in words."""
    found = []
    for id_ in sorted(seen.keys() | truth.keys()):
        one, other = seen.get(id_), truth.get(id_)
        if one == other:
            continue
        if one is None or other is None:
            found.append(f"{id_} is {'missing' if one is None else 'there, and should not be'}")
        else:
            fields = [name for name in other if one.get(name) != other[name]]
            shown = ", ".join(f"{name} {one.get(name)!r} for {other[name]!r}" for name in fields)
            found.append(f"{id_} has {shown or sorted(one.keys() - other.keys())}")
    return found[:at_most]


def _by_id(items: Sequence[Json]) -> dict[str, Json]:
    return {item["id"]: item for item in items}


def _violation(
    history: History,
    kind: Kind,
    event: Welcomed | Loaded | Received | Ended,
    what: str,
    seq: int | None = None,
) -> Violation:
    where = f"{history.client} epoch {event.epoch}"
    return Violation(kind, where, what, history.workspace_id, seq)
