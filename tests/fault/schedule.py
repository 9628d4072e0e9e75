"""When which fault strikes where, drawn from a seed, so that a run can be repeated."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.fault.cluster import INSTANCES
from tests.fault.faults import FAULTS, NODE, Fault, Scene
from tests.fault.workload import Workload


@dataclass(frozen=True)
class Planned:
    at_s: float
    fault: Fault
    node: int
    seconds: float
    seed: int

    def __str__(self) -> str:
        where = f" at instance {self.node + 1}" if NODE in self.fault.touches else ""
        return f"{self.at_s:7.2f} s  {self.fault.name}{where}, for {self.seconds:.2f} s"


def drawn(
    seed: str,
    total_s: float,
    pace_s: float,
    longest: float,
    faults: Sequence[Fault] = FAULTS,
) -> list[Planned]:
    """Every kind once, in any order, then every kind again, about one in `pace_s`.

    Each lasts up to `longest` times as long as it has to.
    """
    random, planned, at_s = Random(f"{seed}/faults"), [], pace_s
    deck: list[Fault] = []
    while at_s < total_s:
        if not deck:
            deck = random.sample(faults, len(faults))
        planned.append(one(random, at_s, deck.pop(), longest))
        at_s += random.uniform(0.5, 1.5) * pace_s
    return planned


def one(random: Random, at_s: float, fault: Fault, longest: float = 1.0) -> Planned:
    seconds = random.uniform(1.0, longest) * fault.seconds
    return Planned(at_s, fault, random.randrange(INSTANCES), seconds, random.getrandbits(32))


async def carry_out(workload: Workload, planned: Sequence[Planned]) -> Counter[str]:
    """Inject each at its time, or as soon as what it touches is whole again. Returns how many of each kind."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    injected: Counter[str] = Counter()

    async def strike(plan: Planned) -> None:
        await asyncio.sleep(start + plan.at_s - loop.time())
        node = workload.cluster.nodes[plan.node]
        touched = sorted(node.name if what == NODE else what for what in plan.fault.touches)
        async with contextlib.AsyncExitStack() as stack:
            for what in touched:
                await stack.enter_async_context(locks[what])
            injected[plan.fault.name] += 1
            await plan.fault.inject(Scene(workload, node, plan.seconds, Random(plan.seed)))

    async with asyncio.TaskGroup() as tasks:
        for plan in planned:
            tasks.create_task(strike(plan))
    return injected
