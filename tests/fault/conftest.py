"""One installation for all tests of faults; each takes workspaces of its own and leaves it whole."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator

import pytest

from tests.fault.cluster import Cluster, running_cluster


@pytest.fixture(scope="package")
async def shared_cluster() -> AsyncIterator[Cluster]:
    async with running_cluster() as cluster:
        yield cluster


@pytest.fixture
async def cluster(shared_cluster: Cluster) -> AsyncIterator[Cluster]:
    yield shared_cluster
    await shared_cluster.heal()


@pytest.fixture
def seed() -> str:
    """SEED=… repeats the choices and the schedule of a run that failed."""
    return os.environ.get("SEED") or str(random.randrange(10**9))
