"""Instances and Redis as queues: events arrive at random, each takes its measured time, the next one waits.

Every server is one queue, first come first served (Lindley's recursion: what comes begins when it is there and the
one before is done). Events are followed in the order in which they happen.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import Counter
from dataclasses import dataclass

from bench.stats import quantile

SWEEP_S = 1.0  # each instance asks for the heads of its open topics
REPEAT_S = 10.0  # and repeats the presence of its sockets
_AT_REDIS = -1


@dataclass(frozen=True)
class Load:
    """Who is there and what they do."""

    sockets: int = 1_000_000
    mean_members: float = 25.0  # of a workspace, online; sizes are log-normal
    change_every_s: float = 300.0  # each person
    presence_every_s: float = 60.0  # each person: another client viewed, a field edited


@dataclass(frozen=True)
class Costs:
    """µs of one core of the bench's machine."""

    write_us: float  # a command up to its commit and the frame
    presence_us: float  # a presence frame, decoded and kept
    delivery_us: float  # the frame to one more socket
    message_us: float  # a bus message taken
    publish_us: float  # a bus message sent
    topic_us: float  # an open topic, each second
    socket_us: float  # an open socket, each second
    redis_publish_us: float
    redis_deliver_us: float
    network_s: float = 0.0005  # between two machines of one region, each way


@dataclass(frozen=True)
class Plan:
    tasks: int
    redis_shards: int
    together: bool  # the sockets of a workspace go to one task; otherwise wherever
    core: float = 0.5  # what a vCPU, a hardware thread, does of a core of the bench's machine


@dataclass(frozen=True)
class Outcome:
    topics: int  # open, counted on each instance that has one
    busiest_task: float  # busy seconds each second: 1 is all it can
    mean_task: float
    busiest_shard: float
    writes: float  # each second
    bus_messages: float  # each second
    bus_deliveries: float  # each second, to instances
    deliveries: float  # each second, to sockets
    change_deliveries: float  # of which changes
    heads_asked: float  # each second, of the database
    p50_ms: float  # from the frame's arrival to the outlets of each instance; the database's time is not in it
    p99_ms: float


def simulate(load: Load, costs: Costs, plan: Plan, *, seconds: float, seed: int) -> Outcome:
    chance = random.Random(seed)
    sizes = _sizes(load, chance)
    placed = [_placed(size, plan, chance) for size in sizes]
    topics = sum(len(tasks) for tasks in placed)
    sockets = Counter[int]()
    open_topics = Counter[int]()
    for tasks in placed:
        for task, count in tasks.items():
            sockets[task] += count
            open_topics[task] += 1
    background = [
        (open_topics[task] * costs.topic_us + sockets[task] * costs.socket_us) / 1e6 / plan.core
        for task in range(plan.tasks)
    ]
    # Presence is repeated by each instance for each topic, to every instance that has it open.
    repeats = topics / REPEAT_S
    repeat_deliveries = sum(len(tasks) ** 2 for tasks in placed) / REPEAT_S
    taken = repeat_deliveries / plan.tasks * costs.message_us / 1e6 / plan.core
    redis_background = (
        (repeats * costs.redis_publish_us + repeat_deliveries * costs.redis_deliver_us)
        / 1e6 / plan.core / plan.redis_shards
    )  # fmt: skip
    queues = _Queues(costs, plan, placed, [busy + taken for busy in background], redis_background)
    people = sum(sizes)
    rates = {"write": people / load.change_every_s, "presence": people / load.presence_every_s}
    cumulated = list(itertools.accumulate(sizes))
    now, total = 0.0, sum(rates.values())
    while now < seconds:
        now += chance.expovariate(total)
        kind = "write" if chance.random() < rates["write"] / total else "presence"
        (where,) = chance.choices(range(len(sizes)), cum_weights=cumulated)
        (origin,) = chance.choices(list(placed[where]), weights=list(placed[where].values()))
        queues.begin(_Event(now, kind, where, origin))
    queues.finish()
    tasks_busy = [queue / seconds for queue in queues.busy]
    return Outcome(
        topics=topics,
        busiest_task=max(b + t for b, t in zip(queues.background, tasks_busy, strict=True)),
        mean_task=(sum(queues.background) + sum(tasks_busy)) / plan.tasks,
        busiest_shard=redis_background + max(queues.redis_busy) / seconds,
        writes=rates["write"],
        bus_messages=queues.messages / seconds + repeats,
        bus_deliveries=queues.message_deliveries / seconds + repeat_deliveries,
        deliveries=sum(queues.deliveries.values()) / seconds,
        change_deliveries=queues.deliveries["write"] / seconds,
        heads_asked=topics / SWEEP_S,
        p50_ms=quantile(queues.waits, 0.5) * 1e3,
        p99_ms=quantile(queues.waits, 0.99) * 1e3,
    )


