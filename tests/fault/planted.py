"""The server with a bug planted into it: python -m tests.fault.planted BUG

Each bug breaks one promise, seldom enough that nothing else gives it away. The checker has to find it.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from realtime.topic import LoggedFrame, Topic
from server.answers import Answer
from server.cli import main
from server.commands.transaction import Order, Transactions
from server.errors import Conflict
from storage import Storage
from storage.clients import Clients
from storage.outcomes import Outcomes
from storage.postgres import PostgresConnection
from storage.records import Page
from storage.statements import Bound
from storage.write import Write

SELDOM = 20  # changes
SOMETIMES = 8  # transactions and commands


def dropped_publish() -> None:
    """One change is not delivered here, and the repair never asks for it."""
    deliver = Topic._deliver

    def _deliver(self: Topic, change: LoggedFrame) -> None:
        if change.seq % SELDOM == 0:
            self.delivered = change.seq
        else:
            deliver(self, change)

    Topic._deliver = _deliver  # type: ignore[method-assign]


def swapped_pair() -> None:
    """One change is delivered after the next one."""
    deliver = Topic._deliver
    held_back: dict[str, LoggedFrame] = {}

    def _deliver(self: Topic, change: LoggedFrame) -> None:
        if change.seq % SELDOM == 0:
            held_back[self.workspace_id] = change
            self.delivered = change.seq
            return
        deliver(self, change)
        if late := held_back.pop(self.workspace_id, None):
            deliver(self, late)
            self.delivered = change.seq

    Topic._deliver = _deliver  # type: ignore[method-assign]


def forgotten_keys() -> None:
    """A repeated command is carried out again."""

    async def find(*_: object) -> None:
        return None

    def remember(*_: object, **__: object) -> None:
        pass

    Outcomes.find = find  # type: ignore[assignment]
    Write.remember = remember  # type: ignore[method-assign]
    write = Storage.write

    @asynccontextmanager
    async def _write(self: Storage, *args: Any) -> AsyncIterator[Write]:
        async with write(self, *args) as opened:
            opened.outcomes.clear()
            yield opened

    Storage.write = _write  # type: ignore[method-assign]


def lost_commit() -> None:
    """One transaction is rolled back and nevertheless acknowledged."""
    commit = PostgresConnection.commit
    numbers = itertools.count(1)

    async def _commit(self: PostgresConnection, closing: Sequence[Bound]) -> None:
        await (self.rollback() if next(numbers) % SOMETIMES == 0 else commit(self, closing))

    PostgresConnection.commit = _commit  # type: ignore[method-assign]


def false_refusal() -> None:
    """One command is carried out and refused."""
    commit = Transactions.commit
    numbers = itertools.count(1)

    async def _commit(
        self: Transactions, workspace_id: str, orders: Sequence[Order]
    ) -> Sequence[Answer | Exception]:
        return [
            Conflict("This is a lie.") if next(numbers) % SOMETIMES == 0 else answer
            for answer in await commit(self, workspace_id, orders)
        ]

    Transactions.commit = _commit  # type: ignore[method-assign]


def stale_answer() -> None:
    """A list of clients leaves one out."""
    page = Clients.page

    async def _page(self: Clients, *args: Any) -> Page[Any]:
        found = await page(self, *args)
        return Page(items=list(found.items)[1:], next=found.next)

    Clients.page = _page  # type: ignore[method-assign, assignment]


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        dropped_publish,
        swapped_pair,
        forgotten_keys,
        lost_commit,
        false_refusal,
        stale_answer,
    )
}


if __name__ == "__main__":
    BUGS[sys.argv.pop(1)]()
    sys.argv.append("serve")
    sys.exit(main())
