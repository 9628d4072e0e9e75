"""The open connections of one SQLite file, and SQLite's errors as this package's."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress

import aiosqlite

from storage.constraints import field_of_constraint
from storage.errors import Duplicate, Missing, StorageError, Unavailable, Unstorable
from storage.gateway import PoolState

CACHED_STATEMENTS = 256

TRANSIENT = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
UNIQUE = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})


class SQLitePool:
    """Open connections, the last used first."""

    def __init__(
        self, path: str, size: int, *, busy_timeout_s: float, acquire_timeout_s: float
    ) -> None:
        self._path = path
        self._size = size
        self._busy_timeout_s = busy_timeout_s
        self._acquire_timeout_s = acquire_timeout_s
        self._slots = asyncio.Semaphore(size)
        self._idle: list[aiosqlite.Connection] = []
        self._used = 0
        self._closing: set[asyncio.Task[None]] = set()
        self._is_open = False

    async def open(self) -> None:
        """Makes the first connection, so that a database that cannot be opened is noticed now."""
        self._idle.append(await self._connect())
        self._is_open = True

    async def close(self) -> None:
        """Closes every connection; one that is in use, when it comes back."""
        self._is_open = False
        while self._idle:
            await self._idle.pop().close()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._acquire_timeout_s), AsyncExitStack() as slots:
                for _ in range(self._size):
                    await slots.enter_async_context(self._slots)

    async def acquire(self) -> aiosqlite.Connection:
        try:
            async with asyncio.timeout(self._acquire_timeout_s):
                await self._slots.acquire()
        except TimeoutError as error:
            raise Unavailable("the database is busy: no connection came free") from error
        try:
            if not self._is_open:
                raise Unavailable("the database is not open")
            connection = self._idle.pop() if self._idle else await self._connect()
            self._used += 1
            return connection
        except BaseException:
            self._slots.release()
            raise

    @property
    def state(self) -> PoolState:
        return PoolState(self._used + len(self._idle), len(self._idle), self._size)

    def release(self, connection: aiosqlite.Connection) -> None:
        if self._is_open:
            self._used -= 1
            self._idle.append(connection)
            self._slots.release()
        else:
            self.discard(connection)

    def discard(self, connection: aiosqlite.Connection) -> None:
        """Closes a connection in the background, which rolls back whatever it was doing."""
        task = asyncio.create_task(self._discard(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _discard(self, connection: aiosqlite.Connection) -> None:
        try:
            await connection.interrupt()
            await connection.close()
        finally:
            self._used -= 1
            self._slots.release()

    async def _connect(self) -> aiosqlite.Connection:
        with translated():
            opening = aiosqlite.connect(
                self._path,
                timeout=self._busy_timeout_s,
                isolation_level=None,
                cached_statements=CACHED_STATEMENTS,
            )
            # A process that fails before it closes its storage must not wait for this thread.
            opening._thread.daemon = True
            connection = await opening
            try:
                for pragma in (
                    "journal_mode = WAL",
                    # With WAL this survives the process's death; only a power cut may lose the
                    # last commits, never the database's integrity.
                    "synchronous = NORMAL",
                    "foreign_keys = ON",
                    "temp_store = MEMORY",
                ):
                    await connection.execute_fetchall(f"PRAGMA {pragma}")
            except BaseException:
                await connection.close()
                raise
        return connection


@contextmanager
def translated() -> Iterator[None]:
    """Lets what the driver raises leave as this package's errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise _from_sqlite(error) from error
    except (UnicodeEncodeError, OverflowError) as error:
        raise Unstorable(str(error)) from error


def _from_sqlite(error: sqlite3.Error) -> StorageError:
    message = str(error)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE)
    if code in UNIQUE:
        return Duplicate(field_of_constraint(message.removeprefix("UNIQUE constraint failed: ")))
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return Missing(message)
    if code & 0xFF in TRANSIENT:  # an extended code keeps the plain one in its low byte
        return Unavailable(message)
    if code == sqlite3.SQLITE_TOOBIG:
        return Unstorable(message)
    return StorageError(message)
