"""The checker finds in a live system what is planted into its instances."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from tests.fault.cluster import AlteredServer, Cluster, Node
from tests.fault.evidence import Kind
from tests.fault.proxy import Proxy
from tests.fault.run import run
from tests.fault.workload import Plan, Workload
from tests.services import eventually

pytestmark = pytest.mark.fault

BUSY = Plan(workspaces=1, browsers_per_instance=4, think_s=0.05, drop_rate=0.0, arrive_within_s=3)
CHANGES = 160
REPEATING = replace(BUSY, drop_rate=0.3)


@asynccontextmanager
async def with_planted(cluster: Cluster, bugs: Sequence[str]) -> AsyncIterator[Cluster]:
    """The installation of one sound instance, and one more for each bug."""
    async with AsyncExitStack() as stack:
        urls = cluster.database_url, cluster.redis.url
        servers = [AlteredServer(*urls, "tests.fault.planted", bug) for bug in bugs]
        for server in servers:
            stack.push_async_callback(asyncio.to_thread, server.close)
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in servers))
        network = await stack.enter_async_context(Proxy(cluster.redis.port))
        planted = [Node(bug, server, network) for bug, server in zip(bugs, servers, strict=True)]
        for node in planted:
            stack.push_async_callback(node.http.aclose)
        yield replace(cluster, nodes=[cluster.nodes[0], *planted])


async def work(workload: Workload) -> Counter[str]:
    """Until every bug has had its chance."""
    workspace_id = workload.workspace_ids[0]
    await eventually(lambda: workload.head_seen(workspace_id) >= CHANGES, timeout=20)
    return Counter()


@pytest.mark.parametrize(
    ("expected", "plan"),
    [
        (
            {
                "dropped_publish": Kind.HOLE,
                "swapped_pair": Kind.SWAPPED,
                "forgotten_keys": Kind.APPLIED_TWICE,
            },
            REPEATING,
        ),
        (
            {
                "lost_commit": Kind.NOT_IN_LOG,
                "false_refusal": Kind.PHANTOM,
                "stale_answer": Kind.UNEQUAL,
            },
            BUSY,
        ),
    ],
    ids=["delivery and keys", "commits and answers"],
)
async def test_planted_bugs_are_found(
    cluster: Cluster, expected: dict[str, Kind], plan: Plan, seed: str
) -> None:
    async with with_planted(cluster, list(expected)) as planted:
        outcome = await run(planted, seed, plan, work)
    found = Counter(violation.kind for violation in outcome.violations)
    missed = [bug for bug, kind in expected.items() if not found[kind]]
    assert not missed, f"SEED={seed}: {missed} went unnoticed among {found}"
