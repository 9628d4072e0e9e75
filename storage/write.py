"""One workspace's write: the change log's next rows, numbered without a hole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, bindparam, func, select, update

from storage import change_log, outcomes
from storage.gateway import Gateway
from storage.held_clients import HeldClients
from storage.outcomes import KeptOutcome
from storage.records import Actor, Change, Outcome, Workspace
from storage.statements import Bound, Statement
from storage.tables import Moment, workspaces

# Not FOR UPDATE: that would also stop transactions which only refer to the workspace.
_LOCKED = (
    select(workspaces).where(workspaces.c.id == bindparam("id")).with_for_update(key_share=True)
)


def _with_clock(locked: CTE) -> Statement:
    """The clock is read once the lock is held: what waited for it is dated after what it waited for."""
    return Statement(select(locked, func.clock_timestamp(type_=Moment()).label("now")))


LOCK = Statement(_LOCKED)
LOCK_WITH_CLOCK = _with_clock(_LOCKED.cte("locked"))
SET_SEQ = Statement(
    update(workspaces)
    .where(workspaces.c.id == bindparam("workspace_id"))
    .values(seq=bindparam("new_seq"))
)


class Write:
    """What `Storage.write` gives: the locked workspace, the time, and the way to append to its log.

    `roles` and `outcomes` (by user and key) are those that were asked for.
    """

    def __init__(
        self,
        gateway: Gateway,
        workspace: Workspace,
        now: datetime,
        roles: dict[str, str],
        outcomes: dict[tuple[str, str], Outcome],
        clients: HeldClients,
    ) -> None:
        self._gateway = gateway
        self._kept: list[KeptOutcome] = []
        self.workspace = workspace
        self.now = now
        self.roles = roles
        self.outcomes = outcomes
        self.clients = clients
        self.seq = workspace.seq
        self.changes: list[Change] = []

    @property
    def mark(self) -> tuple[int, int, int]:
        """Changes with whatever is written."""
        return self._gateway.written, len(self.changes), self.clients.saves

    def remember(self, user_id: str, key: str, outcome: Outcome, *, with_workspace: bool) -> None:
        """Keep an outcome under a key, which must have none. It lives as long as the workspace, or (False) its age."""
        workspace_id = self.workspace.id if with_workspace else None
        self._kept.append(KeptOutcome(user_id, key, workspace_id, outcome, self.now))
        self.outcomes[user_id, key] = outcome

    def append(
        self,
        *,
        actor: Actor,
        entity: str,
        op: str,
        id: str,  # noqa: A002 - the name it has in a change
        version: int,
        data: dict[str, Any],
        previous: dict[str, Any],
        command_id: str | None = None,
    ) -> Change:
        """Adds the change under the next seq. It goes to the database with the commit."""
        change = Change(
            workspace_id=self.workspace.id,
            seq=self.seq + 1,
            at=self.now,
            actor=actor,
            entity=entity,
            op=op,
            id=id,
            version=version,
            data=data,
            previous=previous,
            command_id=command_id,
        )
        self.seq = change.seq
        self.changes.append(change)
        return change

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that may fail alone: its error takes its rows and changes back, and is raised."""
        seq, count, held = self.seq, len(self.changes), self.clients.state
        try:
            async with self._gateway.transaction():
                yield
        except BaseException:
            self.seq = seq
            del self.changes[count:]
            self.clients.go_back_to(held)
            raise

    def closing(self) -> list[Bound]:
        """What goes to the database with the commit: clients, the log's rows, the last seq, the outcomes."""
        rows = self.clients.closing() + [change_log.insertion(change) for change in self.changes]
        if rows:
            rows.append(SET_SEQ(workspace_id=self.workspace.id, new_seq=self.seq))
        return rows + [outcomes.insertion(kept) for kept in self._kept]
