"""An instance's bus with its readers, the servers under it, and a cable that can be cut."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from realtime.bus import Bus, BusLimits, BusState, bus_for
from tests.services import PostgresServer, RedisServer, eventually


class Heard(list[bytes]):
    """What a reader has read so far."""

    async def gets(self, *messages: bytes, timeout: float = 10.0) -> None:
        """Waits until exactly these have come since the last call, and forgets them."""
        wanted = list(messages)
        await eventually(
            lambda: len(self) >= len(wanted), timeout=timeout, message=f"{self!r}, not {wanted!r}"
        )
        assert self == wanted
        self.clear()

    async def includes(self, *messages: bytes) -> None:
        wanted = set(messages)
        await eventually(lambda: wanted <= set(self), message=f"{self!r} lacks some of {wanted!r}")


class Instance:
    """One server instance, as far as the bus knows it."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.states: list[BusState] = []
        bus.on_state.append(self.states.append)

    async def becomes(self, state: BusState, timeout: float = 10.0) -> None:
        await eventually(lambda: self.bus.state is state, timeout=timeout, message=state.value)

    @contextlib.asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[Heard]:
        heard = Heard()
        async with self.bus.subscribe(channel) as messages:

            async def read() -> None:
                async for message in messages:
                    heard.append(message)

            reader = asyncio.create_task(read())
            yield heard
        await reader


class BusServer(Protocol):
    """Redis or Postgres, private to one test module."""

    def bus(self, limits: BusLimits, port: int | None = None) -> Bus: ...
    async def start(self) -> None: ...
    async def crash(self) -> None: ...
    def cut_receivers(self) -> None:
        """Ends, on the server, the connections that listen."""

    def cut_senders(self) -> None: ...
    def port(self) -> int: ...


class OverRedis:
    def __init__(self) -> None:
        self.service = RedisServer()

    def bus(self, limits: BusLimits, port: int | None = None) -> Bus:
        return bus_for(f"redis://127.0.0.1:{port or self.service.port}/0", None, limits)

    async def start(self) -> None:
        if not self.service.running:
            await asyncio.to_thread(self.service.start)

    async def crash(self) -> None:
        await asyncio.to_thread(self.service.kill)

    def cut_receivers(self) -> None:
        self.command("CLIENT KILL TYPE pubsub")

    def cut_senders(self) -> None:
        self.command("CLIENT KILL TYPE normal SKIPME yes")

    def port(self) -> int:
        return self.service.port

    def subscribers(self, channel: str) -> int:
        return int(self.command(f"PUBSUB NUMSUB {channel}").splitlines()[-1].removeprefix(":"))

    def command(self, line: str) -> str:
        address = ("127.0.0.1", self.service.port)
        with socket.create_connection(address, timeout=5) as connection:
            connection.sendall(f"{line}\r\n".encode())
            return connection.recv(65536).decode()


class OverPostgres:
    def __init__(self) -> None:
        self.service = PostgresServer()

    def bus(self, limits: BusLimits, port: int | None = None) -> Bus:
        url = f"postgresql://clientflow@127.0.0.1:{port or self.service.port}/postgres"
        return bus_for(None, url, limits)

    async def start(self) -> None:
        if not self.service.running:
            await asyncio.to_thread(self.service.start)

    async def crash(self) -> None:
        await asyncio.to_thread(self.service.stop)

    def cut_receivers(self) -> None:
        self._terminate("listen")

    def cut_senders(self) -> None:
        self._terminate("notify")

    def _terminate(self, role: str) -> None:
        self.service.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE application_name = 'clientflow-bus-{role}'"
        )

    def port(self) -> int:
        return self.service.port


class Cable:
    """A TCP proxy. While `cut` it reads and forwards nothing and closes nothing: half-open."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._connected = asyncio.Event()
        self._connected.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Cable":
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        self._connected.clear()

    def mend(self) -> None:
        self._connected.set()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._carry(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError), contextlib.closing(sink):
            while data := await source.read(65536):
                await self._connected.wait()
                sink.write(data)
                await sink.drain()


Launch = Callable[..., contextlib.AbstractAsyncContextManager[Instance]]
