"""The server's own websocket: uvicorn's handshake, then a small protocol that takes the socket over.

Starlette stays the app. The ASGI scope's extension `clientflow.socket` offers `hand_over`: the app accepts, takes the
socket and returns, so that an open socket holds no task, no queue and no timer. Ready frames are written to it as they
are. Under another server the extension is absent and plain ASGI messages serve.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

logger = logging.getLogger("clientflow.channel")

EXTENSION = "clientflow.socket"
KERNEL_BUFFER_BYTES = 128 * 1024  # Linux doubles it
DRAIN_WINDOW_S = 5.0
DRAINED_SOCKETS_PER_S = 200

_PING = b"\x89\x00"


class Receiver(Protocol):
    """Whoever a socket was handed over to."""

    def received(self, message: str | bytes) -> None:
        """One whole message: text (str) or binary (bytes)."""
        ...

    def ended(self) -> None:
        """The socket is closed or about to be. Called once, and nothing follows."""
        ...


class FrameProtocol(WebSocketsSansIOProtocol):
    """The websocket protocol class that the server runs with: it accepts a socket and hands it over."""

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

    def hand_over(self) -> FrameSocket:
        """The accepted socket, which this protocol and the app have no more to do with. It reads once it is begun."""
        self.stop_keepalive()
        self.request.headers.clear()  # the parser keeps them as long as the socket lives
        messages = deque[Any]()
        while not self.queue.empty():
            messages.append(self.queue.get_nowait())
        connections = cast("set[Any]", self.connections)  # uvicorn shuts down whatever is in it
        taken = FrameSocket(self.transport, self.conn, connections, messages)
        if not self.disconnected:
            self.transport.set_protocol(taken)
            connections.discard(self)
            connections.add(taken)
        self.transport = cast(asyncio.Transport, _Nowhere())
        return taken


class _Nowhere:
    """The transport of a protocol that has none any more: uvicorn closes it when the app returns."""

    def close(self) -> None:
        pass


class FrameSocket(asyncio.Protocol):
    """An open websocket (RFC 6455), server side. One write takes one or more ready frames."""

    __slots__ = (
        "_awaiting_pong",
        "_close_sent",
        "_connections",
        "_early",
        "_fragments",
        "_protocol",
        "_receiver",
        "_timer",
        "_transport",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        protocol: ServerProtocol,
        connections: set[Any],
        early: deque[Any],
    ) -> None:
        self._transport = transport
        self._protocol = protocol
        self._connections = connections
        self._early: deque[Any] | None = early  # ASGI messages that came before the handover
        self._receiver: Receiver | None = None
        self._fragments: list[Frame] | None = None
        self._close_sent = False
        self._awaiting_pong = False
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, receiver: Receiver) -> None:
        """From here on `receiver` hears what comes."""
        self._receiver = receiver
        early, self._early = self._early or (), None
        self._transport.resume_reading()
        for message in early:
            if message["type"] == "websocket.receive":
                text = message.get("text")
                self._tell(message["bytes"] if text is None else text)
        if self._transport.is_closing():
            asyncio.get_running_loop().call_soon(self._end)

    # Out

    def write(self, wire: bytes) -> None:
        """Write whole websocket frames. Returns at once; does nothing on a socket that is ending."""
        if not self._close_sent and not self._transport.is_closing():
            self._transport.write(wire)

    def buffered_bytes(self) -> int:
        """How much waits in this process for the peer to read."""
        return self._transport.get_write_buffer_size()

    def close(self, code: int, reason: str, grace_s: float) -> None:
        """Send a close frame, and drop the connection if the peer has not left in `grace_s`."""
        if self._close_sent or self._transport.is_closing():
            return
        self._protocol.send_close(code, reason)
        self._write_out()
        self._close_sent = True
        loop = asyncio.get_running_loop()
        loop.call_soon(self._end)
        self._transport.resume_reading()  # for the peer's answer
        self._timer = loop.call_later(grace_s, self._transport.abort)

    def probe(self) -> None:
        """Ask whether the peer is still there; one that has not answered since the last time is dropped."""
        if self._close_sent or self._transport.is_closing():
            return
        if self._awaiting_pong:
            self._protocol.fail(1011, "no answer to a ping")
            self._write_out()
            self._transport.abort()
            return
        self._awaiting_pong = True
        self._transport.write(_PING)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def shutdown(self) -> None:
        """The server stops: say so (1012), spread over a window so that not all come back at once.

        Until its turn a socket goes on as before. A peer that reads nothing is not waited for.
        """
        window_s = min(DRAIN_WINDOW_S, len(self._connections) / DRAINED_SOCKETS_PER_S)
        asyncio.get_running_loop().call_later(
            random.uniform(0.0, window_s), self.close, 1012, "the server is restarting", 1.0
        )

    # In

    def data_received(self, data: bytes) -> None:
        protocol = self._protocol
        protocol.receive_data(data)
        for event in protocol.events_received():
            self._take(cast(Frame, event))
        if protocol.parser_exc is not None and not self._transport.is_closing():
            self._write_out()  # the close frame that says what was wrong with it
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._connections.discard(self)
        self._protocol.parser.close()  # it holds the protocol that holds it
        self._end()

    def _take(self, frame: Frame) -> None:
        opcode = frame.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            if frame.fin:
                self._message(opcode, frame.data)
            else:
                self._fragments = [frame]
        elif opcode is Opcode.CONT:
            assert self._fragments is not None, "the parser lets no other through"
            self._fragments.append(frame)
            if frame.fin:
                parts, self._fragments = self._fragments, None
                self._message(parts[0].opcode, b"".join([part.data for part in parts]))
        elif opcode is Opcode.PONG:
            self._awaiting_pong = False
        elif opcode is Opcode.PING:
            self._write_out()
        elif not self._transport.is_closing():
            self._write_out()  # the peer's close, answered
            self._transport.close()

    def _message(self, opcode: Opcode, data: bytes | bytearray | memoryview) -> None:
        if self._close_sent:
            return
        if opcode is Opcode.BINARY:
            self._tell(bytes(data))
            return
        try:
            text = str(data, "utf-8")
        except UnicodeDecodeError:
            self._protocol.fail(1007, "text frames must be UTF-8")
            self._write_out()
            self._close_sent = True
            self._transport.close()
        else:
            self._tell(text)

    def _tell(self, message: str | bytes) -> None:
        if self._receiver is not None:
            self._receiver.received(message)

    def _end(self) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.ended()

    def _write_out(self) -> None:
        data: Sequence[bytes] = self._protocol.data_to_send()
        if not self._close_sent:
            self._transport.write(b"".join(data))
