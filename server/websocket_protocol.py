"""uvicorn's websocket protocol with two doors more: write a ready frame, and end a socket that does not read.

Starlette stays the app. The ASGI scope's extension `clientflow.socket` carries a `FrameTransport`; under another
server it is absent and plain `websocket.send` serves.
"""

from __future__ import annotations

import asyncio
import random
import socket
from typing import Protocol, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "clientflow.socket"
KERNEL_BUFFER_BYTES = 128 * 1024  # Linux doubles it
DRAIN_WINDOW_S = 5.0
DRAINED_SOCKETS_PER_S = 200


class FrameTransport(Protocol):
    def write_frame(self, wire: bytes) -> None:
        """Write one whole websocket frame. Returns at once; does nothing on a socket that is ending."""
        ...

    def buffered_bytes(self) -> int:
        """How much waits in this process for the peer to read."""
        ...

    def end(self, code: int, reason: str, grace_s: float) -> None:
        """Send a close frame, tell the app, and drop the connection if the peer has not left in `grace_s`."""
        ...


class FrameProtocol(WebSocketsSansIOProtocol):
    """The websocket protocol class that the server runs with."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # Left to itself the kernel buffers megabytes for a reader that stalls, in nobody's figures.
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):  # the handshake was acceptable
            extensions = cast("dict[str, object]", self.scope["extensions"])
            extensions[EXTENSION] = self

    def write_frame(self, wire: bytes) -> None:
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(wire)

    def buffered_bytes(self) -> int:
        return self.transport.get_write_buffer_size()

    def end(self, code: int, reason: str, grace_s: float) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(grace_s, self._drop)

    def shutdown(self) -> None:
        """The server stops: say so (1012), spread over a window so that not all come back at once.

        Until its turn a socket goes on as before. A peer that reads nothing is not waited for.
        """
        if not self.handshake_complete:
            super().shutdown()
            return
        window_s = min(DRAIN_WINDOW_S, len(self.connections) / DRAINED_SOCKETS_PER_S)
        self.loop.call_later(random.uniform(0.0, window_s), self._end_for_restart)

    def _end_for_restart(self) -> None:
        self.stop_keepalive()
        self.end(1012, "the server is restarting", grace_s=1.0)

    def _drop(self) -> None:
        self.close_timer = None
        self.transport.abort()
