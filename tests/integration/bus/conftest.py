import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest

from realtime.bus import BusLimits
from tests.integration.bus.drivers import BusServer, Instance, Launch, OverPostgres, OverRedis

# Not the shared servers of the run: these get killed.


@pytest.fixture(scope="package")
def redis_of_the_bus() -> Iterator[OverRedis]:
    server = OverRedis()
    with server.service:
        yield server


@pytest.fixture(scope="package")
def postgres_of_the_bus() -> Iterator[OverPostgres]:
    server = OverPostgres()
    with server.service:
        yield server


@pytest.fixture
async def redis(redis_of_the_bus: OverRedis) -> OverRedis:
    await redis_of_the_bus.start()
    return redis_of_the_bus


@pytest.fixture
async def postgres(postgres_of_the_bus: OverPostgres) -> OverPostgres:
    await postgres_of_the_bus.start()
    return postgres_of_the_bus


@pytest.fixture(params=["redis", "postgres"])
async def server(request: pytest.FixtureRequest) -> BusServer:
    """Each server in turn, running."""
    server: BusServer = request.getfixturevalue(f"{request.param}_of_the_bus")
    await server.start()
    return server


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    """Opens instances; checks that a closed one leaves no task behind."""

    @contextlib.asynccontextmanager
    async def launch(
        server: BusServer, limits: BusLimits | None = None, port: int | None = None
    ) -> AsyncIterator[Instance]:
        bus = server.bus(limits or BusLimits(), port)
        await bus.open()
        try:
            yield Instance(bus)
        finally:
            await bus.close()

    yield launch
    left = {task for task in asyncio.all_tasks() if task.get_name().startswith("bus ")}
    assert not left
