"""A TCP proxy that can be told to hold, slow down or cut what passes: a network that fails."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self

CHUNK_BYTES = 64 * 1024


class Proxy:
    """Listens on a port of its own and passes every connection on to `port`."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self.delay_s = 0.0
        self._upstream = port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._refusing = False
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._end_connections()

    def hold(self) -> None:
        """Nothing passes, in either direction; connections stay, and new ones can be made."""
        self._flowing.clear()

    def release(self) -> None:
        """What was held back arrives."""
        self._flowing.set()

    async def cut(self) -> None:
        """Every connection is reset, and new ones at once."""
        self._refusing = True
        await self._end_connections()

    async def restore(self) -> None:
        """As it was before any of it. What was held back is lost, with its connections."""
        if not self._flowing.is_set():
            await self._end_connections()
        self._refusing = False
        self.delay_s = 0.0
        self._flowing.set()

    async def _end_connections(self) -> None:
        ending = set(self._connections)
        for connection in ending:
            connection.cancel()
        if ending:
            await asyncio.wait(ending)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        assert connection is not None
        self._connections.add(connection)
        try:
            await self._pass_on(reader, writer)
        except asyncio.CancelledError:
            pass  # `_end_connections`; asyncio.streams would log it as an error
        finally:
            self._connections.discard(connection)
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            return
        await self._flowing.wait()
        with contextlib.suppress(OSError):
            upstream, downstream = await asyncio.open_connection("127.0.0.1", self._upstream)
            try:
                directions = [
                    asyncio.ensure_future(self._copy(reader, downstream)),
                    asyncio.ensure_future(self._copy(upstream, writer)),
                ]
                try:
                    await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for direction in directions:
                        direction.cancel()
                    await asyncio.wait(directions)
            finally:
                downstream.transport.abort()

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK_BYTES):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                await self._flowing.wait()
                target.write(data)
                await target.drain()
