"""A network that lets requests through and no websocket, as some offices have."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self

CHUNK_BYTES = 64 * 1024
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class OfficeProxy:
    """Listens on a port of its own and passes connections on to `port`.

    A browser opens a connection of its own for every websocket, so that the first request on a
    connection tells what it is for.
    """

    def __init__(self, port: int) -> None:
        self.lets_sockets_through = False
        self.refused = 0
        self._upstream = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def origin(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        if self._connections:
            await asyncio.wait(self._connections)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        assert connection is not None
        self._connections.add(connection)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._serve(reader, writer)
        except asyncio.CancelledError:
            pass  # `__aexit__`; asyncio.streams would log it as an error
        finally:
            self._connections.discard(connection)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"upgrade: websocket" in head.lower() and not self.lets_sockets_through:
            self.refused += 1
            writer.write(REFUSAL)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            return
        upstream, downstream = await asyncio.open_connection("127.0.0.1", self._upstream)
        downstream.write(head)
        try:
            async with asyncio.TaskGroup() as directions:
                directions.create_task(_copy(reader, downstream))
                directions.create_task(_copy(upstream, writer))
        finally:
            downstream.transport.abort()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK_BYTES):
        target.write(data)
        await target.drain()
    target.write_eof()
