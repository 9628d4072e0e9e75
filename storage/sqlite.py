"""SQLite for `databases`: kept connections in WAL mode, and writers that queue fairly.

SQLite has one writer at a time and lets others poll for their turn. Writers of this process wait
in order on a lock instead, before they take a connection, so that they never starve the readers.
Another process's writer is waited for by SQLite's busy timeout.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeAlias

import aiosqlite
from databases import DatabaseURL
from databases.interfaces import ConnectionBackend
from sqlalchemy import Dialect
from sqlalchemy.dialects.sqlite import pysqlite

from storage.address import sqlite_path
from storage.errors import StorageError
from storage.gateway import Backend, PoolState
from storage.sqlite_pool import SQLitePool, translated
from storage.statements import Bound, Row
from storage.turns import Turns

Command: TypeAlias = tuple[str, Sequence[Any]]

# One for the writer, the rest for readers; each has a thread.
POOL_SIZE = 4


class SQLiteBackend(Backend):
    def __init__(
        self, url: DatabaseURL, *, lock_timeout_s: float, acquire_timeout_s: float
    ) -> None:
        self.dialect: Dialect = pysqlite.dialect(paramstyle="qmark")
        # Wherever the process may go meanwhile, later connections open the same file.
        path = os.path.abspath(sqlite_path(str(url)))
        self.pool = SQLitePool(
            path, POOL_SIZE, busy_timeout_s=lock_timeout_s, acquire_timeout_s=acquire_timeout_s
        )
        self._turns = Turns(lock_timeout_s)

    async def connect(self) -> None:
        await self.pool.open()

    async def disconnect(self) -> None:
        await self.pool.close()

    @property
    def pool_state(self) -> PoolState:
        return self.pool.state

    def connection(self) -> SQLiteConnection:
        return SQLiteConnection(self)

    def turn(self, key: str | None) -> AbstractAsyncContextManager[None]:
        """One for all writers, whatever they write."""
        return self._turns.of("")


class SQLiteConnection(ConnectionBackend):
    """The connection of one task, while it has one."""

    def __init__(self, backend: SQLiteBackend) -> None:
        self._backend = backend
        self._pool = backend.pool
        self._dialect = backend.dialect
        self._raw: aiosqlite.Connection | None = None
        self._in_doubt = False
        self.depth = 0
        self.failed = False
        self.written = 0

    @property
    def raw_connection(self) -> SQLiteConnection:
        return self

    async def acquire(self) -> None:
        with self._backend.counting():
            self._raw = await self._pool.acquire()
        self._in_doubt = False

    async def release(self) -> None:
        assert self._raw is not None
        raw, self._raw = self._raw, None
        if self._in_doubt:
            self._pool.discard(raw)
        else:
            self._pool.release(raw)

    async def fetch_all(self, query: Bound) -> list[Row]:  # type: ignore[override]
        sql, arguments, read = query.query(self._dialect)
        return [read(row) for row in await self._run(sql, arguments)]

    async def fetch_one(self, query: Bound) -> Row | None:  # type: ignore[override]
        rows = await self.fetch_all(query)
        return rows[0] if rows else None

    async def fetch_val(self, query: Bound, column: int = 0) -> Any:  # type: ignore[override]
        row = await self.fetch_one(query)
        return None if row is None else list(row.values())[column]

    async def execute(self, query: Bound) -> None:  # type: ignore[override]
        sql, arguments, _ = query.query(self._dialect)
        await self._run(sql, arguments)

    async def command(self, sql: str) -> None:
        await self._run(sql, ())

    async def begin(self, opening: Sequence[Bound]) -> list[list[Row]]:
        queries = [query.query(self._dialect) for query in opening]
        # Not deferred: a transaction that read first could not become a writer after another's.
        _, *found = await self._together([("BEGIN IMMEDIATE", ()), *(q[:2] for q in queries)])
        return [
            [query.read(row) for row in rows] for query, rows in zip(queries, found, strict=True)
        ]

    async def commit(self, closing: Sequence[Bound]) -> None:
        try:
            queries = [query.query(self._dialect)[:2] for query in closing]
            await self._together([*queries, ("COMMIT", ())])
        except BaseException:
            self._in_doubt = True
            raise

    async def rollback(self) -> None:
        try:
            # The worker thread comes to this only when a cancelled statement has ended.
            await self.command("ROLLBACK")
            self._in_doubt = False
        except StorageError:
            self._in_doubt = True

    async def _run(self, sql: str, arguments: Any) -> Any:
        with self._in_thread() as raw:
            return await raw.execute_fetchall(sql, arguments)

    async def _together(self, queries: Sequence[Command]) -> list[list[Any]]:
        """The rows of each, with one way to the connection's thread and back."""
        with self._in_thread() as raw:
            run: Any = raw._execute  # aiosqlite itself offers one statement at a time
            rows: list[list[Any]] = await run(_run_all, raw._conn, queries)
            return rows

    @contextmanager
    def _in_thread(self) -> Iterator[aiosqlite.Connection]:
        assert self._raw is not None
        with self._backend.counting(), translated():
            try:
                yield self._raw
            except asyncio.CancelledError:
                # The worker thread is at it still, or has it before it.
                self._in_doubt = True
                raise


def _run_all(raw: sqlite3.Connection, queries: Sequence[Command]) -> list[list[Any]]:
    """The rows of each; what raises leaves no transaction."""
    try:
        return [raw.execute(sql, arguments).fetchall() for sql, arguments in queries]
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise
