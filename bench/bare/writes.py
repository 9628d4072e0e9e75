"""The statements of one write, run on the bare driver as fast as it goes: `python -m bench.bare.writes DRIVER PLAN`.

PLAN is a pickled `Plan`. Prints {"writes": …, "seconds": …}. One transaction a write; each connection sends the next
when the last is committed.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sqlite3
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import aiosqlite
import asyncpg
import uvloop

from bench.bare.statements import Noted, Numbered, Place, Statement, statements

PRAGMAS = ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "temp_store = MEMORY")


@dataclass
class Plan:
    """`pair`: what two writes ran, of which the second wrote `written`. `writers`: where the bare ones write."""

    database: str
    pair: tuple[list[Noted], list[Noted]]
    written: Numbered
    writers: list[Place]
    seconds: float

    def statements(self) -> list[Statement]:
        return statements(*self.pair, self.written)


def run_sqlite3(plan: Plan) -> int:
    """One connection: SQLite has one writer."""
    connection = sqlite3.connect(plan.database, isolation_level=None, cached_statements=256)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    each = plan.statements()
    deadline, done = time.monotonic() + plan.seconds, 0
    while time.monotonic() < deadline:
        write = plan.writers[done % len(plan.writers)].next()
        connection.execute("BEGIN IMMEDIATE")
        for statement in each:
            connection.execute(statement.sql, statement.bound(write)).fetchall()
        connection.execute("COMMIT")
        done += 1
    connection.close()
    return done


async def run_aiosqlite(plan: Plan) -> int:
    """One connection, its writers in turn."""
    async with aiosqlite.connect(
        plan.database, isolation_level=None, cached_statements=256
    ) as connection:
        for pragma in PRAGMAS:
            await connection.execute_fetchall(f"PRAGMA {pragma}")
        each = plan.statements()
        deadline, done = time.monotonic() + plan.seconds, 0
        while time.monotonic() < deadline:
            write = plan.writers[done % len(plan.writers)].next()
            await connection.execute_fetchall("BEGIN IMMEDIATE")
            for statement in each:
                await connection.execute_fetchall(statement.sql, statement.bound(write))
            await connection.execute_fetchall("COMMIT")
            done += 1
        return done


async def run_asyncpg(plan: Plan) -> int:
    """A connection for each writer. PostgreSQL makes those of one workspace wait for each other."""
    each = plan.statements()
    deadline = time.monotonic() + plan.seconds

    async def keep_writing(place: Place) -> int:
        connection = await asyncpg.connect(plan.database)
        done = 0
        while time.monotonic() < deadline:
            write = place.next()
            await connection.execute("BEGIN")
            for statement in each:
                await connection.fetch(statement.sql, *statement.bound(write))
            await connection.execute("COMMIT")
            done += 1
        await connection.close()
        return done

    return sum(await asyncio.gather(*(keep_writing(place) for place in plan.writers)))


def main() -> None:
    driver, path = sys.argv[1:]
    plan: Plan = pickle.loads(Path(path).read_bytes())
    began = time.monotonic()
    if driver == "sqlite3":
        done = run_sqlite3(plan)
    elif driver == "aiosqlite":
        done = uvloop.run(run_aiosqlite(plan))
    else:
        done = uvloop.run(run_asyncpg(plan))
    print(json.dumps({"writes": done, "seconds": time.monotonic() - began}))


if __name__ == "__main__":
    main()
