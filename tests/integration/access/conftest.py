"""Servers for the walk, without limits on how much is asked of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.drivers import Instance
from tests.integration.access.cast import Cast, assembled
from tests.integration.access.examples import Scenery
from tests.services import PostgresServer, RedisServer, ServerProcess

SETTINGS = {"RATE_LIMITS": "off", "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}


@pytest.fixture(scope="session")
async def unlimited(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    """With SQLite."""
    file: Path = tmp_path_factory.mktemp("access") / "clientflow.db"
    with ServerProcess(f"sqlite:///{file}", settings=SETTINGS) as process:
        async with Instance(process) as instance:
            yield instance


@pytest.fixture(scope="session")
async def unlimited_over_postgres(
    postgres_server: PostgresServer, redis_server: RedisServer
) -> AsyncIterator[Instance]:
    url = postgres_server.create_database()
    with ServerProcess(url, redis_server.url, SETTINGS) as process:
        async with Instance(process) as instance:
            yield instance
    postgres_server.drop_database(url)


@pytest.fixture(scope="session", params=["unlimited", "unlimited_over_postgres"])
def walked(request: pytest.FixtureRequest) -> Instance:
    instance: Instance = request.getfixturevalue(request.param)
    return instance


@pytest.fixture(scope="session")
async def cast(walked: Instance) -> Cast:
    return await assembled(walked)


@pytest.fixture(scope="session")
def scenery(cast: Cast) -> Scenery:
    return Scenery(cast)
