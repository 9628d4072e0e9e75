"""The schema that migrations make is the one of tables.py, however many instances make it."""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage import Storage, errors
from storage.migrate import ADVISORY_LOCK, config, upgrade
from storage.tables import metadata
from tests.integration.storage.board import a_client, board_of
from tests.services import ROOT, PostgresServer, eventually, free_port

T = TypeVar("T")


async def on_connection(url: str, use: Callable[[Connection], T]) -> T:
    """What `use` makes of a SQLAlchemy connection, in a transaction."""
    if url.startswith("sqlite:"):
        with create_engine(url, poolclass=NullPool).begin() as connection:
            return use(connection)
    async_url = url.replace("postgresql:", "postgresql+asyncpg:")
    async with create_async_engine(async_url, poolclass=NullPool).begin() as connection:
        return await connection.run_sync(use)


async def test_the_migrated_schema_is_that_of_the_tables(database_url: str) -> None:
    await upgrade(database_url)

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert await on_connection(database_url, differences) == []


async def test_constraints_and_indexes_have_the_names_that_tables_give_them(
    database_url: str,
) -> None:
    await upgrade(database_url)

    def named(connection: Connection) -> set[str | None]:
        inspector = inspect(connection)
        names: set[str | None] = set()
        for table in metadata.tables:
            names.add(inspector.get_pk_constraint(table)["name"])
            names |= {each["name"] for each in inspector.get_unique_constraints(table)}
            names |= {each["name"] for each in inspector.get_foreign_keys(table)}
            names |= {each["name"] for each in inspector.get_indexes(table)}
        return names

    tables = metadata.tables.values()
    expected = {str(index.name) for table in tables for index in table.indexes}
    expected |= {str(constraint.name) for table in tables for constraint in table.constraints}
    assert expected <= await on_connection(database_url, named)


async def test_ids_and_ranks_are_compared_by_byte_on_postgres(fresh_postgres_url: str) -> None:
    await upgrade(fresh_postgres_url)

    def collations(connection: Connection) -> dict[str, str]:
        rows = connection.execute(
            text(
                "SELECT table_name || '.' || column_name, collation_name"
                " FROM information_schema.columns WHERE table_schema = 'public'"
            )
        )
        return dict(rows.all())

    found = await on_connection(fresh_postgres_url, collations)
    for table in metadata.tables.values():
        for column in table.columns:
            collation = getattr(column.type.dialect_impl(_postgres()), "collation", None)
            assert found[f"{table.name}.{column.name}"] == collation
    assert found["clients.position"] == "C"


def _postgres() -> Any:
    from sqlalchemy.dialects import postgresql

    return postgresql.dialect()  # type: ignore[no-untyped-call]


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    await upgrade(database_url)
    storage = Storage(database_url)
    await storage.open()
    await board_of(storage)

    await upgrade(database_url)

    assert await storage.workspaces.head("workspace-1") == 0
    await storage.close()


async def test_instances_that_start_at_once_migrate_once(database_url: str) -> None:
    program = (
        "import asyncio, sys; from storage.migrate import upgrade;"
        " asyncio.run(upgrade(sys.argv[1]))"
    )
    instances = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, database_url),
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for instance in instances:
        _, stderr = await instance.communicate()
        assert (instance.returncode, stderr) == (0, b"")

    def revisions(connection: Connection) -> int:
        return len(connection.execute(text("SELECT version_num FROM alembic_version")).all())

    assert await on_connection(database_url, revisions) == 1
    storage = Storage(database_url)
    await storage.open()
    await board_of(storage)
    await storage.close()


async def test_an_instance_waits_for_another_that_migrates_and_takes_over_when_that_dies(
    postgres_server: PostgresServer, fresh_postgres_url: str
) -> None:
    other = await asyncpg.connect(fresh_postgres_url)
    await other.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    upgrading = asyncio.create_task(upgrade(fresh_postgres_url))
    await eventually(lambda: postgres_server.execute(waiting) == "1")
    assert not upgrading.done()
    other.terminate()

    await upgrading


async def test_a_schema_of_a_newer_release_is_left_as_it_is(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await upgrade(database_url)
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    await on_connection(database_url, lambda connection: connection.execute(newer))

    with caplog.at_level(logging.WARNING, logger="storage.migrate"):
        await upgrade(database_url)

    assert "the schema 9999 is of a newer release" in caplog.text
    storage = Storage(database_url)
    await storage.open()
    await board_of(storage)
    await storage.close()


async def test_the_migrations_can_be_taken_back(database_url: str) -> None:
    await upgrade(database_url)

    def back(connection: Connection) -> list[str]:
        command.downgrade(config(connection), "base")
        return inspect(connection).get_table_names()

    assert await on_connection(database_url, back) == ["alembic_version"]


async def test_an_import_finds_the_clients_of_an_older_release(database_url: str) -> None:
    await upgrade(database_url)
    storage = Storage(database_url)
    await storage.open()
    board = await board_of(storage)
    await board.has(
        a_client("text", email="Ann@Acme.example", custom={"external_id": "A-1"}),
        a_client("number", custom={"external_id": 12}),
        a_client("neither", custom={"external_id": True}),
        a_client("too long", custom={"external_id": "x" * 256}),
    )

    def back(connection: Connection) -> None:
        command.downgrade(config(connection), "0002")

    await on_connection(database_url, back)
    await upgrade(database_url)

    clients = storage.clients
    found = await clients.by_external_id(board.id, ["A-1", "12", "true", "1", "x" * 256])
    assert {client.id for client in found} == {"text", "number"}
    assert [client.id for client in await clients.by_email(board.id, ["ann@acme.example"])] == [
        "text"
    ]
    await storage.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://clientflow@127.0.0.1:{port}/nowhere",
        "sqlite:////nowhere/in/particular/clientflow.db",
    ],
)
async def test_a_database_that_is_away_is_unavailable_to_migrations(url: str) -> None:
    with pytest.raises(errors.Unavailable):
        await upgrade(url.format(port=free_port()))
