"""A server for each test, since the pages' examples make an account of one fixed name."""

from collections.abc import Iterator

import pytest

from tests.services import ServerProcess


@pytest.fixture
def server(fresh_sqlite_url: str) -> Iterator[ServerProcess]:
    with ServerProcess(fresh_sqlite_url) as process:
        yield process
