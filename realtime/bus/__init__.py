"""The bus: carries each committed change to the instances that hold sockets of its workspace.

    bus = bus_for(settings.redis_url, settings.postgres_url)
    await bus.open()                            # degraded, not failed, if the server is away
    bus.publish("clientflow:w1", b"...")        # neither waits nor raises
    async with bus.subscribe("clientflow:w1") as messages:
        async for message in messages:          # WAKE: something was lost, read the log
            ...

It is the fast path, not the truth: it may lose messages but not the fact that it did. A lost one
becomes WAKE on its channel, at the latest when the server is reached again, which `on_state` tells.
"""

from __future__ import annotations

from realtime.bus.backend import BusBackend, BusCounters, BusState
from realtime.bus.front import Bus
from realtime.bus.limits import BusLimits
from realtime.bus.mailbox import WAKE
from realtime.bus.memory import MemoryBackend
from realtime.bus.postgres import PostgresBackend
from realtime.bus.redis import RedisBackend

__all__ = ["WAKE", "Bus", "BusBackend", "BusCounters", "BusLimits", "BusState", "bus_for"]


def bus_for(
    redis_url: str | None, postgres_url: str | None, limits: BusLimits | None = None
) -> Bus:
    """Redis where there is one, else Postgres, else within this process. ValueError: a bad URL."""
    limits = limits or BusLimits()
    if redis_url:
        return Bus(RedisBackend(redis_url, limits))
    if postgres_url:
        return Bus(PostgresBackend(postgres_url, limits))
    return Bus(MemoryBackend(limits))
