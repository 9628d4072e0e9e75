"""The channel is held to its word on the direct path and on the plain one."""

import pytest

from tests.drivers import Instance


@pytest.fixture(params=["sqlite", "postgres-redis", "plain-asgi"])
def chosen_server(request: pytest.FixtureRequest) -> Instance:
    fixtures = {"sqlite": "over_sqlite", "plain-asgi": "over_plain_asgi"}
    if (name := fixtures.get(request.param)) is not None:
        alone: Instance = request.getfixturevalue(name)
        return alone
    first: Instance = request.getfixturevalue("over_redis")[0]
    return first