@dataclass(frozen=True)
class _Event:
    began: float
    kind: str
    workspace: int
    origin: int


class _Queues:
    """Whatever arrives is put into a heap by its time, so that each queue sees what comes in the order of coming."""

    def __init__(
        self,
        costs: Costs,
        plan: Plan,
        placed: list[dict[int, int]],
        background: list[float],
        redis_background: float,
    ) -> None:
        self._costs = costs
        self._plan = plan
        self._placed = placed
        self.background = background
        # What goes on in the background takes its share: everything else is so much slower.
        self._pace = [1 / plan.core / 1e6 / max(0.02, 1 - busy) for busy in background]
        self._redis_pace = 1 / plan.core / 1e6 / max(0.02, 1 - redis_background)
        self._free = [0.0] * plan.tasks
        self._redis_free = [0.0] * plan.redis_shards
        self._arriving: list[tuple[float, int, _Event, int]] = []
        self._numbers = itertools.count()
        self.busy = [0.0] * plan.tasks
        self.redis_busy = [0.0] * plan.redis_shards
        self.messages = 0
        self.message_deliveries = 0
        self.deliveries = Counter[str]()
        self.waits: list[float] = []

    def begin(self, event: _Event) -> None:
        """The next event, later than all before it."""
        self._run_until(event.began)
        costs = self._costs
        own = costs.write_us if event.kind == "write" else costs.presence_us
        sockets = self._placed[event.workspace][event.origin]
        work = own + costs.publish_us + costs.delivery_us * sockets
        sent = self._delivered(event, event.origin, event.began, work, sockets)
        self._arrives(sent + costs.network_s, event, _AT_REDIS)

    def finish(self) -> None:
        self._run_until(math.inf)

    def _arrives(self, at: float, event: _Event, where: int) -> None:
        heapq.heappush(self._arriving, (at, next(self._numbers), event, where))

    def _run_until(self, now: float) -> None:
        while self._arriving and self._arriving[0][0] <= now:
            at, _, event, where = heapq.heappop(self._arriving)
            if where == _AT_REDIS:
                self._relayed(event, at)
            elif where == event.origin:  # its own message comes back and is dropped
                self._served(where, at, self._costs.message_us)
            else:
                sockets = self._placed[event.workspace][where]
                work = self._costs.message_us + self._costs.delivery_us * sockets
                self._delivered(event, where, at, work, sockets)

    def _relayed(self, event: _Event, at: float) -> None:
        costs, tasks = self._costs, self._placed[event.workspace]
        shard = event.workspace % self._plan.redis_shards
        work = costs.redis_publish_us + costs.redis_deliver_us * len(tasks)
        self._redis_free[shard] = sent = max(at, self._redis_free[shard]) + work * self._redis_pace
        self.redis_busy[shard] += work / self._plan.core / 1e6
        self.messages += 1
        self.message_deliveries += len(tasks)
        for task in tasks:
            self._arrives(sent + costs.network_s, event, task)

    def _delivered(
        self, event: _Event, task: int, at: float, work_us: float, sockets: int
    ) -> float:
        done = self._served(task, at, work_us)
        self.deliveries[event.kind] += sockets
        self.waits.append(done - event.began)
        return done

    def _served(self, task: int, at: float, work_us: float) -> float:
        self._free[task] = done = max(at, self._free[task]) + work_us * self._pace[task]
        self.busy[task] += work_us / self._plan.core / 1e6
        return done


def _sizes(load: Load, chance: random.Random) -> list[int]:
    """How many are online in each workspace: log-normal with sigma 1, so that few are large."""
    sizes, total = [], 0
    while total < load.sockets:
        # The mean of exp(N(0, 1)) is e^(1/2).
        size = max(1, round(load.mean_members / 1.6487 * chance.lognormvariate(0, 1)))
        size = min(size, load.sockets - total)
        sizes.append(size)
        total += size
    return sizes


def _placed(size: int, plan: Plan, chance: random.Random) -> dict[int, int]:
    """Task: how many of a workspace's sockets are there."""
    if plan.together:
        return {chance.randrange(plan.tasks): size}
    return dict(Counter(chance.choices(range(plan.tasks), k=size)))
