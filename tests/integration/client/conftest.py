"""The Python client at real servers, over lines that fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from clientflow import AsyncClientFlow, ClientLimits
from tests.drivers import Desk, Instance
from tests.fault.proxy import CHUNK_BYTES, Proxy
from tests.services import ServerProcess

# What a test waits for comes sooner, and by the same ways.
QUICK = ClientLimits(
    first_retry_s=0.02,
    max_retry_s=0.2,
    first_redial_s=0.02,
    max_redial_s=0.2,
    restart_spread_s=0.05,
    min_poll_interval_s=0.05,
    max_tries=60,
)
Connect = Callable[..., AsyncClientFlow]


class NoSockets(Proxy):
    """A proxy that lets no websocket through, as some companies' do."""

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        first = await source.read(CHUNK_BYTES)
        if first.startswith(b"GET /ws/"):
            return
        target.write(first)
        await super()._copy(source, target)


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Clients of a desk's person; `port` is that of a proxy on the way."""
    open_clients: list[AsyncClientFlow] = []

    def client(
        desk: Desk, *, port: int | None = None, limits: ClientLimits = QUICK
    ) -> AsyncClientFlow:
        url = f"http://127.0.0.1:{port or desk.person.instance.process.port}"
        made = AsyncClientFlow(url, token=desk.person.token, limits=limits, trust_env=False)
        open_clients.append(made)
        return made

    yield client
    for made in open_clients:
        await made.close()


@pytest.fixture
async def proxied(lone_desk: Desk) -> AsyncIterator[Proxy]:
    """On the way to the lone desk's server."""
    async with Proxy(lone_desk.person.instance.process.port) as proxy:
        yield proxy


@pytest.fixture(scope="package")
def own_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that may be stopped, killed and restarted."""
    with ServerProcess(f"sqlite:///{tmp_path_factory.mktemp('client') / 'flow.db'}") as process:
        yield process


@pytest.fixture
async def own_desk(own_process: ServerProcess) -> AsyncIterator[Desk]:
    if not own_process.running:
        await asyncio.to_thread(own_process.start)
    async with Instance(own_process) as instance:
        ana = await instance.sign_up("Ana")
        yield await ana.new_workspace()
