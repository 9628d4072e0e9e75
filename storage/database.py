"""`Storage`: one database, its repositories and its transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import func, literal_column, select

from storage import clients, members, outcomes
from storage.address import normalised
from storage.assistant_board import AssistantBoard
from storage.assistant_messages import AssistantMessages
from storage.assistant_proposals import AssistantProposals
from storage.change_log import ChangeLog
from storage.clients import Clients
from storage.comments import Comments
from storage.errors import NoSuchWorkspace, Unavailable
from storage.gateway import Gateway, PoolState, TaskConnections
from storage.held_clients import HeldClients
from storage.invites import Invites
from storage.members import Members
from storage.outcomes import Outcomes
from storage.personal_tokens import PersonalTokens
from storage.records import Workspace
from storage.refresh_tokens import RefreshTokens
from storage.retention import Retention
from storage.revocations import Revocations
from storage.stages import Stages
from storage.statements import Statement
from storage.tables import Moment
from storage.users import Users
from storage.webhook_deliveries import WebhookDeliveries
from storage.webhooks import Webhooks
from storage.workspaces import Workspaces
from storage.write import LOCK, LOCK_WITH_CLOCK, Write

PING = Statement(select(literal_column("1")))
# The database's clock is the same for every instance, however wrong theirs are.
CLOCK = Statement(select(func.clock_timestamp(type_=Moment())))


class Storage:
    """Opened once a process. Inside `transaction()` or `write()` every call of the task joins it.

    An error inside must leave it, or leave a savepoint of it, before anything else is done there.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_min: int = 1,
        pool_max: int = 10,
        statement_timeout_s: float = 10,
        lock_timeout_s: float = 5,
        acquire_timeout_s: float = 5,
    ) -> None:
        self.url = normalised(url)
        self._ping_timeout_s = acquire_timeout_s
        if self.url.startswith("sqlite:"):
            self.dialect = "sqlite"
            self._connections = TaskConnections(
                self.url,
                "storage.sqlite:SQLiteBackend",
                lock_timeout_s=lock_timeout_s,
                acquire_timeout_s=acquire_timeout_s,
            )
        else:
            self.dialect = "postgresql"
            self._connections = TaskConnections(
                self.url,
                "storage.postgres:PostgresBackend",
                pool_min=pool_min,
                pool_max=pool_max,
                statement_timeout_s=statement_timeout_s,
                lock_timeout_s=lock_timeout_s,
                acquire_timeout_s=acquire_timeout_s,
            )
        self._gateway = gateway = Gateway(self._connections)
        self.users = Users(gateway)
        self.refresh_tokens = RefreshTokens(gateway)
        self.personal_tokens = PersonalTokens(gateway)
        self.revocations = Revocations(gateway, self.dialect)
        self.workspaces = Workspaces(gateway)
        self.members = Members(gateway)
        self.invites = Invites(gateway)
        self.stages = Stages(gateway)
        self.clients = Clients(gateway, self.dialect)
        self.comments = Comments(gateway)
        self.change_log = ChangeLog(gateway)
        self.outcomes = Outcomes(gateway)
        self.retention = Retention(gateway, self.dialect)
        self.assistant_messages = AssistantMessages(gateway, self.dialect)
        self.assistant_proposals = AssistantProposals(gateway)
        self.assistant_board = AssistantBoard(gateway)
        self.webhooks = Webhooks(gateway)
        self.webhook_deliveries = WebhookDeliveries(gateway)

    async def open(self) -> None:
        """Connects, or raises Unavailable: whether to try again is the caller's business."""
        await self._connections.connect()

    async def close(self) -> None:
        await self._connections.disconnect()

    @property
    def pool_state(self) -> PoolState:
        return self._connections.backend.pool_state

    @property
    def unavailable(self) -> int:
        """How often the database could not be reached, was too busy, or ended what it was doing."""
        return self._connections.backend.unavailable

    async def ping(self) -> None:
        """Raises Unavailable unless the database answers now."""
        try:
            async with asyncio.timeout(self._ping_timeout_s):
                await self._gateway.value(PING())
        except TimeoutError as error:
            raise Unavailable("the database did not answer in time") from error

    async def now(self) -> datetime:
        """The time that everything stored is dated by: the database's, on SQLite this machine's."""
        if self.dialect == "sqlite":
            return datetime.now(UTC)
        now: datetime = await self._gateway.value(CLOCK())
        return now

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """All or nothing; inside another transaction of the same task, a savepoint."""
        async with self._gateway.transaction():
            yield

    @asynccontextmanager
    async def write(
        self,
        workspace_id: str,
        asking: Mapping[str, Sequence[str]] | None = None,
        client_ids: Sequence[str] = (),
    ) -> AsyncIterator[Write]:
        """A transaction that alone may write to the workspace and append to its change log.

        `asking` are user ids, each with keys of theirs: the `Write` then knows the roles and the outcomes. The
        clients of `client_ids` are read at the same time.
        Raises NoSuchWorkspace.
        """
        asking = asking or {}
        askers = [user_id for user_id, keys in asking.items() if keys]
        opening = [(LOCK if self.dialect == "sqlite" else LOCK_WITH_CLOCK)(id=workspace_id)]
        if asking:
            opening.append(members.ROLES_OF(of_workspace=workspace_id, users=list(asking)))
            opening += [outcomes.FIND(user_id=user_id, keys=asking[user_id]) for user_id in askers]
        if client_ids:
            opening.append(clients.LIVE_AMONG(of_workspace=workspace_id, ids=client_ids))
        async with self._gateway.transaction(workspace_id, opening) as transaction:
            locked, *known = transaction.rows
            if not locked:
                raise NoSuchWorkspace(workspace_id)
            held = HeldClients(self.clients, workspace_id, known.pop() if client_ids else ())
            now = locked[0].pop("now", None) or datetime.now(UTC)
            write = Write(
                self._gateway,
                Workspace(**locked[0]),
                now,
                {row["user_id"]: row["role"] for row in (known[0] if asking else ())},
                {
                    (user_id, key): outcome
                    for user_id, rows in zip(askers, known[1:], strict=True)
                    for key, outcome in outcomes.read(rows).items()
                },
                held,
            )
            yield write
            transaction.closing = write.closing()
