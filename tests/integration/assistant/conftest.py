"""Servers whose model is a service of the test, which speaks OpenAI's protocol."""

from collections.abc import AsyncIterator

import pytest

from tests.drivers import Desk, Instance
from tests.services import PostgresServer, RedisServer, ServerProcess
from tests.services.openai_server import OpenAIServer

KEY = "sk-a-key-that-nobody-may-see"


def model_settings(model: OpenAIServer, **more: str) -> dict[str, str]:
    return {
        "AI_PROVIDER": "openai",
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": model.base_url,
        "OPENAI_MODEL": "a-model",
        "OPENAI_STALL_SECONDS": "4",
        **more,
    }


@pytest.fixture(scope="session")
async def model_service() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as server:
        yield server


@pytest.fixture
def model(model_service: OpenAIServer) -> OpenAIServer:
    """The model, which has been asked nothing yet."""
    model_service.forget()
    return model_service


@pytest.fixture(scope="session")
async def modelled_pair(
    postgres_server: PostgresServer, redis_server: RedisServer, model_service: OpenAIServer
) -> AsyncIterator[tuple[Instance, Instance]]:
    """Two processes on one Postgres and one Redis that ask the model."""
    url, settings = postgres_server.create_database(), model_settings(model_service)
    with (
        ServerProcess(url, redis_server.url, settings) as a,
        ServerProcess(url, redis_server.url, settings) as b,
    ):
        async with Instance(a) as first, Instance(b) as second:
            yield first, second
    postgres_server.drop_database(url)


@pytest.fixture
async def pair(
    modelled_pair: tuple[Instance, Instance],
) -> AsyncIterator[tuple[Instance, Instance]]:
    yield modelled_pair
    for instance in modelled_pair:
        await instance.close_boards()


@pytest.fixture
async def modelled_desk(pair: tuple[Instance, Instance], model: OpenAIServer) -> Desk:
    """Ana's desk on the first of the two."""
    return await (await pair[0].sign_up("Ana")).new_workspace()
