"""The obvious Starlette handler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench.machine import package_versions
from bench.servers.contender import Contender, Served
from bench.servers.services import RedisElsewhere, UvicornService


class StarletteBroadcaster(Contender):
    """Both backends are run: in memory, which costs less, and Redis, as the README has it."""

    app = "bench.peers.starlette_broadcaster:app"

    def __init__(self, *, redis: bool) -> None:
        self.redis = redis
        self.name = "starlette-redis" if redis else "starlette"
        self.label = f"Starlette + broadcaster ({'Redis' if redis else 'memory'})"
        self.does = "a socket's text goes through broadcaster to a subscriber per socket" + (
            ", over Redis" if redis else ", in memory"
        )

    def version(self) -> str:
        return package_versions("starlette", "broadcaster", "uvicorn", "uvloop", "websockets")

    @contextmanager
    def running(self) -> Iterator[Served]:
        if not self.redis:
            with UvicornService(self.app, {"BROADCAST_URL": "memory://"}) as service:
                yield Served([service])
            return
        with (
            RedisElsewhere() as redis,
            UvicornService(self.app, {"BROADCAST_URL": redis.url}) as service,
        ):
            yield Served([service])
