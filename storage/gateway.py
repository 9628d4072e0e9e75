"""The one door to a database: runs statements and transactions, one connection a task.

`databases` binds a connection to the task that uses it, so every call of a task inside
`transaction()` joins it without being told. Its own transactions lose their connection when a
BEGIN or a COMMIT fails or is cancelled; those here give it back in any case.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from databases import Database
from databases.core import Connection
from databases.interfaces import DatabaseBackend

from storage.errors import StorageError, Unavailable
from storage.statements import Bound, Row


class Driver(Protocol):
    """A task's connection, as our backends give it out for `raw_connection`."""

    depth: int
    """0 outside a transaction, 1 inside, one more for each savepoint."""

    failed: bool
    """A statement of the innermost transaction or savepoint has failed."""

    written: int
    """How many statements of the transaction have written."""

    async def begin(self, opening: Sequence[Bound]) -> list[list[Row]]:
        """Begins and runs `opening`; gives the rows of each. What raises leaves no transaction."""

    async def commit(self, closing: Sequence[Bound]) -> None:
        """Runs `closing` and commits. What raises leaves no transaction; where that is in doubt, no connection."""

    async def rollback(self) -> None:
        """Rolls back; where that fails, discards the connection, which comes to the same."""

    async def command(self, sql: str) -> None: ...


@dataclass
class Transaction:
    """`rows` are those of the opening statements; `closing` is run together with the commit."""

    rows: list[list[Row]] = field(default_factory=list)
    closing: list[Bound] = field(default_factory=list)


@dataclass(frozen=True)
class PoolState:
    """Connections that are open, how many of them nobody uses, and how many there may be."""

    open: int
    idle: int
    most: int


class Backend(DatabaseBackend):
    unavailable = 0
    """How often the database could not be reached, was too busy, or ended what it was doing."""

    @property
    def pool_state(self) -> PoolState:
        raise NotImplementedError

    @contextmanager
    def counting(self) -> Iterator[None]:
        try:
            yield
        except Unavailable:
            self.unavailable += 1
            raise

    def turn(self, key: str | None) -> AbstractAsyncContextManager[None]:
        """Held while writing, taken before a connection; `key` says which workspace is written."""
        raise NotImplementedError


class TaskConnections(Database):
    """`databases`' connection a task, over a backend of ours."""

    def __init__(self, url: str, backend: str, **options: Any) -> None:
        self._import_string = backend
        super().__init__(url, **options)

    def _get_backend(self) -> str:
        return self._import_string

    @property
    def backend(self) -> Backend:
        return cast(Backend, self._backend)


class Gateway:
    def __init__(self, connections: TaskConnections) -> None:
        self._connections = connections
        self._turn = connections.backend.turn

    async def rows(self, query: Bound) -> list[Row]:
        async with self._connection(query) as connection:
            return cast(list[Row], await connection.fetch_all(query))  # type: ignore[arg-type]

    async def row(self, query: Bound) -> Row | None:
        async with self._connection(query) as connection:
            return cast(Row | None, await connection.fetch_one(query))  # type: ignore[arg-type]

    async def value(self, query: Bound) -> Any:
        """The first column of the first row; None without one."""
        async with self._connection(query) as connection:
            return await connection.fetch_val(query)  # type: ignore[arg-type]

    async def execute(self, query: Bound) -> None:
        async with self._connection(query) as connection:
            await connection.execute(query)  # type: ignore[arg-type]

    @property
    def written(self) -> int:
        """How many statements of the task's transaction have written, the taken back ones included."""
        return self._driver.written

    @property
    def _driver(self) -> Driver:
        return cast(Driver, self._connections.connection().raw_connection)

    @asynccontextmanager
    async def transaction(
        self, turn_of: str | None = None, opening: Sequence[Bound] = ()
    ) -> AsyncIterator[Transaction]:
        """All or nothing; inside another transaction of the same task, a savepoint.

        Those with the same `turn_of` are begun one after another, in the order of coming. `opening` is run
        together with the begin: each way to the database and back counts.
        """
        connection = self._connections.connection()
        driver = cast(Driver, connection.raw_connection)
        if driver.depth:
            async with self._savepoint(driver):
                transaction = Transaction([await self.rows(query) for query in opening])
                yield transaction
                for query in transaction.closing:
                    await self.execute(query)
            return
        async with self._turn(turn_of), connection:
            transaction = Transaction(await driver.begin(opening))
            driver.depth, driver.failed, driver.written = 1, False, 0
            try:
                yield transaction
                self._refuse_if_failed(driver)
            except BaseException:
                driver.depth = 0
                await driver.rollback()
                raise
            driver.depth = 0
            await driver.commit(transaction.closing)

    @asynccontextmanager
    async def _savepoint(self, driver: Driver) -> AsyncIterator[None]:
        name = f"savepoint_{driver.depth}"
        await self._command(driver, f"SAVEPOINT {name}")
        driver.depth += 1
        try:
            yield
            await self._command(driver, f"RELEASE SAVEPOINT {name}")
        except BaseException:
            driver.failed = False
            # Should this fail too, the transaction around it goes down as failed.
            with suppress(StorageError):
                await self._command(driver, f"ROLLBACK TO SAVEPOINT {name}")
                await self._command(driver, f"RELEASE SAVEPOINT {name}")
            raise
        finally:
            driver.depth -= 1

    async def _command(self, driver: Driver, sql: str) -> None:
        with self._marking_failure(driver):
            await driver.command(sql)

    @asynccontextmanager
    async def _connection(self, query: Bound) -> AsyncIterator[Connection]:
        connection = self._connections.connection()
        driver = cast(Driver, connection.raw_connection)
        if driver.depth:
            with self._marking_failure(driver):
                driver.written += query.statement.writes
                yield connection
        elif query.statement.writes:
            async with self._turn(None), connection:
                yield connection
        else:
            async with connection:
                yield connection

    @contextmanager
    def _marking_failure(self, driver: Driver) -> Iterator[None]:
        self._refuse_if_failed(driver)
        try:
            yield
        except BaseException:
            driver.failed = True
            raise

    @staticmethod
    def _refuse_if_failed(driver: Driver) -> None:
        """Postgres gives up a failed transaction by itself; SQLite is held to the same."""
        if driver.failed:
            raise StorageError("a statement of this transaction failed: it cannot go on or commit")
