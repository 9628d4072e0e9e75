"""One write's statements, found in a trace, and their arguments for the writes that follow."""

from __future__ import annotations

import datetime
import itertools
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Noted = tuple[int, str, tuple[Any, ...]]
Argument = Callable[["Numbered"], Any]
_ids = itertools.count(time.time_ns())  # of no other process of this run


class NoWriteFound(Exception):
    """The trace holds no two writes with the same statements."""


@dataclass
class Board:
    """A workspace and its last seq."""

    workspace_id: str
    seq: int


@dataclass
class Place:
    """A client and its version."""

    board: Board
    client_id: str
    version: int

    def next(self) -> Numbered:
        """The write after the last: no other has its numbers."""
        self.board.seq += 1
        self.version += 1
        return Numbered(self.board.workspace_id, self.client_id, self.board.seq, self.version)


@dataclass(frozen=True)
class Numbered:
    """What one write writes."""

    workspace_id: str
    client_id: str
    seq: int
    version: int


@dataclass(frozen=True)
class Statement:
    sql: str
    arguments: tuple[Argument, ...]

    def bound(self, write: Numbered) -> list[Any]:
        return [argument(write) for argument in self.arguments]


def read_trace(path: Path) -> Iterator[Noted]:
    with path.open("rb") as trace:
        while True:
            try:
                yield pickle.load(trace)
            except EOFError:
                return


def transactions(trace: Sequence[Noted]) -> list[list[Noted]]:
    """What was asked from BEGIN to COMMIT, each connection by itself; in the order of the commits."""
    found: list[list[Noted]] = []
    running: dict[int, list[Noted]] = {}
    for noted in trace:
        connection, sql, _ = noted
        word = sql.split(None, 1)[0].upper()
        if word == "BEGIN":
            running[connection] = []
        elif word in ("COMMIT", "ROLLBACK"):
            done = running.pop(connection, [])
            if word == "COMMIT" and done:
                found.append(done)
        elif connection in running:
            running[connection].append(noted)
    return found


def last_two_alike(found: Sequence[list[Noted]]) -> tuple[list[Noted], list[Noted]]:
    """The last two transactions that ran the same statements. Raises `NoWriteFound`."""
    last: list[Noted] | None = None
    for transaction in reversed(found):
        if last is not None and _texts(transaction) == _texts(last):
            return transaction, last
        last = transaction
    raise NoWriteFound("no two transactions ran the same statements")


def statements(
    earlier: Sequence[Noted], later: Sequence[Noted], written: Numbered
) -> list[Statement]:
    """The statements of any write: how their arguments change is seen from two. `written`: what `later` wrote."""
    return [
        Statement(
            sql, tuple(_argument(old, new, written) for old, new in zip(before, after, strict=True))
        )
        for (_, _, before), (_, sql, after) in zip(earlier, later, strict=True)
    ]


def _texts(transaction: Sequence[Noted]) -> list[str]:
    return [sql for _, sql, _ in transaction]


def _argument(old: Any, new: Any, written: Numbered) -> Argument:
    if new == written.workspace_id:
        return lambda write: write.workspace_id
    if new == written.client_id:
        return lambda write: write.client_id
    if isinstance(new, int) and isinstance(old, int) and new == old + 1:
        of_seq, of_version = new - written.seq, new - written.version
        if abs(of_seq) <= abs(of_version):
            return lambda write: write.seq + of_seq
        return lambda write: write.version + of_version
    if isinstance(new, str) and old != new and len(new) <= 64 and not _is_time(new):
        return lambda write: f"{next(_ids)}"[-len(new) :].rjust(
            len(new), "b"
        )  # a key that must be new
    return lambda write: new


def _is_time(text: str) -> bool:
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
