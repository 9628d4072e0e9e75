"""Servers that deliver in a hurry, and somebody's endpoint that they deliver to."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.drivers import Desk, Instance
from tests.services import PostgresServer, ServerProcess
from tests.services.receiver import Receiver

OPEN = {"WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}


class HastyServer(ServerProcess):
    def __init__(self, database_url: str, **settings: str) -> None:
        super().__init__(database_url, settings=OPEN | settings)
        self._module = ["tests.integration.webhooks.hasty"]


@contextlib.asynccontextmanager
async def hasty(database_url: str, **settings: str) -> AsyncIterator[Instance]:
    with HastyServer(database_url, **settings) as process:
        async with Instance(process) as instance:
            yield instance


@pytest.fixture(scope="session")
async def hasty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    file: Path = tmp_path_factory.mktemp("webhooks") / "clientflow.db"
    async with hasty(f"sqlite:///{file}") as instance:
        yield instance


@pytest.fixture(scope="session")
async def hasty_postgres(postgres_server: PostgresServer) -> AsyncIterator[Instance]:
    url = postgres_server.create_database()
    async with hasty(url) as instance:
        yield instance
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest) -> Instance:
    instance: Instance = request.getfixturevalue(f"hasty_{request.param}")
    return instance


@pytest.fixture
async def desk(server: Instance) -> Desk:
    """Ana's, in a workspace that she has just made."""
    return await (await server.sign_up("Ana")).new_workspace()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


async def subscribe(desk: Desk, receiver: Receiver, *events: str, **fields: Any) -> Any:
    """A new webhook of the workspace, with its secret."""
    draft = {"url": receiver.url, "events": list(events or ("*",)), **fields}
    response = await desk.post("/webhooks", draft)
    assert response.status_code == 201, response.text
    return response.json()


async def deliveries(desk: Desk, hook: Any, **query: Any) -> list[Any]:
    response = await desk.get(f"/webhooks/{hook['id']}/deliveries", params=query)
    assert response.status_code == 200, response.text
    items: list[Any] = response.json()["items"]
    return items


async def shown(desk: Desk, hook: Any) -> Any:
    return (await desk.get(f"/webhooks/{hook['id']}")).json()
