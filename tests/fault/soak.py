"""The long run: rounds of mixed faults, each with new workspaces, until the time is up or a promise is broken.

python -m tests.fault.soak --seconds 600 --seed 1
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from time import monotonic

import click

from tests.fault import schedule
from tests.fault.cluster import Cluster, running_cluster
from tests.fault.faults import FAULTS, SLOW_FAULTS
from tests.fault.figures import Figures
from tests.fault.run import Outcome, run
from tests.fault.workload import Plan, Workload

CROWD = Plan(workspaces=3, people=6, browsers_per_instance=8, scripts_per_instance=2, think_s=0.5)
ROUND_S = 60.0
PACE_S = 2.5
# Long enough to run into the server's own time limits of 5 and 10 seconds now and then.
LONGEST = 6.0


@click.command()
@click.option("--seconds", default=600, show_default=True, help="How long to go on.")
@click.option("--seed", default="", help="Repeat the choices and schedules of this seed.")
@click.option("--first-round", default=1, show_default=True, help="Leave out those before it.")
def soak(seconds: int, seed: str, first_round: int) -> None:
    """Harm a whole installation for a while; exit 1 when anything is lost, doubled or out of order."""
    seed = seed or str(random.randrange(10**9))
    click.echo(f"seed {seed}, {seconds} s in rounds of {ROUND_S:g} s")
    sys.exit(0 if asyncio.run(_rounds(seed, seconds, first_round)) else 1)


async def _rounds(seed: str, seconds: float, first_round: int) -> bool:
    """Whether all of them went well."""
    end, number = monotonic() + seconds, first_round - 1
    faults: Counter[str] = Counter()
    figures = Figures()
    async with running_cluster() as cluster:
        while (left := end - monotonic()) > 0:
            number += 1
            outcome = await _round(cluster, f"{seed}/{number}", min(left, ROUND_S))
            faults += outcome.faults
            figures += outcome.figures
            click.echo(
                f"round {number}: {outcome.figures.commands} commands,"
                f" {outcome.faults.total()} faults, {len(outcome.violations)} violations"
            )
            if not outcome.is_good:
                click.echo(outcome.complaint)
                click.echo(f"\nrepeat it with --seed {seed} --first-round {number}")
                return False
    click.echo(figures.shown(faults, []))
    return True


async def _round(cluster: Cluster, seed: str, seconds: float) -> Outcome:
    planned = schedule.drawn(seed, seconds, PACE_S, LONGEST, [*FAULTS, *SLOW_FAULTS])

    async def disturb(workload: Workload) -> Counter[str]:
        return await schedule.carry_out(workload, planned)

    outcome = None
    try:
        outcome = await run(cluster, seed, CROWD, disturb)
    finally:
        if outcome is None or not outcome.is_good:
            click.echo("\n".join(map(str, planned)))
    return outcome


if __name__ == "__main__":
    soak()
