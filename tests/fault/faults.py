"""Every way in which the installation is harmed, each by itself and mended again.

A fault is a function of a `Scene`. It injects, waits for as long as it was told, and mends; it returns when the
services that it touched answer again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from time import monotonic

from tests.fault.cluster import Cluster, Node
from tests.fault.herd import reconnect_all
from tests.fault.slow_reader import stall_a_reader
from tests.fault.workload import Workload
from tests.services import eventually

# The web server gives requests under way 8 seconds; only a silent database can make it use them up.
DRAINED_WITHIN_S = 6.0
DRAINED_IN_SILENCE_WITHIN_S = 12.0
NOTICED_WITHIN_S = 8.0
HERD = 500


class FaultFailed(AssertionError):
    """The fault showed by itself that a promise does not hold."""


@dataclass(frozen=True)
class Scene:
    """`node` is the instance to harm where only one is; `seconds` how long it lasts."""

    workload: Workload
    node: Node
    seconds: float
    random: Random

    @property
    def cluster(self) -> Cluster:
        return self.workload.cluster


@dataclass(frozen=True)
class Fault:
    """`seconds`: how long it has to last to be felt; `touches`: what no other fault may harm at the same time, where
    "node" is the scene's own instance."""

    inject: Callable[[Scene], Awaitable[None]]
    seconds: float
    touches: frozenset[str]

    @property
    def name(self) -> str:
        return self.inject.__name__


async def redis_killed(scene: Scene) -> None:
    redis = scene.cluster.redis
    await asyncio.to_thread(redis.kill)
    await asyncio.sleep(scene.seconds)
    await asyncio.to_thread(redis.start)


async def redis_frozen(scene: Scene) -> None:
    scene.cluster.redis.pause()
    await asyncio.sleep(scene.seconds)
    scene.cluster.redis.resume()


async def redis_half_open(scene: Scene) -> None:
    """One instance's connections stay and carry nothing; what was under way is lost with them."""
    scene.node.redis.hold()
    await asyncio.sleep(scene.seconds)
    await _notices(scene.node)
    await scene.node.redis.restore()


async def redis_cut(scene: Scene) -> None:
    await scene.node.redis.cut()
    await asyncio.sleep(scene.seconds)
    await _notices(scene.node)
    await scene.node.redis.restore()


async def _notices(node: Node) -> None:
    """The instance says itself that its bus is away: the fault is one."""

    async def says_so() -> bool:
        return await node.metric("clientflow_bus_degraded") == 1

    await eventually(says_so, timeout=NOTICED_WITHIN_S, message=f"{node.name} noticed nothing")


async def server_killed(scene: Scene) -> None:
    """In mid-write: everybody there has just sent a command."""
    scene.workload.hurry(scene.node)
    await asyncio.sleep(scene.random.uniform(0.02, 0.06))
    await asyncio.to_thread(scene.node.server.kill)
    await asyncio.sleep(scene.seconds)
    await scene.node.restart()


async def server_drained(scene: Scene) -> None:
    scene.workload.hurry(scene.node)
    await asyncio.sleep(scene.random.uniform(0.02, 0.06))
    start = monotonic()
    await asyncio.to_thread(scene.node.server.stop)
    took = monotonic() - start
    if took > DRAINED_WITHIN_S:
        raise FaultFailed(f"{scene.node.name} took {took:.1f} s to stop after SIGTERM")
    await asyncio.sleep(scene.seconds)
    await scene.node.restart()


async def server_drained_in_silence(scene: Scene) -> None:
    """The distant instance is told to stop while its database says nothing: its own time limits end it."""
    distant = scene.cluster.nodes[-1]
    distant.server.stop_timeout_s = 3 * DRAINED_IN_SILENCE_WITHIN_S
    scene.workload.hurry(distant)
    await asyncio.sleep(0.05)
    scene.cluster.distant_postgres.hold()
    await asyncio.sleep(scene.seconds)
    start = monotonic()
    await asyncio.to_thread(distant.server.stop)
    took = monotonic() - start
    scene.cluster.distant_postgres.release()
    if took > DRAINED_IN_SILENCE_WITHIN_S:
        raise FaultFailed(f"{distant.name} took {took:.1f} s to stop while its database was silent")
    await distant.restart()


async def server_frozen(scene: Scene) -> None:
    scene.node.server.pause()
    await asyncio.sleep(scene.seconds)
    scene.node.server.resume()


