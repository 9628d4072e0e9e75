"""Acknowledged: in the log once, as the answer says. Refused: not there. Neither: there at most once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

from tests.fault.evidence import Kind, Stored, Violation
from tests.fault.history import Acknowledged, Command, History, Json, Refused, Sent, Unknown

# What a command may meet by itself: a record that somebody has deleted or changed first.
EXPECTED_REFUSALS = {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.TOO_MANY_REQUESTS,
}


class Effect(NamedTuple):
    """One row of the log that a command should have made."""

    entity: str
    op: str
    id: str
    version: int | None  # None: the answer did not tell


@dataclass
class Tried:
    """A command with all its tries and the answers to them."""

    command: Command
    sent: list[Sent] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)

    @property
    def surely_refused(self) -> bool:
        """A try without an answer may have had its effect after another was refused."""
        answered = {refusal.attempt for refusal in self.refused}
        return not self.acknowledged and all(sent.attempt in answered for sent in self.sent)

    @property
    def unresolved(self) -> bool:
        return not self.acknowledged and not self.refused


def commands_of(history: History) -> dict[str, Tried]:
    """Every command of a client by its id, in the order of the first try."""
    tried: dict[str, Tried] = {}
    for event in history.events:
        if isinstance(event, Sent):
            tried.setdefault(event.command.id, Tried(event.command)).sent.append(event)
        elif isinstance(event, Acknowledged):
            tried[event.command_id].acknowledged.append(event)
        elif isinstance(event, Refused):
            tried[event.command_id].refused.append(event)
        elif isinstance(event, Unknown):
            tried[event.command_id].unknown.append(event)
    return tried


def check_commands(histories: Sequence[History], stored: Stored) -> Iterator[Violation]:
    """The commands of one workspace's clients against its log."""
    rows_of: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for row in stored.log:
        if row["command_id"] is not None:
            rows_of[row["actor"]["id"], row["command_id"]].append(row)
    known: set[tuple[str, str]] = set()
    for history in histories:
        tries = commands_of(history)
        for id_, tried in tries.items():
            known.add((history.user_id, id_))
            yield from _check_one(history, tried, rows_of.get((history.user_id, id_), []), stored)
        yield from _check_order(history, tries.values())
    for (user_id, id_), rows in rows_of.items():
        if (user_id, id_) not in known:
            what = f"{_shown(rows)}, which nobody sent"
            yield Violation(Kind.PHANTOM, "log", what, stored.workspace_id, rows[0]["seq"], id_)


def _check_one(
    history: History, tried: Tried, rows: Sequence[Json], stored: Stored
) -> Iterator[Violation]:
    command, seq = tried.command, rows[0]["seq"] if rows else None

    def violation(kind: Kind, what: str) -> Violation:
        return Violation(kind, history.client, what, stored.workspace_id, seq, command.id)

    operations = len(command.body.get("operations", [command]))
    if len(rows) > operations or len(set(map(_identity, rows))) < len(rows):
        yield violation(Kind.APPLIED_TWICE, f"{command.op} made {_shown(rows)}")
        return
    for refusal in tried.refused:
        if refusal.status not in EXPECTED_REFUSALS:
            what = f"{command.op} was refused with {refusal.status}: {refusal.detail}"
            yield violation(Kind.SURPRISE, what)
    for unknown in tried.unknown:
        if unknown.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            yield violation(Kind.SURPRISE, f"{command.op} was answered with 500: {unknown.reason}")
    if tried.acknowledged:
        for complaint_kind, complaint in _untruths(tried, rows, stored):
            yield violation(complaint_kind, f"{command.op} {complaint}")
    elif tried.surely_refused and rows:
        yield violation(Kind.PHANTOM, f"{command.op} was refused and made {_shown(rows)}")
    elif tried.unresolved:
        yield violation(Kind.UNRESOLVED, f"{command.op} after {len(tried.sent)} tries")


