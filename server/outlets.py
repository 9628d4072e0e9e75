"""A socket's way out: never blocks the one who sends, and ends a reader that is too slow (4008)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from realtime.frames import Frame
from realtime.problems import CloseCode
from server.limits import Limits
from server.websocket_protocol import EXTENSION, FrameTransport

_POLL_S = 0.02
_TOO_SLOW = "reading too slowly: come back and resume"


class Outlet(Protocol):
    def send(self, frame: Frame) -> None: ...

    def close(self, code: CloseCode, reason: str) -> None: ...

    async def drained(self) -> bool:
        """Wait until at most half the buffer is used; False when the socket has ended."""
        ...

    async def serve(self, reading: Coroutine[Any, Any, None]) -> None:
        """Run `reading` and move what is sent, until the socket ends."""
        ...


def outlet_for(websocket: WebSocket, limits: Limits) -> Outlet:
    """The direct way where the server offers it, else through ASGI messages."""
    transport = websocket.scope.get("extensions", {}).get(EXTENSION)
    if transport is not None:
        return TransportOutlet(transport, limits)
    return QueueOutlet(websocket.send_text, websocket.close, limits)


def _close_reason(reason: str) -> str:
    """At most 123 bytes of UTF-8 fit in a close frame (RFC 6455, section 5.5)."""
    return reason.encode()[:123].decode(errors="ignore")


class TransportOutlet:
    """Writes ready frames to the transport."""

    __slots__ = ("_limits", "_open", "_transport")

    def __init__(self, transport: FrameTransport, limits: Limits) -> None:
        self._transport = transport
        self._limits = limits
        self._open = True

    def send(self, frame: Frame) -> None:
        if not self._open:
            return
        self._transport.write_frame(frame.wire)
        if self._transport.buffered_bytes() > self._limits.max_socket_buffer_bytes:
            self.close(CloseCode.TOO_SLOW, _TOO_SLOW)

    def close(self, code: CloseCode, reason: str) -> None:
        if self._open:
            self._open = False
            self._transport.end(code, _close_reason(reason), self._limits.socket_close_grace_s)

    async def drained(self) -> bool:
        deadline = asyncio.get_running_loop().time() + self._limits.socket_drain_timeout_s
        while (
            self._open
            and self._transport.buffered_bytes() > self._limits.max_socket_buffer_bytes // 2
        ):
            if asyncio.get_running_loop().time() > deadline:
                self.close(CloseCode.TOO_SLOW, _TOO_SLOW)
            await asyncio.sleep(_POLL_S)
        return self._open

    async def serve(self, reading: Coroutine[Any, Any, None]) -> None:
        await reading  # the transport moves its own bytes


class QueueOutlet:
    """Queues frames for a task that sends them through the ASGI server."""

    def __init__(
        self,
        send_text: Callable[[str], Awaitable[None]],
        close: Callable[[int, str], Awaitable[None]],
        limits: Limits,
    ) -> None:
        self._send_text = send_text
        self._close = close
        self._limits = limits
        self._queue: deque[Frame] = deque()
        self._queued_bytes = 0
        self._closing: tuple[CloseCode, str] | None = None
        self._changed = asyncio.Event()
        self._taken = asyncio.Event()
        self._closed = asyncio.Event()

    def send(self, frame: Frame) -> None:
        if self._closing is not None:
            return
        self._queue.append(frame)
        self._queued_bytes += len(frame.payload)
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

    async def serve(self, reading: Coroutine[Any, Any, None]) -> None:
        async with asyncio.TaskGroup() as tasks:
            moving = tasks.create_task(self.run())
            try:
                await reading
            finally:
                moving.cancel()

    async def run(self) -> None:
        """Move what was sent, until the socket is closed."""
        sender = asyncio.create_task(self._send_queued())
        closed = asyncio.create_task(self._closed.wait())
        try:
            await asyncio.wait([sender, closed], return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait([sender], timeout=self._limits.socket_close_grace_s)
            if sender.done() and self._closing is not None:
                sender.result()
                async with asyncio.timeout(self._limits.socket_close_grace_s):
                    await self._close(*self._closing)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            pass  # the peer has gone, or reads nothing: the server drops it when the app returns
        finally:
            for task in (sender, closed):
                task.cancel()
            await asyncio.gather(sender, closed, return_exceptions=True)

    async def _send_queued(self) -> None:
        while True:
            while self._queue:
                frame = self._queue.popleft()
                await self._send_text(frame.payload.decode())
                self._queued_bytes -= len(frame.payload)
                self._taken.set()
            if self._closing is not None:
                return
            self._changed.clear()
            await self._changed.wait()
