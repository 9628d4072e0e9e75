"""What the checker is given, and what it finds."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from tests.fault.history import History, Json


@dataclass(frozen=True)
class Stored:
    """One workspace as the database has it. `log` is in the order of seq, in the form of `change` frames."""

    workspace_id: str
    head: int
    log: Sequence[Json]
    clients: Sequence[Json]
    comments: Sequence[Json]


@dataclass(frozen=True)
class View:
    """The clients of a workspace as somebody sees them at the end: a follower's replica, or one instance over REST.

    A follower can only be right when it has come to the log's head.
    """

    whose: str
    workspace_id: str
    seq: int
    clients: Sequence[Json]


@dataclass(frozen=True)
class Evidence:
    histories: Sequence[History]
    stored: Sequence[Stored]
    views: Sequence[View]


class Kind(enum.Enum):
    """Each with the word under which the summary counts it."""

    NOT_IN_LOG = ("acknowledged but not in the log", "lost")
    HOLE = ("a change was left out", "lost")
    BEHIND = ("the end was never reached", "lost")
    APPLIED_TWICE = ("took effect twice", "doubled")
    RECEIVED_TWICE = ("the same change again", "doubled")
    SWAPPED = ("a change after a later one", "out of order")
    OVERTAKEN = ("commands of one channel out of order", "out of order")
    PHANTOM = ("in the log without an accepted command", "phantom")
    LOG_BROKEN = ("the log is not 1, 2, 3 … up to its head", "log")
    MISFIT = ("a change does not follow from those before it", "log")
    CONTENT = ("one change told in two ways", "unequal")
    UNEQUAL = ("not what the database holds", "unequal")
    WRONG_ANSWER = ("an answer that is not true", "answer")
    SURPRISE = ("an answer that no fault excuses", "answer")
    UNRESOLVED = ("no answer, however often repeated", "answer")

    def __init__(self, title: str, word: str) -> None:
        self.title = title
        self.word = word


@dataclass(frozen=True)
class Violation:
    kind: Kind
    where: str
    what: str
    workspace_id: str
    seq: int | None = None
    command_id: str | None = None

    def __str__(self) -> str:
        place = f"workspace {self.workspace_id}"
        if self.seq is not None:
            place += f", seq {self.seq}"
        if self.command_id is not None:
            place += f", command {self.command_id}"
        return f"{self.kind.name} ({self.kind.title}): {self.where}: {self.what} [{place}]"
