"""Every statement of the package finds its rows by an index."""

import itertools
import pkgutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy.dialects.sqlite import pysqlite

import storage
from storage.client_pages import SORTS, page_query
from storage.migrate import upgrade
from storage.records import ClientQuery
from storage.statements import Bound, Statement
from storage.tables import metadata
from tests.integration.storage.board import NOON


class AnyValues(dict[str, Any]):
    """Only a plan is asked for: any value of the right kind will do."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Any:
        if name.endswith("enabled"):
            return True
        is_moment = name in ("at", "before", "now", "until") or name.endswith(
            ("_at", "_since", "_until")
        )
        return NOON if is_moment else "x"


VALUES = AnyValues({key: ["a", "b"] for key in ("among", "ids", "keys", "users")})


# Whole tables, on purpose. Which webhooks are behind the log no index can tell, for the log's head is another table's.
WHOLE = {
    "storage.users.ALL": "users",  # what an operator lists
    "storage.webhooks.DUE": "webhooks",
    "storage.webhooks.FOLLOWED": "webhooks",
    "storage.webhooks.LAG": "webhooks",
}


def statements() -> dict[str, Bound]:
    """Every statement that a module of the package has made, by its name."""
    found = {}
    for module in pkgutil.iter_modules(storage.__path__, "storage."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, Statement):
                found[f"{module.name}.{name}"] = Bound(value, VALUES)
    return found


def pages() -> Iterator[ClientQuery]:
    filters: list[dict[str, Any]] = [
        {},
        {"q": "two words"},
        {"stages": ["lead", "won"]},
        {"owners": ["user-ann", None]},
        {"tags": ["red"]},
    ]
    for sort, direction, chosen in itertools.product(SORTS, ("", "-"), filters):
        yield ClientQuery(sort=direction + sort, **chosen)


@pytest.fixture
async def database(fresh_sqlite_url: str) -> AsyncIterator[sqlite3.Connection]:
    await upgrade(fresh_sqlite_url)
    connection = sqlite3.connect(fresh_sqlite_url.removeprefix("sqlite:///"))
    connection.create_function("clock_timestamp", 0, lambda: None)  # a function of Postgres
    yield connection
    connection.close()


def scans(database: sqlite3.Connection, query: Bound) -> list[str]:
    """The steps of SQLite's plan that go through a whole table."""
    sql, arguments, _ = query.query(pysqlite.dialect(paramstyle="qmark"))
    if sql.startswith("SELECT") and "FROM" not in sql:
        return []  # it asks Postgres for a lock or the time, and no table for anything
    steps = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {sql}", arguments)]
    return [step for step in steps if any(f"SCAN {table}" in step for table in metadata.tables)]


async def test_no_statement_goes_through_a_whole_table(database: sqlite3.Connection) -> None:
    found = statements()

    assert len(found) > 50
    scanning = {name: steps for name in found if (steps := scans(database, found[name]))}
    assert scanning.keys() == WHOLE.keys()
    for name, (step,) in scanning.items():
        assert step.startswith(f"SCAN {WHOLE[name]}")


async def test_no_page_of_clients_goes_through_a_whole_table(database: sqlite3.Connection) -> None:
    for query in pages():
        assert scans(database, page_query("workspace-1", query)) == []
