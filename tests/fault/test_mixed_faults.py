"""All faults in half a minute, several at a time, among a few dozen clients."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.fault import schedule
from tests.fault.cluster import Cluster
from tests.fault.run import run
from tests.fault.workload import Plan, Workload

CROWD = Plan(workspaces=3, people=6, browsers_per_instance=8, scripts_per_instance=2, think_s=0.5)
SECONDS = 20.0
PACE_S = 1.15
LONGEST = 1.5


@pytest.mark.fault
@pytest.mark.timeout(180)
async def test_nothing_is_lost_doubled_or_out_of_order(cluster: Cluster, seed: str) -> None:
    planned = schedule.drawn(seed, SECONDS, PACE_S, LONGEST)

    async def disturb(workload: Workload) -> Counter[str]:
        return await schedule.carry_out(workload, planned)

    outcome = await run(cluster, seed, CROWD, disturb)
    drawn = "\n".join(map(str, planned))
    assert outcome.is_good, f"SEED={seed}\n{drawn}\n{outcome.complaint}"
    assert len(outcome.faults) >= 10, "too few kinds of faults were drawn"
