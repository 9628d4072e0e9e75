"""A socket as a channel uses it: to send never blocks, and a reader that is too slow is ended (4008)."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from realtime.frames import Outgoing
from realtime.problems import CloseCode
from server.limits import Limits
from server.websocket_protocol import FrameSocket, Receiver

_POLL_S = 0.02
_TOO_SLOW = "reading too slowly: come back and resume"


class Outlet(Protocol):
    def send(self, outgoing: Outgoing) -> None: ...

    def close(self, code: CloseCode, reason: str) -> None: ...

    def probe(self) -> None:
        """Ask whether the peer is still there; one that did not answer the last time is dropped."""
        ...

    def pause_reading(self) -> None:
        """The receiver takes no more for now."""
        ...

    def resume_reading(self) -> None: ...

    def backlog_bytes(self) -> int:
        """How much waits for the peer to read."""
        ...

    @property
    def close_code(self) -> int:
        """What it ended with; 1006: without a close frame (RFC 6455, section 7.1.5)."""
        ...

    async def drained(self) -> bool:
        """Wait until at most half the buffer is used; False when the socket has ended."""
        ...


def _close_reason(reason: str) -> str:
    """At most 123 bytes of UTF-8 fit in a close frame (RFC 6455, section 5.5)."""
    return reason.encode()[:123].decode(errors="ignore")


class TransportOutlet:
    """Writes ready frames to the transport."""

    __slots__ = ("_limits", "_open", "_socket")

    def __init__(self, socket: FrameSocket, limits: Limits) -> None:
        self._socket = socket
        self._limits = limits
        self._open = True

    def send(self, outgoing: Outgoing) -> None:
        if not self._open:
            return
        self._socket.write(outgoing.wire)
        if self._socket.buffered_bytes() > self._limits.max_socket_buffer_bytes:
            self.close(CloseCode.TOO_SLOW, _TOO_SLOW)

    def close(self, code: CloseCode, reason: str) -> None:
        if self._open:
            self._open = False
            self._socket.close(code, _close_reason(reason), self._limits.socket_close_grace_s)

    def probe(self) -> None:
        self._socket.probe()

    def pause_reading(self) -> None:
        self._socket.pause_reading()

    def resume_reading(self) -> None:
        self._socket.resume_reading()

    def backlog_bytes(self) -> int:
        return self._socket.buffered_bytes()

    @property
    def close_code(self) -> int:
        return self._socket.close_code

    async def drained(self) -> bool:
        deadline = asyncio.get_running_loop().time() + self._limits.socket_drain_timeout_s
        while (
            self._open and self._socket.buffered_bytes() > self._limits.max_socket_buffer_bytes // 2
        ):
            if asyncio.get_running_loop().time() > deadline:
                self.close(CloseCode.TOO_SLOW, _TOO_SLOW)
            await asyncio.sleep(_POLL_S)
        return self._open


class QueueOutlet:
    """Queues frames for a task that sends them through the ASGI server."""

    def __init__(self, websocket: WebSocket, limits: Limits) -> None:
        self._websocket = websocket
        self._limits = limits
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._closing: tuple[CloseCode, str] | None = None
        self._peers_code = 1006
        self._changed = asyncio.Event()
        self._taken = asyncio.Event()
        self._closed = asyncio.Event()
        self._may_read = asyncio.Event()
        self._may_read.set()

    def send(self, outgoing: Outgoing) -> None:
        if self._closing is not None:
            return
        for payload in outgoing.payloads:
            self._queue.append(payload)
            self._queued_bytes += len(payload)
        if self._queued_bytes > self._limits.max_socket_buffer_bytes:
            self._queue.clear()
            self._queued_bytes = 0
            self.close(CloseCode.TOO_SLOW, _TOO_SLOW)
        self._changed.set()

    def close(self, code: CloseCode, reason: str) -> None:
        if self._closing is None:
            self._closing = (code, _close_reason(reason))
            self._changed.set()
            self._taken.set()
            self._closed.set()

    def probe(self) -> None:
        """The ASGI server pings by itself."""

    def pause_reading(self) -> None:
        self._may_read.clear()

    def resume_reading(self) -> None:
        self._may_read.set()

    def backlog_bytes(self) -> int:
        return self._queued_bytes

    @property
    def close_code(self) -> int:
        return self._peers_code if self._closing is None else self._closing[0]

    async def drained(self) -> bool:
        try:
            async with asyncio.timeout(self._limits.socket_drain_timeout_s):
                while (
                    self._closing is None
                    and self._queued_bytes > self._limits.max_socket_buffer_bytes // 2
                ):
                    self._taken.clear()
                    await self._taken.wait()
        except TimeoutError:
            self.close(CloseCode.TOO_SLOW, _TOO_SLOW)
        return self._closing is None

    async def serve(self, receiver: Receiver) -> None:
        """Tell `receiver` what comes and send what it sends, until the socket ends."""
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(self._read(receiver))
            sending = tasks.create_task(self.run())
            closed = tasks.create_task(self._closed.wait())
            try:
                await asyncio.wait([reading, closed], return_when=asyncio.FIRST_COMPLETED)
            finally:
                receiver.ended()
            reading.cancel()
            if self._closing is not None:
                await asyncio.wait([sending])  # the peer is told, if it reads
            sending.cancel()
            closed.cancel()

    async def _read(self, receiver: Receiver) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] != "websocket.receive":
                self._peers_code = message.get("code", 1005)
                return
            text = message.get("text")
            receiver.received(message["bytes"] if text is None else text)
            await self._may_read.wait()

    async def run(self) -> None:
        """Send what is queued, until the socket is closed."""
        sender = asyncio.create_task(self._send_queued())
        closed = asyncio.create_task(self._closed.wait())
        try:
            await asyncio.wait([sender, closed], return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait([sender], timeout=self._limits.socket_close_grace_s)
            if sender.done() and self._closing is not None:
                sender.result()
                async with asyncio.timeout(self._limits.socket_close_grace_s):
                    await self._websocket.close(*self._closing)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            pass  # the peer has gone, or reads nothing: the server drops it when the app returns
        finally:
            for task in (sender, closed):
                task.cancel()
            await asyncio.gather(sender, closed, return_exceptions=True)

    async def _send_queued(self) -> None:
        while True:
            while self._queue:
                payload = self._queue.popleft()
                await self._websocket.send_text(payload.decode())
                self._queued_bytes -= len(payload)
                self._taken.set()
            if self._closing is not None:
                return
            self._changed.clear()
            await self._changed.wait()
