"""One run: clients at work, faults among them, then quiet, and the checker."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from tests.fault.checker import check
from tests.fault.cluster import Cluster
from tests.fault.collect import collect
from tests.fault.evidence import Evidence, Violation
from tests.fault.figures import Figures, figures_of
from tests.fault.workload import Plan, Workload

Disturb: TypeAlias = Callable[[Workload], Awaitable[Counter[str]]]

MOST_SHOWN = 20


@dataclass(frozen=True)
class Outcome:
    evidence: Evidence
    violations: list[Violation]
    faults: Counter[str]
    figures: Figures
    errors: list[str]  # that the instances logged

    @property
    def is_good(self) -> bool:
        return not self.violations and not self.errors

    @property
    def complaint(self) -> str:
        shown = [str(violation) for violation in self.violations[:MOST_SHOWN]]
        shown += [f"logged by {line}" for line in self.errors[:MOST_SHOWN]]
        return "\n".join([f"{len(self.violations)} violations", *shown, self.summary])

    @property
    def summary(self) -> str:
        return self.figures.shown(self.faults, self.violations)


async def run(cluster: Cluster, seed: str, plan: Plan, disturb: Disturb) -> Outcome:
    """`disturb` injects the faults while the clients work; the run lasts as long as it does."""
    workload, errors_before = Workload(cluster, seed, plan), len(cluster.errors())
    await workload.prepare()
    async with workload.running():
        try:
            faults = await disturb(workload)
        finally:
            await asyncio.shield(cluster.heal())
        await workload.settle()
        evidence = await collect(workload)
    errors = cluster.errors()[errors_before:]
    return Outcome(evidence, check(evidence), faults, figures_of(workload.histories), errors)
