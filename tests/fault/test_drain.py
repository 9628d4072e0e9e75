"""An instance that is told to stop (SIGTERM) ends in order, and its people go on elsewhere."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from time import monotonic

import pytest

from tests.fault.cluster import Cluster
from tests.fault.history import Ended, History, Loaded, Welcomed
from tests.fault.run import run
from tests.fault.workload import Plan, Workload
from tests.services import eventually

CROWD = Plan(browsers_per_instance=25, scripts_per_instance=0, think_s=1.0, drop_rate=0.0)
RESTARTING = 1012
STOPPED_WITHIN_S = 5.0


@pytest.mark.fault
async def test_people_of_a_drained_instance_resume_elsewhere_without_loading_the_board_again(
    cluster: Cluster, seed: str
) -> None:
    node = cluster.nodes[1]
    stopped_at = 0.0

    async def drain(workload: Workload) -> Counter[str]:
        nonlocal stopped_at
        await eventually(lambda: all(one.board is not None for one in workload.browsers))
        workload.hurry(node)
        await asyncio.sleep(0.02)
        stopped_at = monotonic()
        exit_code = await asyncio.to_thread(node.server.stop)
        assert exit_code in (0, -signal.SIGTERM), "it had to be killed"
        assert monotonic() - stopped_at < STOPPED_WITHIN_S
        return Counter(server_drained=1)

    outcome = await run(cluster, seed, CROWD, drain)

    assert outcome.is_good, f"SEED={seed}\n{outcome.complaint}"
    drained = [history for history in outcome.evidence.histories if _was_at(history, node.name)]
    ends = [_end_after(history, stopped_at) for history in drained]
    assert len(ends) > CROWD.browsers_per_instance / 2
    assert {end.code for end in ends} == {RESTARTING}
    for history in drained:
        welcomes = [event for event in history.events if isinstance(event, Welcomed)]
        assert all(welcome.resumed for welcome in welcomes[1:]), history.client
        assert sum(isinstance(event, Loaded) for event in history.events) == 1, history.client


def _was_at(history: History, instance: str) -> bool:
    """Whether this is where the client's first channel was."""
    first = next(event for event in history.events if isinstance(event, Welcomed))
    return first.instance == instance


def _end_after(history: History, moment: float) -> Ended:
    return next(e for e in history.events if isinstance(e, Ended) and e.at > moment)
