"""Servers of their own, for these get hurt. Whatever a test has killed is started again for the next."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import TypeVar

import pytest

from tests.drivers import Instance
from tests.services import PostgresServer, RedisServer, ServerProcess, Service, eventually

Processes = tuple[ServerProcess, ServerProcess]


@pytest.fixture(scope="package")
def frail_redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="package")
def frail_postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="package")
def processes_with_redis(
    postgres_server: PostgresServer, frail_redis: RedisServer
) -> Iterator[Processes]:
    url = postgres_server.create_database()
    with ServerProcess(url, frail_redis.url) as one, ServerProcess(url, frail_redis.url) as other:
        yield one, other
    postgres_server.drop_database(url)


@pytest.fixture(scope="package")
def processes_without_redis(frail_postgres: PostgresServer) -> Iterator[Processes]:
    url = frail_postgres.create_database()
    with ServerProcess(url) as one, ServerProcess(url) as other:
        yield one, other


@pytest.fixture(scope="package")
def lone_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(f"sqlite:///{tmp_path_factory.mktemp('faults') / 'flow.db'}") as process:
        yield process


@pytest.fixture
def own_redis(frail_redis: RedisServer) -> RedisServer:
    return healed(frail_redis)


@pytest.fixture
def own_postgres(frail_postgres: PostgresServer) -> PostgresServer:
    return healed(frail_postgres)


@pytest.fixture
async def pair(
    own_redis: RedisServer, processes_with_redis: Processes
) -> AsyncIterator[tuple[Instance, Instance]]:
    """Two instances on one database and a Redis of their own."""
    async with reached(*processes_with_redis) as (one, other):
        yield one, other


@pytest.fixture
async def notified_pair(
    own_postgres: PostgresServer, processes_without_redis: Processes
) -> AsyncIterator[tuple[Instance, Instance]]:
    """Two instances on a Postgres of their own, and no Redis."""
    async with reached(*processes_without_redis) as (one, other):
        yield one, other


@pytest.fixture
async def lone(lone_process: ServerProcess) -> AsyncIterator[Instance]:
    """One process with SQLite."""
    async with reached(lone_process) as (instance,):
        yield instance


S = TypeVar("S", bound=Service)


def healed(service: S) -> S:
    if not service.running:
        service.start()
    return service


@contextlib.asynccontextmanager
async def reached(*processes: ServerProcess) -> AsyncIterator[list[Instance]]:
    """The processes as instances, once each is ready and has its bus."""
    async with contextlib.AsyncExitStack() as stack:
        instances = [
            await stack.enter_async_context(Instance(healed(process))) for process in processes
        ]
        for instance in instances:
            await eventually(partial(is_ready, instance), timeout=15)
        yield instances


async def is_ready(instance: Instance) -> bool:
    return bool((await instance.readiness())["status"] == "ready")
