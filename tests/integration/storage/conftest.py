"""An open storage on an empty database, once for each dialect."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from storage import Storage
from storage.migrate import upgrade
from storage.tables import metadata
from tests.integration.storage.board import Board, board_of
from tests.services import PostgresServer

DIALECTS = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def reused_postgres_url(postgres_server: PostgresServer) -> str:
    """A database for one test after another: to make one for each takes longer than most tests."""
    return postgres_server.create_database()


@pytest.fixture(params=DIALECTS)
def storage_url(request: pytest.FixtureRequest) -> str:
    fixture = "fresh_sqlite_url" if request.param == "sqlite" else "reused_postgres_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[Storage]:
    await upgrade(storage_url)
    if storage_url.startswith("postgresql:"):
        connection = await asyncpg.connect(storage_url)
        await connection.execute(f"TRUNCATE {', '.join(metadata.tables)}")
        await connection.close()
    storage = Storage(storage_url)
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture(scope="module", params=DIALECTS)
async def shared_storage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Storage]:
    """A storage for all tests of a module, each of which makes a workspace of its own there."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('shared') / 'clientflow.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    await upgrade(url)
    storage = Storage(url)
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture
async def second_storage(storage: Storage) -> AsyncIterator[Storage]:
    """The same database as another instance would open it."""
    second = Storage(storage.url)
    await second.open()
    yield second
    await second.close()


@pytest.fixture
async def board(storage: Storage) -> Board:
    """A workspace of one owner, with the stages lead and won."""
    return await board_of(storage)
