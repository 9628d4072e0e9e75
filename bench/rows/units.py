"""What one of each costs: the inputs of the simulation that the other rows do not give."""

from __future__ import annotations

import time

from bench.loading import Load
from bench.results import Entry, Row
from bench.rows.interleaved import say
from bench.scale.measured import hub_costs, redis_costs
from bench.servers.field import clientflow_on_postgres
from bench.settings import Settings
from tests.services import RedisServer

MESSAGES = 50_000
TOPICS = 1_000
SUBSCRIBERS = 16


def run(settings: Settings) -> Row:
    """Two heartbeats, and two repeats of the presence, pass while nothing is done."""
    entry = Entry("units", "unit costs")
    rest_s = 5.0 if settings.quick else 50.0
    for _ in range(settings.repetitions):
        with RedisServer() as server:
            redis = redis_costs(server, MESSAGES, SUBSCRIBERS)
            hub = hub_costs(server, MESSAGES, TOPICS, rest_s / 2)
        entry.add(
            message_us=hub.message_us,
            publish_us=hub.publish_us,
            topic_us=hub.topic_us,
            redis_publish_us=redis.publish_us,
            redis_deliver_us=redis.deliver_us,
            socket_us=_socket_us(settings, rest_s),
        )
        say("  " + ", ".join(f"{name} {values[-1]:.3g}" for name, values in entry.figures.items()))
    return Row(
        "units",
        "Unit costs",
        f"CPU µs of one each. A change on the bus is taken by a real hub from a real Redis, up to one subscriber that "
        f"costs nothing; {TOPICS:,} topics with one subscriber each, and {settings.idle_sockets[1]:,} real sockets, "
        "are left alone for some heartbeats. Redis is fed and read by up to "
        f"{SUBSCRIBERS} bare clients, whole pipelines at a time, as busy instances do.",
        {
            "message_us": "bus message taken",
            "publish_us": "bus message sent",
            "topic_us": "open topic, each second",
            "socket_us": "open socket, each second",
            "redis_publish_us": "Redis: message",
            "redis_deliver_us": "Redis: to each instance",
        },
        [entry],
    )


def _socket_us(settings: Settings, rest_s: float) -> float:
    sockets = settings.idle_sockets[1]
    with clientflow_on_postgres().running() as served:
        routes = served.routes(sockets, 1, settings.event_bytes)
        with Load("hold", routes, {"patience": 180}).running() as holding:
            holding.until("ready")
            before = served.cpu_seconds()
            time.sleep(rest_s)
            return (served.cpu_seconds() - before) / rest_s / sockets * 1e6
