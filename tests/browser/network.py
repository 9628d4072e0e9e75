"""A network that lets requests through and no websocket, as some offices have."""

from __future__ import annotations

import asyncio

from tests.browser.local_server import LocalServer

CHUNK_BYTES = 64 * 1024
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class OfficeProxy(LocalServer):
    """Listens on a port of its own and passes connections on to `port`.

    A browser opens a connection of its own for every websocket, so that the first request on a
    connection tells what it is for.
    """

    def __init__(self, port: int) -> None:
        super().__init__()
        self.lets_sockets_through = False
        self.refused = 0
        self._upstream = port

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