def _untruths(tried: Tried, rows: Sequence[Json], stored: Stored) -> Iterator[tuple[Kind, str]]:
    """What is wrong with the answers to an accepted command."""
    first = tried.acknowledged[0]
    for other in tried.acknowledged[1:]:
        if not _same_answer(first, other):
            yield Kind.WRONG_ANSWER, f"was answered with {first.result}, then with {other.result}"
    expected = list(_effects(tried.command, first))
    made = [(row["entity"], row["op"], row["id"]) for row in rows]
    if not rows and _nothing_to_do(tried.command, first, stored):
        return
    if made != [effect[:3] for effect in expected]:
        kind = Kind.WRONG_ANSWER
        if len(made) != len(expected):
            kind = Kind.NOT_IN_LOG if len(made) < len(expected) else Kind.APPLIED_TWICE
        yield kind, f"was accepted for {expected}; the log has {_shown(rows)}"
        return
    for effect, row in zip(expected, rows, strict=True):
        if effect.version not in (None, row["version"]):
            yield (
                Kind.WRONG_ANSWER,
                f"was answered with version {effect.version}; the log has {row['version']}",
            )
    seqs = [row["seq"] for row in rows]
    if seqs != list(range(seqs[0], seqs[0] + len(seqs))):
        yield Kind.LOG_BROKEN, f"is one transaction, spread over {seqs}"
    for answer in tried.acknowledged:
        if answer.seq not in (None, seqs[-1]):
            yield Kind.WRONG_ANSWER, f"was answered with seq {answer.seq}; the log has {seqs[-1]}"


def _effects(command: Command, answer: Acknowledged) -> Iterator[Effect]:
    if command.op == "client.bulk":
        for operation, outcome in zip(
            command.body["operations"], answer.result["results"], strict=True
        ):
            if outcome["status"] < HTTPStatus.BAD_REQUEST:
                yield _effect(operation, outcome["result"], outcome["version"])
    else:
        yield _effect(command.body, answer.result, answer.version)


def _effect(body: Json, result: Json | None, version: int | None) -> Effect:
    entity, _, verb = body["op"].partition(".")
    op = {"create": "created", "update": "updated", "delete": "deleted", "restore": "restored"}[
        verb
    ]
    if op == "created":
        assert result is not None, "a created entity is the result"
        return Effect(entity, op, result["id"], version)
    return Effect(entity, op, body["client_id"], version)


def _nothing_to_do(command: Command, answer: Acknowledged, stored: Stored) -> bool:
    """A restore of a client that is there is accepted, makes no change, and tells the version it found.

    So does a bulk of which every operation was refused.
    """
    if command.op == "client.bulk":
        return not list(_effects(command, answer))
    return command.op == "client.restore" and any(
        row["entity"] == "client"
        and row["id"] == command.body["client_id"]
        and row["version"] == answer.version
        for row in stored.log
    )


def _check_order(history: History, tries: Iterable[Tried]) -> Iterator[Violation]:
    """Commands of one channel are carried out in the order sent: so their seqs rise."""
    last: dict[int, tuple[int, str]] = {}
    for tried in tries:
        epoch = tried.sent[0].epoch
        if len(tried.sent) > 1 or epoch is None or not tried.acknowledged:
            continue
        seq = tried.acknowledged[0].seq
        if seq is None:
            continue
        before, before_id = last.get(epoch, (0, ""))
        if seq < before:
            what = f"epoch {epoch}: sent after {before_id}, whose seq is {before}"
            yield Violation(
                Kind.OVERTAKEN, history.client, what, history.workspace_id, seq, tried.command.id
            )
        last[epoch] = (max(seq, before), tried.command.id)


def _same_answer(one: Acknowledged, other: Acknowledged) -> bool:
    """As far as both tell it: REST has no seq, and no version after a delete."""
    return (
        one.result == other.result
        and (one.seq == other.seq or None in (one.seq, other.seq))
        and (one.version == other.version or None in (one.version, other.version))
    )


def _identity(row: Json) -> tuple[str, str, str]:
    """The operations of a bulk command are drawn so that each concerns another client."""
    return row["entity"], row["op"], row["id"]


def _shown(rows: Sequence[Json]) -> str:
    if not rows:
        return "nothing"
    return ", ".join(
        f"{row['entity']} {row['op']} {row['id']} v{row['version']} as {row['seq']}" for row in rows
    )
