"""Each migration only adds, so that the release before it goes on beside the new one while a deploy replaces it.

What a release no longer uses is taken away by a later one (expand, then contract): such a revision stands in
`CONTRACTS` with the release that was the last to need what it takes away. See docs/operations.md#upgrades.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from storage.migrate import config
from tests.integration.storage.test_migrations import on_connection

CONTRACTS: dict[str, str] = {}


@dataclass(frozen=True)
class Column:
    type: str
    nullable: bool
    has_default: bool


@dataclass(frozen=True)
class Table:
    """`demands` are what rows have to satisfy: keys, foreign keys, unique and check constraints."""

    columns: dict[str, Column]
    demands: frozenset[str]


Schema = dict[str, Table]


def schema_of(connection: Connection) -> Schema:
    inspector = inspect(connection)
    return {
        name: Table(
            {
                column["name"]: Column(
                    str(column["type"]), column["nullable"], column["default"] is not None
                )
                for column in inspector.get_columns(name)
            },
            frozenset(_demands(inspector, name)),
        )
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def _demands(inspector: Any, table: str) -> list[str]:
    unique = [each for each in inspector.get_indexes(table) if each["unique"]]
    found = [inspector.get_pk_constraint(table), *unique]
    found += [*inspector.get_unique_constraints(table), *inspector.get_foreign_keys(table)]
    return [*(str(each["name"]) for each in found), *_checks(inspector, table)]


def _checks(inspector: Any, table: str) -> list[str]:
    return [str(each["name"]) for each in inspector.get_check_constraints(table)]


def what_the_release_before_misses(before: Schema, after: Schema) -> list[str]:
    """What its statements would fail on."""
    faults = [f"{name} has gone" for name in before.keys() - after.keys()]
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        for column, was in old.columns.items():
            now = new.columns.get(column)
            if now is None:
                faults.append(f"{name}.{column} has gone")
            elif now.type != was.type:
                faults.append(f"{name}.{column} was {was.type} and is {now.type}")
            elif was.nullable and not now.nullable:
                faults.append(f"{name}.{column} must have a value now")
        for column in new.columns.keys() - old.columns.keys():
            added = new.columns[column]
            if not (added.nullable or added.has_default):
                faults.append(f"{name}.{column} is new and must have a value")
        faults += [f"{name} demands {demand} now" for demand in new.demands - old.demands]
    return faults


async def test_a_migration_takes_nothing_away_and_demands_nothing_new(database_url: str) -> None:
    def each_schema(connection: Connection) -> list[tuple[str, Schema]]:
        settings = config(connection)
        revisions = [
            script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()
        ]
        schemas = []
        for revision in reversed(revisions):
            command.upgrade(settings, revision)
            schemas.append((revision, schema_of(connection)))
        return schemas

    for (_, before), (revision, after) in pairwise(await on_connection(database_url, each_schema)):
        if revision not in CONTRACTS:
            assert what_the_release_before_misses(before, after) == [], revision


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DROP TABLE b", "b has gone"),
        ("ALTER TABLE a DROP COLUMN x", "a.x has gone"),
        ("ALTER TABLE a RENAME COLUMN x TO y", "a.x has gone"),
        ("ALTER TABLE a ADD COLUMN y TEXT NOT NULL DEFAULT ''", None),
        ("ALTER TABLE a ADD COLUMN y TEXT", None),
        ("CREATE TABLE c (id INTEGER PRIMARY KEY)", None),
        ("CREATE INDEX i ON a (x)", None),
        ("CREATE UNIQUE INDEX i ON a (x)", "a demands i now"),
    ],
)
def test_the_check_tells_what_adds_from_what_takes_away(statement: str, fault: str | None) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT)"))
        connection.execute(sa.text("CREATE TABLE b (id INTEGER PRIMARY KEY)"))
        before = schema_of(connection)
        connection.execute(sa.text(statement))
        faults = what_the_release_before_misses(before, schema_of(connection))
    engine.dispose()
    assert faults == ([fault] if fault else [])
