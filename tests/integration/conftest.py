"""Running servers for the tests of what users meet. They start when first asked for, once a run.

Nothing is cleaned up between tests: each takes people and workspaces of its own.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.drivers import Desk, Instance, Person
from tests.services import PostgresServer, RedisServer, ServerProcess


@pytest.fixture(scope="session")
async def over_sqlite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    """One process with SQLite, as development runs it."""
    file: Path = tmp_path_factory.mktemp("sqlite") / "clientflow.db"
    with ServerProcess(f"sqlite:///{file}") as process:
        async with Instance(process) as instance:
            yield instance


@pytest.fixture(scope="session")
async def over_redis(
    postgres_server: PostgresServer, redis_server: RedisServer
) -> AsyncIterator[tuple[Instance, Instance]]:
    """Two processes on one Postgres and one Redis, as production runs them."""
    redis = redis_server.url
    with (
        _database(postgres_server) as url,
        ServerProcess(url, redis) as a,
        ServerProcess(url, redis) as b,
    ):
        async with Instance(a) as first, Instance(b) as second:
            yield first, second


@pytest.fixture(scope="session")
async def over_notify(postgres_server: PostgresServer) -> AsyncIterator[tuple[Instance, Instance]]:
    """Two processes on one Postgres that have no Redis; the second under an ASGI server that is not ours."""
    with (
        _database(postgres_server) as url,
        ServerProcess(url) as a,
        ServerProcess(url, plain=True) as b,
    ):
        async with Instance(a) as first, Instance(b) as second:
            yield first, second


@pytest.fixture(scope="session")
async def over_plain_asgi(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    """One process with SQLite under an ASGI server that is not ours."""
    file: Path = tmp_path_factory.mktemp("plain") / "clientflow.db"
    with ServerProcess(f"sqlite:///{file}", plain=True) as process:
        async with Instance(process) as instance:
            yield instance


@pytest.fixture(params=["sqlite", "postgres-redis"])
def chosen_server(request: pytest.FixtureRequest) -> Instance:
    if request.param == "sqlite":
        alone: Instance = request.getfixturevalue("over_sqlite")
        return alone
    first: Instance = request.getfixturevalue("over_redis")[0]
    return first


@pytest.fixture
async def server(chosen_server: Instance) -> AsyncIterator[Instance]:
    """The server, once as development and once as production runs it."""
    yield chosen_server
    await chosen_server.close_boards()


@pytest.fixture(params=["redis", "notify"])
def chosen_pair(request: pytest.FixtureRequest) -> tuple[Instance, Instance]:
    pair: tuple[Instance, Instance] = request.getfixturevalue(f"over_{request.param}")
    return pair


@pytest.fixture
async def instances(
    chosen_pair: tuple[Instance, Instance],
) -> AsyncIterator[tuple[Instance, Instance]]:
    """Two instances of one truth, over either bus."""
    yield chosen_pair
    for instance in chosen_pair:
        await instance.close_boards()


@pytest.fixture
async def ana(server: Instance) -> Person:
    return await server.sign_up("Ana")


@pytest.fixture
async def desk(ana: Person) -> Desk:
    """Ana's, in a workspace that she has just made."""
    return await ana.new_workspace()


@pytest.fixture
async def lone_desk(over_sqlite: Instance) -> AsyncIterator[Desk]:
    """A desk over SQLite alone: for time limits, and for input that never reaches a database."""
    person = await over_sqlite.sign_up("Ana")
    yield await person.new_workspace()
    await over_sqlite.close_boards()


@contextlib.contextmanager
def _database(server: PostgresServer) -> Iterator[str]:
    url = server.create_database()
    yield url
    server.drop_database(url)
