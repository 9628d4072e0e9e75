"""What holds for every HTTP answer: it names its request, and is compressed where that is safe."""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.logs import LogContext

_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MIN_BYTES = 1_000  # less fits into one packet either way
_LEVEL = 5  # a tenth larger than with 9, in a third of the time


class RequestIds:
    """Every request has an id: the X-Request-ID that it came with, if that is harmless, or a new one.

    It stands in the answer, in its problem document and in every line that is logged meanwhile.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with LogContext(request_id=request_id):
            await self._app(scope, receive, named)


class Compression:
    """gzip for whoever takes it, but not for an answer that says no-store of itself.

    Those hold secrets, whose length must tell nothing (BREACH, CVE-2013-3587), or are streams that must not wait.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            await _Compressed(self._app, _MIN_BYTES, _LEVEL)(scope, receive, send)
        else:
            await IdentityResponder(self._app, _MIN_BYTES)(scope, receive, send)


class _Compressed(GZipResponder):
    async def send_with_compression(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=message.get("headers", []))
            if headers.get("cache-control") == "no-store":
                media_type = headers.get("content-type", "").partition(";")[0].lower()
                self.exclude_content_types = (media_type,)
        await super().send_with_compression(message)
