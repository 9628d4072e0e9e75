"""A driver for tests: a workspace in a storage, and records with little to say about themselves."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiosqlite
import asyncpg
from msgspec.structs import replace

from storage import Storage, Write
from storage.records import Actor, Change, Client, Comment, Outcome, Stage, User, Workspace

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACTOR = Actor(id="user-ann", name="Ann", via="rest")
STAGES = [
    Stage(id="stage-lead", key="lead", name="Lead", color="#888888", position=0),
    Stage(id="stage-won", key="won", name="Won", color="#00aa00", position=1),
]
_numbers = itertools.count(1)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def a_user(user_id: str = "user-ann", **fields: Any) -> User:
    user = User(id=user_id, email=f"{user_id}@example.org", name=user_id, created_at=NOON)
    return replace(user, **fields)


def a_client(client_id: str | None = None, **fields: Any) -> Client:
    client = Client(
        id=client_id or f"client-{next(_numbers):06}",
        name="Acme",
        stage="lead",
        position="a0",
        created_at=NOON,
        created_by="user-ann",
        updated_at=NOON,
        updated_by="user-ann",
    )
    return replace(client, **fields)


def a_comment(client_id: str, comment_id: str = "comment-1", **fields: Any) -> Comment:
    comment = Comment(
        id=comment_id, client_id=client_id, author_id="user-ann", body="Hello", created_at=NOON
    )
    return replace(comment, **fields)


def an_outcome(**fields: Any) -> Outcome:
    return replace(Outcome(fingerprint="print", status=201, result=b'{"id":"1"}'), **fields)


async def board_of(storage: Storage, workspace_id: str = "workspace-1") -> Board:
    """Adds a workspace that belongs to Ann; and Ann, with the first."""
    if await storage.users.get("user-ann") is None:
        await storage.users.add(a_user(), password_hash="hash")
    workspace = Workspace(
        id=workspace_id, name="Sales", seq=0, created_at=NOON, created_by="user-ann"
    )
    await storage.workspaces.add(workspace, "user-ann", NOON, STAGES)
    return Board(storage, workspace_id)


class Board:
    """What tests do to a workspace."""

    def __init__(self, storage: Storage, workspace_id: str) -> None:
        self.storage = storage
        self.id = workspace_id

    async def has(self, *clients: Client) -> None:
        """Adds clients without a word in the log."""
        async with self.storage.transaction():
            for client in clients:
                await self.storage.clients.add(self.id, client)

    async def create(self, client: Client, *, through: Storage | None = None) -> Change:
        """Adds a client as a command does: the record and its row of the log, or neither."""
        storage = through or self.storage
        async with storage.write(self.id) as write:
            await storage.clients.add(self.id, client)
            return log(write, client.id)

    async def log_seqs(self) -> list[int]:
        return [change.seq for change in await self.storage.change_log.since(self.id, 0, 10_000)]

    async def is_without_holes_up_to(self, seq: int) -> bool:
        """The log is 1…seq, and the workspace and its clients agree with it."""
        logged = await self.storage.change_log.since(self.id, 0, 10_000)
        ids = await self.storage.clients.ids_in_stage(self.id, "lead")
        return (
            [change.seq for change in logged] == list(range(1, seq + 1))
            and await self.storage.workspaces.head(self.id) == seq
            and sorted(ids) == sorted(change.id for change in logged)
        )


def log(write: Write, client_id: str, **fields: Any) -> Change:
    """Appends the news of a client."""
    news: dict[str, Any] = {
        "actor": ACTOR,
        "entity": "client",
        "op": "created",
        "version": 1,
        "data": {"name": "Acme"},
        "previous": {},
    }
    return write.append(id=client_id, **news | fields)


@asynccontextmanager
async def outsider_holding(board: Board) -> AsyncIterator[None]:
    """While it lasts, another program's transaction keeps everybody from writing to the board."""
    url = board.storage.url
    if url.startswith("sqlite:"):
        async with aiosqlite.connect(url.removeprefix("sqlite:///"), isolation_level=None) as other:
            await other.execute("BEGIN IMMEDIATE")
            yield
            await other.execute("ROLLBACK")
    else:
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction():
                await connection.execute(
                    "SELECT * FROM workspaces WHERE id = $1 FOR UPDATE", board.id
                )
                yield
        finally:
            await connection.close()
