"""ClientFlow's own command line, with every statement that reaches a database driver noted in the file TRACE.

Each note is a pickled (connection, sql, arguments): what the driver was given, in its order.
"""

from __future__ import annotations

import os
import pickle
import sqlite3
import sys
from collections.abc import Iterable
from typing import Any, Self

import asyncpg

_trace = os.open(os.environ["TRACE"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def note(connection: object, sql: str, arguments: Iterable[Any]) -> None:
    os.write(_trace, pickle.dumps((id(connection), sql, tuple(arguments))))


class TracedCursor(sqlite3.Cursor):
    def execute(self, sql: str, parameters: Any = ()) -> Self:
        note(self.connection, sql, parameters)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any]) -> Self:
        rows = list(parameters)
        for row in rows:
            note(self.connection, sql, row)
        return super().executemany(sql, rows)


class TracedConnection(sqlite3.Connection):
    def cursor(self, factory: Any = TracedCursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor().execute(sql, parameters)
        return cursor

    def executemany(self, sql: str, parameters: Iterable[Any]) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor().executemany(sql, parameters)
        return cursor


def trace_sqlite() -> None:
    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        return connect(*arguments, factory=TracedConnection, **options)

    sqlite3.connect = traced  # type: ignore[assignment]


def trace_postgres() -> None:
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        _trace_method(name)
    many = asyncpg.Connection.executemany

    async def executemany(self: Any, command: str, args: Iterable[Any], **options: Any) -> None:
        rows = list(args)
        for row in rows:
            note(self, command, row)
        await many(self, command, rows, **options)

    asyncpg.Connection.executemany = executemany


def _trace_method(name: str) -> None:
    plain = getattr(asyncpg.Connection, name)

    async def traced(self: Any, query: str, *args: Any, **options: Any) -> Any:
        note(self, query, args)
        return await plain(self, query, *args, **options)

    setattr(asyncpg.Connection, name, traced)


def main() -> int:
    trace_sqlite()
    trace_postgres()
    from server.cli import main as serve

    sys.argv = ["clientflow", "serve"]
    return serve()


if __name__ == "__main__":
    sys.exit(main())
