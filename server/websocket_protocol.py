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
from websockets.protocol import State
from websockets.server import ServerProtocol

from server.pump import Pump

logger = logging.getLogger("clientflow.channel")

EXTENSION = "clientflow.socket"
KERNEL_BUFFER_BYTES = 128 * 1024  # Linux doubles it
DRAIN_WINDOW_S = 5.0
DRAINED_SOCKETS_PER_S = 200

MAX_FRAGMENTS = 1_024
MAX_DIRECT_BYTES = 1_024
PART_BYTES = 256  # some dozen of the smallest frames
MAX_LATE_BYTES = 4 * 1024
LATE_GRACE_S = 1.0
RECEIVE_BUFFER_BYTES = 32 * 1024  # Linux doubles it
_UNTOLD = (Opcode.PING, Opcode.PONG, Opcode.CONT)
_PING = b"\x89\x00"
_UNREADABLE = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Receiver(Protocol):
    """Whoever a socket was handed over to."""

    def received(self, message: str | bytes) -> None:
        """One whole message: text (str) or binary (bytes)."""
        ...

    @property
    def is_noisy(self) -> bool:
        """Whether it has said far more lately than people and scripts do."""
        ...

    def counted(self) -> None:
        """A frame that is no message: a ping, a pong, or a part of a message."""
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
            # As much is read at once, and waits in memory when it has to wait for its turn.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        unreadable = self.conn.handshake_exc is not None and not self.handshake_initiated
        if unreadable and not self.transport.is_closing():
            # It never became an event, so uvicorn has nothing to answer.
            self.transport.write(b"".join(self.conn.data_to_send()) or _UNREADABLE)
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):  # the handshake was acceptable
            extensions = cast("dict[str, object]", self.scope["extensions"])
            extensions[EXTENSION] = self

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget_door()
        self.conn.parser.close()  # it holds what holds it

    def _forget_door(self) -> None:
        """The scope holds this, and this the scope: nothing but the garbage collector would free them."""
        if hasattr(self, "scope"):
            cast("dict[str, object]", self.scope["extensions"]).pop(EXTENSION, None)

    def hand_over(self) -> FrameSocket:
        """The accepted socket, which this protocol and the app have no more to do with. It reads once it is begun."""
        self.stop_keepalive()
        self._forget_door()
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
        "_is_held",
        "_late_bytes",
        "_pending",
        "_protocol",
        "_pump",
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
        self._pump: Pump | None = None
        self._pending: memoryview | None = None  # has come, and waits for its turn in the pump
        self._is_held = False  # by the receiver
        self._late_bytes = 0  # that came after the close frame was sent

    def begin(self, receiver: Receiver, pump: Pump) -> None:
        """From here on `receiver` hears what comes, in turns of `pump` when it is much."""
        self._receiver = receiver
        self._pump = pump
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

    @property
    def close_code(self) -> int:
        """The code of the close frame that was sent, the peer's own included; 1006 without one (RFC 6455, 7.1.5)."""
        sent = self._protocol.close_sent
        return 1006 if sent is None else int(sent.code)

    def buffered_bytes(self) -> int:
        """How much waits in this process for the peer to read."""
        return self._transport.get_write_buffer_size()

    def close(self, code: int, reason: str, grace_s: float) -> None:
        """Send a close frame, and drop the connection if the peer has not left in `grace_s`."""
        if self._close_sent or self._transport.is_closing():
            return
        if self._protocol.state is not State.OPEN:
            return  # what came together with the cause was the end, and is about to be answered
        self._protocol.send_close(code, reason)
        self._write_out()
        self._close_sent = True
        loop = asyncio.get_running_loop()
        loop.call_soon(self._end)
        self._timer = loop.call_later(grace_s, self._transport.abort)
        if self._pending is None:
            self._transport.resume_reading()  # for the peer's answer
        else:
            self._hear_no_more()

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
        self._is_held = True
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._is_held = False
        if self._pending is None:
            self._transport.resume_reading()
        elif self._pump is not None:
            self._pump.add(self)

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
        """One that says little is heard at once; one that says much at once waits for its turns, unread meanwhile."""
        if self._close_sent:
            self._late_bytes += len(data)
            if self._late_bytes > MAX_LATE_BYTES:
                self._hear_no_more()
                return
        elif len(data) > MAX_DIRECT_BYTES and self._pump is not None:
            self._pending = memoryview(data)
            self._transport.pause_reading()
            self._pump.add(self)
            return
        self._parse(data)

    @property
    def is_noisy(self) -> bool:
        return self._receiver is None or self._receiver.is_noisy

    def take_some(self) -> bool:
        if self._pending is None or self._transport.is_closing() or self._waits():
            return False
        part, rest = self._pending[:PART_BYTES], self._pending[PART_BYTES:]
        self._pending = rest if rest else None
        self._parse(bytes(part))
        return self._goes_on()

    def _goes_on(self) -> bool:
        """Whether there is more that has come; if not, more may come."""
        if self._is_held or self._close_sent:
            return False
        if self._pending is None:
            self._transport.resume_reading()
        return self._pending is not None

    def _waits(self) -> bool:
        return self._is_held

    def give_up(self) -> None:
        self._transport.abort()

    def _hear_no_more(self) -> None:
        """A peer that goes on talking after the end is not listened to for its answer: it has a second to read why."""
        self._pending = None
        self._transport.pause_reading()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(LATE_GRACE_S, self._transport.abort)

    def _parse(self, data: bytes) -> None:
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
        if opcode in _UNTOLD or not frame.fin:
            self._count()
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            if frame.fin:
                self._message(opcode, frame.data)
            else:
                self._fragments = [frame]
        elif opcode is Opcode.CONT:
            assert self._fragments is not None, "the parser lets no other through"
            self._fragments.append(frame)
            if len(self._fragments) > MAX_FRAGMENTS:
                self._protocol.fail(1009, f"a message may have at most {MAX_FRAGMENTS} parts")
                self._write_out()
                self._close_sent = True
                self._transport.close()
                return
            if frame.fin:
                parts, self._fragments = self._fragments, None
                self._message(parts[0].opcode, b"".join([part.data for part in parts]))
        elif opcode is Opcode.PONG:
            self._awaiting_pong = False
        elif opcode is Opcode.PING:
            if self._transport.get_write_buffer_size() > KERNEL_BUFFER_BYTES:
                self._protocol.data_to_send()  # a peer that does not read its pongs gets no more
            else:
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

    def _count(self) -> None:
        if self._receiver is not None and not self._close_sent:
            self._receiver.counted()

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
