"""What goes on while Redis or the database is away, how long it takes, and how it is said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from time import monotonic

import pytest

from tests.drivers import Board, Desk, Instance, check_problem, refused
from tests.fault.cluster import AlteredServer, Cluster, Node, with_port
from tests.fault.proxy import Proxy
from tests.services import eventually

pytestmark = pytest.mark.fault
logger = logging.getLogger(__name__)

SEEN_WITHIN_S = 2.0
WRITES = 12
WRITE_EVERY_S = 0.2
# Of the instance in tests/fault/impatient.py: one second for a statement, and one of grace.
ANSWER_WITHIN_S = 4.0


@pytest.fixture
async def instances(cluster: Cluster) -> AsyncIterator[list[Instance]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Instance(node.server)) for node in cluster.nodes]


@pytest.fixture
async def desks(instances: list[Instance]) -> list[Desk]:
    """One person's, in one workspace, at each instance."""
    desk = await (await instances[0].sign_up("Ana", _new_address())).new_workspace()
    return [desk.at(instance) for instance in instances]


@pytest.mark.parametrize("harm", ["kill", "pause"])
async def test_without_redis_writes_are_accepted_and_seen_everywhere_within_two_seconds(
    cluster: Cluster, desks: list[Desk], harm: str
) -> None:
    boards = [await desk.open_board() for desk in desks]
    await asyncio.to_thread(getattr(cluster.redis, harm))

    committed: list[float] = []
    watching = [asyncio.create_task(_arrivals(board)) for board in boards]
    for number in range(WRITES):
        sent = monotonic()
        await desks[number % len(desks)].create_client(f"Client {number}")
        committed.append(monotonic())
        assert committed[-1] - sent < 1.0, "a write waited for Redis"
        await asyncio.sleep(WRITE_EVERY_S)
    for arrivals in await asyncio.gather(*watching):
        delays = [came - left for came, left in zip(arrivals, committed, strict=True)]
        logger.info("redis %s: seen elsewhere after at most %.2f s", harm, max(delays))
        assert max(delays) < SEEN_WITHIN_S
    for node in cluster.nodes:
        await eventually(partial(_says, node, "degraded", 1.0), timeout=5)

    if harm == "kill":
        await asyncio.to_thread(cluster.redis.start)
    else:
        cluster.redis.resume()
    for node in cluster.nodes:
        await eventually(partial(_says, node, "ready", 0.0), timeout=10)
    await desks[0].create_client("Last")
    for board in boards:
        assert [change["seq"] for change in await board.changes_up_to(WRITES + 1)] == list(
            range(1, WRITES + 2)
        )


async def test_without_the_database_writes_are_refused_for_now_and_channels_stay(
    cluster: Cluster, desks: list[Desk]
) -> None:
    boards = [await desk.open_board() for desk in desks]
    await desks[0].create_client("Before")
    await asyncio.to_thread(cluster.postgres.stop)

    for desk, board in zip(desks, boards, strict=True):
        response = await desk.post("/clients", {"name": "Meanwhile"}, key="meanwhile")
        refused(response, 503)
        assert int(response.headers["retry-after"]) > 0
        answer = await board.command("client.create", data={"name": "Meanwhile"})
        check_problem(answer.problem, 503)
        assert (await desk.person.instance.http.get("/readyz")).status_code == 503

    await asyncio.to_thread(cluster.postgres.start)
    for node in cluster.nodes:
        await eventually(partial(_says, node, "ready", 0.0), timeout=10)
    for desk in desks:
        assert (await desk.post("/clients", {"name": "Meanwhile"}, key="meanwhile")).is_success
    for board in boards:
        await board.changes_up_to(2)
        assert board.is_open
        assert board.seqs == [1, 2]


async def test_a_database_that_falls_silent_holds_nobody_for_ever(
    cluster: Cluster, desks: list[Desk]
) -> None:
    near = desks[1]
    client = await near.create_client("Before")
    async with Proxy(cluster.postgres.port) as network, _impatient(cluster, network) as instance:
        distant = near.at(instance)
        boards = [await near.open_board(), await distant.open_board()]
        await boards[1].ping()  # it has joined: nothing more is asked of the database
        network.hold()

        start = monotonic()
        response, answer = await asyncio.gather(
            distant.patch(f"/clients/{client['id']}", {"name": "Meanwhile"}, key="meanwhile"),
            boards[1].command("client.create", data={"name": "Meanwhile"}),
        )
        took = monotonic() - start
        logger.info("answered 503 after %.1f s of silence", took)
        refused(response, 503)
        check_problem(answer.problem, 503)
        assert took < ANSWER_WITHIN_S
        # Nobody else waits for what the silent one may have locked.
        assert (await near.create_client("Elsewhere"))["version"] == 1

        network.release()
        repeated = await distant.patch(
            f"/clients/{client['id']}", {"name": "Meanwhile"}, key="meanwhile"
        )
        assert repeated.is_success
        head = await near.head()
        for board in boards:
            await board.changes_up_to(head)
            assert board.seqs == list(range(2, head + 1))


@asynccontextmanager
async def _impatient(cluster: Cluster, to_postgres: Proxy) -> AsyncIterator[Instance]:
    url = with_port(cluster.database_url, to_postgres.port)
    server = AlteredServer(url, cluster.redis.url, "tests.fault.impatient")
    try:
        await asyncio.to_thread(server.start)
        async with Instance(server) as instance:
            yield instance
    finally:
        await asyncio.to_thread(server.close)


async def _arrivals(board: Board) -> list[float]:
    """When each change came."""
    times = []
    for seq in range(1, WRITES + 1):
        await board.changes_up_to(seq)
        times.append(monotonic())
    return times


async def _says(node: Node, status: str, degraded: float) -> bool:
    told = (await node.http.get("/readyz")).json()["status"]
    return bool(told == status and await node.metric("clientflow_bus_degraded") == degraded)


def _new_address() -> str:
    return f"degraded-{monotonic()}@example.com"
