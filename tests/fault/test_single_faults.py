"""Each fault by itself, while a few clients work."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from tests.fault import schedule
from tests.fault.cluster import Cluster
from tests.fault.faults import FAULTS, Fault
from tests.fault.run import run
from tests.fault.workload import Plan, Workload

pytestmark = pytest.mark.fault

CALM_FIRST_S = 0.3


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_nothing_is_lost_doubled_or_out_of_order(
    cluster: Cluster, fault: Fault, seed: str
) -> None:
    planned = schedule.one(Random(seed), CALM_FIRST_S, fault)

    async def disturb(workload: Workload) -> Counter[str]:
        return await schedule.carry_out(workload, [planned])

    outcome = await run(cluster, seed, Plan(), disturb)
    assert outcome.is_good, f"SEED={seed}\n{planned}\n{outcome.complaint}"
