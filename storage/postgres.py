"""PostgreSQL for `databases`, on asyncpg's pool: with time limits, and errors of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext, suppress
from itertools import groupby
from operator import attrgetter
from typing import Any

import asyncpg
from databases import DatabaseURL
from databases.interfaces import ConnectionBackend
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from storage.constraints import field_of_constraint
from storage.errors import Duplicate, Missing, StorageError, Unavailable, Unstorable
from storage.gateway import Backend, PoolState
from storage.statements import Bound, Query, Row
from storage.turns import Turns

# How long the client waits beyond the server's own limit before it gives the connection up.
GRACE_S = 1.0
# How long close() waits for connections in use before it cuts them off.
CLOSE_TIMEOUT_S = 2.0

# SQLSTATE classes that say "not now": connection, resources, rollback by the server, intervention.
TRANSIENT_CLASSES = ("08", "40", "53", "57", "58")
# Lock not available, read only after a failover, too long idle in a transaction.
TRANSIENT_STATES = ("55P03", "25006", "25P03")
UNIQUE_VIOLATION = "23505"
FOREIGN_KEY_VIOLATION = "23503"
DATA_EXCEPTION_CLASS = "22"


class PostgresBackend(Backend):
    def __init__(
        self,
        url: DatabaseURL,
        *,
        pool_min: int,
        pool_max: int,
        statement_timeout_s: float,
        lock_timeout_s: float,
        acquire_timeout_s: float,
    ) -> None:
        self.dialect: Dialect = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]
        self.acquire_timeout_s = acquire_timeout_s
        self._turns = Turns(lock_timeout_s)
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._pool_options: dict[str, Any] = {
            "dsn": str(url),
            "min_size": pool_min,
            "max_size": pool_max,
            "timeout": acquire_timeout_s,
            "command_timeout": statement_timeout_s + GRACE_S,
            "reset": _keep_session,
            "server_settings": {
                "application_name": "clientflow",
                "statement_timeout": _milliseconds(statement_timeout_s),
                "lock_timeout": _milliseconds(lock_timeout_s),
                "idle_in_transaction_session_timeout": _milliseconds(statement_timeout_s),
            },
        }

    async def connect(self) -> None:
        with translated():
            self._pool = await asyncpg.create_pool(**self._pool_options)

    async def disconnect(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await pool.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            pool.terminate()

    def connection(self) -> PostgresConnection:
        return PostgresConnection(self)

    def turn(self, key: str | None) -> AbstractAsyncContextManager[None]:
        """Postgres makes writers wait by itself; but those of one workspace would take the pool."""
        return nullcontext() if key is None else self._turns.of(key)

    @property
    def pool_state(self) -> PoolState:
        if self._pool is None:
            return PoolState(0, 0, self._pool_options["max_size"])
        return PoolState(
            self._pool.get_size(), self._pool.get_idle_size(), self._pool.get_max_size()
        )

    @property
    def pool(self) -> asyncpg.Pool[asyncpg.Record]:
        if self._pool is None:
            raise Unavailable("the database is not open")
        return self._pool


class PostgresConnection(ConnectionBackend):
    """The connection of one task, while it has one."""

    def __init__(self, backend: PostgresBackend) -> None:
        self._backend = backend
        self._dialect = backend.dialect
        self._raw: Any = None
        self.depth = 0
        self.failed = False
        self.written = 0

    @property
    def raw_connection(self) -> PostgresConnection:
        return self

    async def acquire(self) -> None:
        pool = self._backend.pool
        with self._backend.counting(), translated():
            async with asyncio.timeout(self._backend.acquire_timeout_s):
                self._raw = await pool.acquire()

    async def release(self) -> None:
        raw, self._raw = self._raw, None
        try:
            await self._backend.pool.release(raw, timeout=self._backend.acquire_timeout_s)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, Unavailable):
            # What was asked is done; the pool makes a new connection for the next one.
            _terminate(raw)

    async def fetch_all(self, query: Bound) -> list[Row]:  # type: ignore[override]
        sql, arguments, read = query.query(self._dialect)
        with self._translated():
            rows = await self._raw.fetch(sql, *arguments)
        return [read(row) for row in rows]

    async def fetch_one(self, query: Bound) -> Row | None:  # type: ignore[override]
        rows = await self.fetch_all(query)
        return rows[0] if rows else None

    async def fetch_val(self, query: Bound, column: int = 0) -> Any:  # type: ignore[override]
        row = await self.fetch_one(query)
        return None if row is None else list(row.values())[column]

    async def execute(self, query: Bound) -> None:  # type: ignore[override]
        await self.fetch_all(query)

    async def command(self, sql: str) -> None:
        with self._translated():
            await self._raw.execute(sql)

    async def begin(self, opening: Sequence[Bound]) -> list[list[Row]]:
        await self._or_terminate("BEGIN")
        try:
            return [await self.fetch_all(query) for query in opening]
        except BaseException:
            await self.rollback()
            raise

    async def commit(self, closing: Sequence[Bound]) -> None:
        try:
            for _, alike in groupby(closing, key=attrgetter("statement")):
                await self._execute_many([query.query(self._dialect) for query in alike])
        except BaseException:
            await self.rollback()
            raise
        await self._or_terminate("COMMIT")

    async def _execute_many(self, alike: Sequence[Query]) -> None:
        """One statement with several sets of values, in one way there and back."""
        with self._translated():
            await self._raw.executemany(alike[0].sql, [query.arguments for query in alike])

    async def _or_terminate(self, sql: str) -> None:
        try:
            await self.command(sql)
        except BaseException:
            _terminate(self._raw)
            raise

    async def rollback(self) -> None:
        try:
            with self._translated():
                await self._raw.execute("ROLLBACK", timeout=self._backend.acquire_timeout_s)
        except StorageError:
            _terminate(self._raw)
        except BaseException:
            _terminate(self._raw)
            raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with self._backend.counting(), translated():
            try:
                yield
            except (TimeoutError, asyncio.CancelledError):
                # The server's own limit comes first, so it is silent; another word would wait too. Whoever cancels
                # cannot wait for it either, and asyncpg would ask it to cancel, and wait for the answer.
                _terminate(self._raw)
                raise


def _terminate(raw: Any) -> None:
    """Closes the socket; the server rolls back, the pool replaces the connection."""
    with suppress(asyncpg.InterfaceError):  # it was lost and has left the pool already
        raw.terminate()


async def _keep_session(connection: object) -> None:
    """Nothing here changes a session's state, so a connection needs no round trip to be reset."""


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


@contextmanager
def translated() -> Iterator[None]:
    """Lets what the driver raises leave as this package's errors."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _from_server(error) from error
    except (ValueError, OverflowError) as error:  # asyncpg's own DataError is a ValueError
        raise Unstorable(str(error)) from error
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise Unavailable(f"the database cannot be reached: {error}") from error


def _from_server(error: asyncpg.PostgresError) -> StorageError:
    state = error.sqlstate or ""
    message = str(error)
    if state.startswith(TRANSIENT_CLASSES) or state in TRANSIENT_STATES:
        return Unavailable(message)
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return Unavailable(message)  # the schema has just been migrated
    if state == UNIQUE_VIOLATION:
        return Duplicate(field_of_constraint(error.constraint_name or ""))
    if state == FOREIGN_KEY_VIOLATION:
        return Missing(message)
    if state.startswith(DATA_EXCEPTION_CLASS):
        return Unstorable(message)
    return StorageError(message)
