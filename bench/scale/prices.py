"""What AWS asks, in US dollars, on demand in us-east-1.

List prices as they stood when this was written. A bench cannot look them up: check them before you rely on a sum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.scale.simulation import Load, Outcome, Plan

HOURS = 730.0  # of a month
SECONDS = HOURS * 3600
VCPU_HOUR = 0.04048  # Fargate, x86
GIB_HOUR = 0.004445
REDIS_HOUR = 0.158  # cache.m7g.large, one node
DATABASE_HOUR = 2.69  # db.m7g.4xlarge, with a standby
NLCU_HOUR = 0.006  # a network load balancer: 100,000 connections or 1 GB an hour
TRAFFIC = ((10e3, 0.09), (40e3, 0.085), (100e3, 0.07), (math.inf, 0.05))  # GB, dollars for each

TASK_GIB = 2.0
ROUTER_SOCKETS = 50_000  # one nginx of one vCPU carries
CHANGE_BYTES = 416
PRESENCE_BYTES = 200
ACTIVE = 0.25  # of a month: people work forty hours a week


@dataclass(frozen=True)
class Bill:
    """Dollars a month."""

    tasks: float
    redis: float
    database: float
    balancing: float
    traffic: float

    @property
    def total(self) -> float:
        return self.tasks + self.redis + self.database + self.balancing + self.traffic


def bill(load: Load, plan: Plan, outcome: Outcome) -> Bill:
    changes = outcome.change_deliveries * CHANGE_BYTES
    presence = (outcome.deliveries - outcome.change_deliveries) * PRESENCE_BYTES
    sent_gb = (changes + presence) * SECONDS * ACTIVE / 1e9
    routers = math.ceil(load.sockets / ROUTER_SOCKETS) if plan.together else 0
    balanced = max(load.sockets / 100_000, sent_gb / HOURS)
    return Bill(
        tasks=(plan.tasks + routers) * (VCPU_HOUR + TASK_GIB * GIB_HOUR) * HOURS,
        redis=2 * plan.redis_shards * REDIS_HOUR * HOURS,
        database=DATABASE_HOUR * HOURS,
        balancing=balanced * NLCU_HOUR * HOURS,
        traffic=_traffic(sent_gb),
    )


def _traffic(gigabytes: float) -> float:
    total, left = 0.0, gigabytes
    for size, price in TRAFFIC:
        taken = min(left, size)
        total += taken * price
        left -= taken
    return total
