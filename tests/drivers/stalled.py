"""A reader that stops reading: a bare TCP connection, whose small window soon is full."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator
from typing import Self
from urllib.parse import urlsplit

from websockets.frames import Frame, Opcode

WINDOW_BYTES = 8 * 1024
MOUTHFUL_BYTES = 256 * 1024


class StalledReader:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    @classmethod
    @contextlib.asynccontextmanager
    async def joined(cls, url: str, token: str) -> AsyncIterator[Self]:
        """Join the channel; from then on nothing is read."""
        parts = urlsplit(url)
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
            connection.setblocking(False)
            reader = cls(connection)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(connection, (parts.hostname, parts.port))
            key = base64.b64encode(os.urandom(16)).decode()
            handshake = (
                f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                "Sec-WebSocket-Version: 13\r\n\r\n"
            )
            await loop.sock_sendall(connection, handshake.encode())
            await reader.read_up_to(b"\r\n\r\n")
            hello = json.dumps({"type": "hello", "token": token}).encode()
            await loop.sock_sendall(connection, Frame(Opcode.TEXT, hello).serialize(mask=True))
            await reader.read_up_to(b'"type":"welcome"')
            yield reader

    async def read_up_to(self, wanted: bytes) -> bytes:
        """Read again: everything that the server had sent, up to `wanted`."""
        heard = bytearray()
        while wanted not in heard[-len(wanted) - MOUTHFUL_BYTES :]:
            chunk = await asyncio.get_running_loop().sock_recv(self._connection, MOUTHFUL_BYTES)
            if not chunk:
                raise ConnectionError(f"the server hung up after {bytes(heard[-200:])!r}")
            heard += chunk
        return bytes(heard)
