"""A whole installation to harm: PostgreSQL, Redis and three instances, with a network in between that can fail.

Every instance reaches Redis through a proxy of its own, and the last one PostgreSQL too. The first runs under a
wall clock that can be set.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx

from tests.fault.proxy import Proxy
from tests.services import PostgresServer, RedisServer, ServerProcess, ServiceFailed, eventually

INSTANCES = 3
READY_WITHIN_S = 20.0
LOG_ENTRY = re.compile(r"^(?=\d{4}-\d\d-\d\dT)", re.MULTILINE)
LOGGED_ERROR = re.compile(r"^\S+ \[(error|critical) *\]")
# A drain that takes too long is the faults' own business, who measure it.
EXPECTED_ERROR = "timeout graceful shutdown exceeded"
MOST_SHOWN = 6_000


class AlteredServer(ServerProcess):
    """An instance started by a module of the tests: `python -m tests.fault.…`."""

    def __init__(self, database_url: str, redis_url: str, *module: str) -> None:
        super().__init__(database_url, redis_url)
        self._module = module

    def command(self) -> list[str]:
        return [sys.executable, "-m", *self._module]


class WallClock:
    """The time of day as one instance sees it; its monotonic clock goes on as it should."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "wall-clock"
        self.set_back()

    def step(self, seconds: int) -> None:
        """Go wrong by so many seconds, from one moment to the next."""
        self._write(f"{seconds:+d}")

    def set_back(self) -> None:
        self._write("+0")

    @property
    def settings(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": _libfaketime(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def _write(self, text: str) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(text)
        new.replace(self._file)


class Node:
    """One instance with its network. `name` is what histories call it."""

    def __init__(self, name: str, server: ServerProcess, redis: Proxy) -> None:
        self.name = name
        self.server = server
        self.redis = redis
        self.http = httpx.AsyncClient(
            base_url=server.base_url,
            timeout=5.0,
            trust_env=False,
            limits=httpx.Limits(max_connections=200),
        )

    @property
    def socket_url(self) -> str:
        return f"{self.server.ws_url}/ws/workspaces"

    async def readiness(self) -> dict[str, object]:
        answer: dict[str, object] = (await self.http.get("/readyz")).json()
        return answer

    async def metric(self, name: str) -> float:
        """The value of a metric without labels."""
        for line in (await self.http.get("/metrics")).text.splitlines():
            if line.startswith(f"{name} "):
                return float(line.split(" ")[1])
        raise AssertionError(f"there is no metric {name}")

    async def restart(self) -> None:
        await asyncio.to_thread(self.server.start)


@dataclass(frozen=True)
class Cluster:
    """`distant_postgres` is the last instance's way to PostgreSQL, `clock` the first one's time of day."""

    postgres: PostgresServer
    redis: RedisServer
    database_url: str
    nodes: list[Node]
    distant_postgres: Proxy
    clock: WallClock

    @asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        """As an operator reaches it, past the app."""
        connection = await asyncpg.connect(
            self.database_url, server_settings={"application_name": "operator"}
        )
        try:
            yield connection
        finally:
            await connection.close()

    async def heal(self) -> None:
        """End every fault that is left, and wait until all is well."""
        self.clock.set_back()
        self.distant_postgres.release()
        for network in (self.distant_postgres, *(node.redis for node in self.nodes)):
            await network.restore()
        for service in (self.postgres, self.redis, *(node.server for node in self.nodes)):
            if service.running:
                service.resume()
            else:
                await asyncio.to_thread(service.start)
        for node in self.nodes:
            await eventually(
                partial(_is_ready, node),
                timeout=READY_WITHIN_S,
                message=f"{node.name} is not ready again",
            )

    def errors(self) -> list[str]:
        """What the instances have logged as faults of their own since they were first started, with tracebacks."""
        return [
            f"{node.name}: {entry[:MOST_SHOWN]}"
            for node in self.nodes
            for entry in LOG_ENTRY.split(node.server.log)
            if LOGGED_ERROR.match(entry) and EXPECTED_ERROR not in entry
        ]


@asynccontextmanager
async def running_cluster() -> AsyncIterator[Cluster]:
    async with AsyncExitStack() as stack:
        postgres, redis = PostgresServer(), RedisServer()
        await asyncio.gather(_start(stack, postgres), _start(stack, redis))
        url = await asyncio.to_thread(postgres.create_database)
        distant_postgres = await stack.enter_async_context(Proxy(postgres.port))
        proxies, servers = [], []
        for number in range(INSTANCES):
            proxies.append(await stack.enter_async_context(Proxy(redis.port)))
            servers.append(
                ServerProcess(
                    with_port(url, distant_postgres.port) if number == INSTANCES - 1 else url,
                    with_port(redis.url, proxies[-1].port),
                )
            )
            stack.push_async_callback(asyncio.to_thread, servers[-1].close)
        clock = WallClock(servers[0].folder)
        servers[0].settings |= clock.settings
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in servers))
        nodes = [
            Node(f"instance {number}", server, proxy)
            for number, (server, proxy) in enumerate(zip(servers, proxies, strict=True), 1)
        ]
        for node in nodes:
            stack.push_async_callback(node.http.aclose)
        yield Cluster(postgres, redis, url, nodes, distant_postgres, clock)


async def _start(stack: AsyncExitStack, service: PostgresServer | RedisServer) -> None:
    stack.push_async_callback(asyncio.to_thread, service.close)
    await asyncio.to_thread(service.start)


async def _is_ready(node: Node) -> bool:
    try:
        return (await node.readiness())["status"] == "ready"
    except httpx.HTTPError:
        return False


def with_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}{at}127.0.0.1:{port}"))


def _libfaketime() -> str:
    found = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if found is None:
        raise ServiceFailed("libfaketime is not installed; `make test` sets it up")
    return os.fspath(found)
