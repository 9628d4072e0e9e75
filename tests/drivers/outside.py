"""The database as an operator reaches it, past the app."""

from __future__ import annotations

import contextlib
import sqlite3

import asyncpg

from tests.services import ServerProcess


async def execute_outside(process: ServerProcess, sql: str) -> None:
    """Run one statement in the database of a server that runs."""
    url = process.settings["DATABASE_URL"]
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(path, timeout=10)) as database, database:
            database.execute(sql)
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
