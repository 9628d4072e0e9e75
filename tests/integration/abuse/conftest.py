"""Servers with the limits of production, or a hundredth of them."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.drivers import Desk, Instance, Person
from tests.services import ServerProcess

_numbers = itertools.count(1)


class Place:
    """An address on the internet, from which people reach a server through its trusted proxy."""

    def __init__(self, instance: Instance, address: str) -> None:
        self.instance = instance
        self.address = address
        self.headers = {"X-Forwarded-For": address}

    async def sign_up(self, name: str = "Ana") -> Person:
        body = {
            "email": f"{name}-{self.address}-{next(_numbers)}@example.com".lower(),
            "password": "correct horse battery staple",
            "name": name,
        }
        response = await self.instance.ask("POST", "/auth/register", body, headers=self.headers)
        assert response.status_code == 201, response.text
        return Person(self.instance, response.json())

    async def desk(self, name: str = "Ana") -> Desk:
        return await (await self.sign_up(name)).new_workspace()


@pytest.fixture(scope="session")
async def strict_process(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Instance]:
    file: Path = tmp_path_factory.mktemp("strict") / "clientflow.db"
    with ServerProcess(f"sqlite:///{file}", settings={"RATE_LIMITS": "0.01"}) as process:
        async with Instance(process) as instance:
            yield instance


@pytest.fixture
async def strict(strict_process: Instance) -> AsyncIterator[Instance]:
    """One process whose limits are a hundredth of those of production."""
    yield strict_process
    await strict_process.close_boards()


@pytest.fixture
def place(strict: Instance) -> Place:
    """Where nobody has been before."""
    number = next(_numbers)
    return Place(strict, f"198.18.{number // 250}.{number % 250 + 1}")


@pytest.fixture
def elsewhere(strict: Instance) -> Place:
    number = next(_numbers)
    return Place(strict, f"198.19.{number // 250}.{number % 250 + 1}")