async def postgres_restarted(scene: Scene) -> None:
    await asyncio.to_thread(scene.cluster.postgres.stop)
    await asyncio.sleep(scene.seconds)
    await asyncio.to_thread(scene.cluster.postgres.start)


async def postgres_crashed(scene: Scene) -> None:
    await asyncio.to_thread(scene.cluster.postgres.kill)
    await asyncio.sleep(scene.seconds)
    await asyncio.to_thread(scene.cluster.postgres.start)


async def transactions_terminated(scene: Scene) -> None:
    """The app's connections are ended from outside, whenever one is in a transaction."""
    end = monotonic() + scene.seconds
    async with scene.cluster.database() as database:
        while monotonic() < end:
            await database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'clientflow' AND xact_start IS NOT NULL"
                " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
            )
            await asyncio.sleep(scene.random.uniform(0.05, 0.2))


async def postgres_unreachable(scene: Scene) -> None:
    """The distant instance's connections stay and carry nothing; then what was held back arrives."""
    scene.cluster.distant_postgres.hold()
    await asyncio.sleep(scene.seconds)
    scene.cluster.distant_postgres.release()


async def postgres_cut(scene: Scene) -> None:
    """The distant instance loses its connections again and again, sometimes between a COMMIT and its answer."""
    end = monotonic() + scene.seconds
    while monotonic() < end:
        await scene.cluster.distant_postgres.cut()
        await scene.cluster.distant_postgres.restore()
        await asyncio.sleep(scene.random.uniform(0.03, 0.15))


async def postgres_slow(scene: Scene) -> None:
    scene.cluster.distant_postgres.delay_s = scene.random.uniform(0.01, 0.04)
    await asyncio.sleep(scene.seconds)
    scene.cluster.distant_postgres.delay_s = 0.0


async def clock_stepped(scene: Scene) -> None:
    """One instance's time of day jumps forwards by days, then backwards, and is set right."""
    for days in (scene.random.randint(1, 400), -scene.random.randint(1, 400)):
        scene.cluster.clock.step(days * 86_400 + scene.random.randint(0, 3600))
        await asyncio.sleep(scene.seconds / 2)
    scene.cluster.clock.set_back()


async def channels_dropped(scene: Scene) -> None:
    """Browsers drop their channel right after sending a command, and repeat it over REST."""
    browsers = scene.workload.browsers
    for browser in browsers:
        browser.drop_rate = 0.7
    await asyncio.sleep(scene.seconds)
    for browser in browsers:
        browser.drop_rate = scene.workload.plan.drop_rate


async def reader_stalled(scene: Scene) -> None:
    """A reader of the instance stops reading while its board is busy."""
    await stall_a_reader(scene.workload, scene.node)


async def herd_reconnected(scene: Scene) -> None:
    """Five hundred channels of one workspace come to one instance at once."""
    await reconnect_all(scene.workload, scene.node, HERD, scene.random)


REDIS, POSTGRES, NODE, CLOCK = "redis", "postgres", "node", "clock"


def _fault(inject: Callable[[Scene], Awaitable[None]], seconds: float, *touches: str) -> Fault:
    return Fault(inject, seconds, frozenset(touches))


FAULTS = [
    _fault(redis_killed, 1.0, REDIS),
    # A silent Redis is noticed after 2.5 s at the latest.
    _fault(redis_frozen, 2.8, REDIS),
    _fault(redis_half_open, 0.5, REDIS, NODE),
    _fault(redis_cut, 0.8, REDIS, NODE),
    # A server that starts needs its database.
    _fault(server_killed, 0.2, NODE, POSTGRES),
    _fault(server_drained, 0.2, NODE, POSTGRES),
    _fault(server_frozen, 1.0, NODE),
    _fault(postgres_restarted, 0.4, POSTGRES),
    _fault(postgres_crashed, 0.4, POSTGRES),
    _fault(transactions_terminated, 1.0, POSTGRES),
    _fault(postgres_cut, 0.8, POSTGRES),
    _fault(postgres_unreachable, 1.2, POSTGRES),
    _fault(postgres_slow, 1.0, POSTGRES),
    _fault(clock_stepped, 1.0, CLOCK),
    _fault(channels_dropped, 1.0),
    _fault(reader_stalled, 0.0, NODE, POSTGRES),
    _fault(herd_reconnected, 0.0, NODE, POSTGRES),
]

# Too slow for every day.
SLOW_FAULTS = [_fault(server_drained_in_silence, 0.3, "instance 3", POSTGRES)]
