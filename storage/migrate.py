"""Brings a database's schema up to date, whichever and however many instances start at once.

One migrates while the others wait and then find nothing left to do: on Postgres they wait for an
advisory lock, on SQLite for the write lock of the one transaction in which all is done.

A new revision, after a change of tables.py:

    python -m storage.migrate revision "what it does"
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage import postgres, sqlite_pool
from storage.address import normalised, sqlite_path

# Nothing else may take this one on the same database.
ADVISORY_LOCK = 0x636C69656E74
CONNECT_TIMEOUT_S = 10
# As long as another instance may take to migrate.
WAIT_S = 300

logger = logging.getLogger(__name__)


async def upgrade(url: str) -> None:
    """Migrates to the newest schema; raises Unavailable when the database cannot be reached."""
    url = normalised(url)
    if url.startswith("sqlite:"):
        await asyncio.to_thread(_upgrade_sqlite, url)
    else:
        await _upgrade_postgres(url)


def config(connection: Connection) -> Config:
    """Alembic's settings, which need no alembic.ini."""
    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return settings


def _upgrade(connection: Connection) -> None:
    settings = config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        # This release has been put back in place of a newer one.
        logger.warning("the schema %s is of a newer release and stays as it is", current)
        return
    command.upgrade(settings, "head")


async def _upgrade_postgres(url: str) -> None:
    async def connect() -> Any:
        return await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S, command_timeout=WAIT_S)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    with postgres.translated():
        try:
            async with engine.connect() as connection:
                # It belongs to the session: it goes when this connection is closed, at the latest.
                await connection.execute(
                    text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK}
                )
                await connection.commit()
                await connection.run_sync(_upgrade)
                await connection.commit()
        except DBAPIError as error:
            raise _of_driver(error) from error


def _upgrade_sqlite(url: str) -> None:
    engine = sqlite_engine(url)
    with sqlite_pool.translated():
        try:
            with engine.begin() as connection:
                _upgrade(connection)
        except DBAPIError as error:
            raise _of_driver(error) from error


def sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=sqlite_path(url)),
        poolclass=NullPool,
        connect_args={"timeout": WAIT_S, "isolation_level": None},
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _of_driver(error: DBAPIError) -> BaseException:
    """The error within SQLAlchemy's, and for asyncpg within that of its adapter."""
    assert error.orig is not None
    return error.orig.__cause__ or error.orig


def _new_revision(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = sqlite_engine(f"sqlite:///{folder}/empty.db")
        with engine.begin() as connection:
            _upgrade(connection)
            settings = config(connection)
            number = len(list(ScriptDirectory.from_config(settings).walk_revisions())) + 1
            command.revision(settings, message, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "revision":
        sys.exit('usage: python -m storage.migrate revision "what it does"')
    _new_revision(sys.argv[2])
