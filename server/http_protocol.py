"""The server's own HTTP protocol: uvicorn's over httptools, with bounds on what a peer may leave open.

uvicorn bounds how long an idle connection is kept, and nothing else: a head that never ends is kept in memory, and
peers that send or read a byte now and then hold their connection for ever (Slowloris). One timer a connection ends
these. A request that is being answered has none, so that long polls may take their time.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from server.limits import Limits
from server.rates.door import Door

# A peer that has gone without a word is noticed after 60 + 4 x 15 s, and one that takes no data after 60 s.
_KEEP_ALIVE = {
    "TCP_KEEPIDLE": 60,
    "TCP_KEEPINTVL": 15,
    "TCP_KEEPCNT": 4,
    "TCP_USER_TIMEOUT": 60_000,
}
_PROBLEM = b'{"type":"/docs/errors#%b","title":"%b","status":%d,"detail":"%b"}'
_MALFORMED = (b"malformed", b"The input cannot be read")
_TOO_LARGE = (b"too-large", b"The input is too large")
_UNAVAILABLE = (b"unavailable", b"The service is away for a moment")


class _Quieter(logging.LoggerAdapter[logging.Logger]):
    """uvicorn's logger; its warnings, a line for every peer that sends no HTTP, are for debugging."""

    def __init__(self, logger: logging.Logger) -> None:
        super().__init__(logger)
        self.level = logger.level

    def warning(self, msg: object, *args: object, **options: Any) -> None:
        self.debug(msg, *args, **options)


class HttpProtocol(HttpToolsProtocol):
    """The HTTP protocol class that the server runs with. The app's lifespan state may have a `Door` as "door"."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._door: Door = app_state.get("door") or Door(Limits())
        self._limits = self._door.limits
        self._address: str | None = None  # None: it was not let in
        self._timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None
        self.logger = _Quieter(self.logger)  # type: ignore[assignment]
        self._in_head = True
        self._has_ended = False  # a request, in the data at hand
        self._head_bytes = 0
        self._body_began_at = 0.0
        self._body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        sock: socket.socket | None = transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in _KEEP_ALIVE.items():
                if (option := getattr(socket, name, None)) is not None:
                    sock.setsockopt(socket.IPPROTO_TCP, option, value)
        host = self.client[0] if self.client else None
        self._address = self._door.enter(host, len(self.connections))
        if self._address is None:
            self._refuse(
                503, _UNAVAILABLE, b"There are too many connections.", b"retry-after: 5\r\n"
            )
        else:
            self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self.resume_writing()
        self._leave()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """The websocket protocol takes the connection over; the app counts sockets by itself."""
        if self.transport.is_closing():
            return  # its head was refused
        self._stop_timer()
        self._leave()
        super().handle_websocket_upgrade()
        # Each holds the other: with this one's work done, that would be garbage for the collector to find.
        self.parser = None  # type: ignore[assignment]

    # In

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._in_head and self._timer is None:
            self._begin_head()  # the next request of a connection that was idle
        self._has_ended = False
        super().data_received(data)
        # Of data that ended a request and began the next, nobody knows here where the next begins.
        if self._in_head and not self._has_ended and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > self._limits.max_head_bytes:
                self._refuse_head()

    def on_headers_complete(self) -> None:
        fields = sum(len(name) + len(value) + 4 for name, value in self.headers)
        if len(self.url) > self._limits.max_target_bytes:
            detail = b"An address may have at most %d bytes." % self._limits.max_target_bytes
            self._refuse(414, _TOO_LARGE, detail)
        elif (
            fields > self._limits.max_head_bytes
            or len(self.headers) > self._limits.max_header_fields
        ):
            self._refuse_head()
        else:
            self._in_head = False
            self._stop_timer()
            self._begin_body()
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head = self._has_ended = True
        self._head_bytes = 0
        self._stop_timer()
        if not self.transport.is_closing():
            super().on_message_complete()

    # Out

    def pause_writing(self) -> None:
        """The peer does not read its answer as fast as it is made."""
        super().pause_writing()
        self._unread_timer = self.loop.call_later(
            self._limits.unread_answer_timeout_s, self._drop, "unread-answer"
        )

    def resume_writing(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, _MALFORMED, b"This is not HTTP/1.1.")

    def _begin_head(self) -> None:
        self._stop_timer()
        # Spread a little: many that came at one moment are not all ended at one.
        for_s = self._limits.head_timeout_s * random.uniform(0.75, 1.0)
        self._timer = self.loop.call_later(for_s, self._drop, "slow-head")

    def _begin_body(self) -> None:
        self._body_began_at = self.loop.time()
        self._body_bytes = 0
        self._await_body(self._limits.body_timeout_s)

    def _await_body(self, for_s: float) -> None:
        self._timer = self.loop.call_later(for_s, self._look_at_body)

    def _look_at_body(self) -> None:
        """A body has `body_timeout_s`, and more the more of it has come; while nobody reads it, it need not come."""
        self._timer = None
        if self.flow.read_paused:
            self._body_began_at = (
                self.loop.time() - self._body_bytes / self._limits.min_body_bytes_per_s
            )
            self._await_body(self._limits.body_timeout_s)
            return
        earned_s = (
            self._limits.body_timeout_s + self._body_bytes / self._limits.min_body_bytes_per_s
        )
        left_s = self._body_began_at + earned_s - self.loop.time()
        if left_s > 0:
            self._await_body(max(left_s, 0.05))
        else:
            self._drop("slow-body")

    def _leave(self) -> None:
        if self._address is not None:
            self._door.leave(self._address)
            self._address = None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop(self, why: str) -> None:
        """End the connection; a peer whose request is not being answered is told why."""
        self._timer = None
        self._door.dropped[why] += 1
        if why == "slow-head" and self._head_bytes:
            self._refuse(408, _MALFORMED, b"The request did not come in time.")
        else:
            self.transport.abort()

    def _refuse_head(self) -> None:
        self._door.dropped["large-head"] += 1
        detail = b"Headers may have at most %d bytes in %d fields." % (
            self._limits.max_head_bytes,
            self._limits.max_header_fields,
        )
        self._refuse(431, _TOO_LARGE, detail)

    def _refuse(
        self, status: int, kind: tuple[bytes, bytes], detail: bytes, headers: bytes = b""
    ) -> None:
        """Answer a request that the app does not see, and close."""
        self._stop_timer()
        body = _PROBLEM % (*kind, status, detail)
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: application/problem+json\r\ncontent-length: %d\r\n" % len(body)
            + headers
            + b"connection: close\r\n\r\n"
            + body
        )
        self.transport.close()
