"""The headers that tell browsers what they may do with an answer."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ONE_YEAR_S = 31_536_000
_FORBIDDEN_FEATURES = (
    *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope"),
    *("hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb"),
)
_LOCKED = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}


def content_security_policy(**allowed: str) -> str:
    """What a page may load, over the nothing that every other answer may: `script_src="'self'"`.

    A page gives it as its own Content-Security-Policy header.
    """
    directives = _LOCKED | {name.replace("_", "-"): value for name, value in allowed.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


_HEADERS = {
    "Content-Security-Policy": content_security_policy(),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FORBIDDEN_FEATURES),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
_BY_TLS = {"Strict-Transport-Security": f"max-age={_ONE_YEAR_S}; includeSubDomains"}


class SecurityHeaders:
    """Sets the headers on every HTTP answer that has none of its own.

    HSTS goes out only where TLS is in use (RFC 6797, section 7.2): the request came by it, or `public_url` says so.
    """

    def __init__(self, app: ASGIApp, public_url: str | None) -> None:
        self._app = app
        self._always_tls = (public_url or "").startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        by_tls = self._always_tls or scope["scheme"] == "https"
        wanted: Mapping[str, str] = _HEADERS | _BY_TLS if by_tls else _HEADERS

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
