"""The simulation of many instances: where it must come out as arithmetic says."""

from dataclasses import replace

import pytest

from bench.scale.prices import bill
from bench.scale.simulation import Costs, Load, Plan, simulate

LOAD = Load(sockets=10_000, change_every_s=100, presence_every_s=25)
COSTS = Costs(
    write_us=1_000,
    presence_us=100,
    delivery_us=5,
    message_us=20,
    publish_us=10,
    topic_us=5,
    socket_us=2,
    redis_publish_us=1,
    redis_deliver_us=0.5,
)
TOGETHER = Plan(tasks=4, redis_shards=1, together=True)
SPREAD = replace(TOGETHER, together=False)


def outcome(plan: Plan, load: Load = LOAD, costs: Costs = COSTS):
    return simulate(load, costs, plan, seconds=5, seed=1)


def test_a_workspace_whose_sockets_are_together_has_one_topic_and_one_message_an_event():
    together, spread = outcome(TOGETHER), outcome(SPREAD)

    assert together.bus_deliveries == together.bus_messages
    assert spread.topics > 2 * together.topics
    assert spread.bus_deliveries > 3 * spread.bus_messages


def test_events_come_as_often_as_people_act():
    assert outcome(TOGETHER).writes == 100
    assert outcome(TOGETHER).bus_messages == pytest.approx(
        500 + outcome(TOGETHER).topics / 10, rel=0.05
    )


def test_tasks_are_as_busy_as_their_work_adds_up_to():
    found = outcome(TOGETHER)
    work_us = (
        100 * (COSTS.write_us + COSTS.publish_us + COSTS.message_us)
        + 400 * (COSTS.presence_us + COSTS.publish_us + COSTS.message_us)
        + found.deliveries * COSTS.delivery_us
        + found.topics * (COSTS.topic_us + COSTS.message_us / 10)
        + LOAD.sockets * COSTS.socket_us
    )

    assert found.mean_task == pytest.approx(
        work_us / 1e6 / TOGETHER.core / TOGETHER.tasks, rel=0.05
    )


def test_an_idle_installation_waits_for_nobody():
    quiet = outcome(TOGETHER, replace(LOAD, change_every_s=1e5, presence_every_s=1e5))

    at_least_ms = (COSTS.presence_us + COSTS.publish_us) / TOGETHER.core / 1e3
    assert at_least_ms < quiet.p50_ms < 10 * at_least_ms


def test_what_cannot_keep_up_is_told_and_waits_ever_longer():
    slow = replace(COSTS, delivery_us=500)

    assert outcome(TOGETHER, costs=slow).mean_task > 1
    assert outcome(TOGETHER, costs=slow).p99_ms > 100 * outcome(TOGETHER).p99_ms


def test_traffic_is_cheaper_the_more_there_is():
    found = outcome(TOGETHER)
    twice = replace(
        found,
        deliveries=found.deliveries * 1_000,
        change_deliveries=found.change_deliveries * 1_000,
    )

    cheap, dear = bill(LOAD, TOGETHER, found), bill(LOAD, TOGETHER, twice)
    assert dear.traffic > cheap.traffic
    assert dear.traffic < 1_000 * cheap.traffic
    assert (
        cheap.total == cheap.tasks + cheap.redis + cheap.database + cheap.balancing + cheap.traffic
    )
