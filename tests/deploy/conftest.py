from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.deploy.cloud import Cloud, cloud_in_a_box
from tests.deploy.processes import GunicornProcess
from tests.deploy.scripts import Clone
from tests.drivers import Instance
from tests.services import PostgresServer


@pytest.fixture(scope="module")
def two_workers(postgres_server: PostgresServer) -> Iterator[GunicornProcess]:
    """Gunicorn with two workers on a PostgreSQL, which is their bus as well."""
    url = postgres_server.create_database()
    with GunicornProcess(url, settings={"WEB_CONCURRENCY": "2"}) as process:
        yield process
    postgres_server.drop_database(url)


@pytest.fixture
async def served(two_workers: GunicornProcess) -> AsyncIterator[Instance]:
    if not two_workers.running:
        two_workers.start()
    async with Instance(two_workers) as instance:
        yield instance


@pytest.fixture(scope="package")
def cloud() -> Iterator[Cloud]:
    with cloud_in_a_box() as cloud:
        yield cloud


@pytest.fixture(scope="package")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return Clone(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="package")
def edited_clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """One with a change that is not committed."""
    clone = Clone(tmp_path_factory.mktemp("edited"))
    (clone.folder / "Dockerfile").write_text("FROM other\n")
    return clone


@pytest.fixture(scope="package")
def pool() -> Iterator[ThreadPoolExecutor]:
    """Runs scripts beside each other: most of their time is the AWS CLI starting."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield pool
