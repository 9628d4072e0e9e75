"""Which pages may open a channel: the app's own, and those of ALLOWED_ORIGINS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host and port (RFC 6454, section 4)."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """As browsers write it: without the scheme's own port."""
        shown = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{shown}"


def origin_of(text: str) -> Origin:
    """Raises ValueError for what is no origin of the web: `null`, a path, a user, a wildcard."""
    found = _ORIGIN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    scheme = found["scheme"].lower()
    port = int(found["port"] or _DEFAULT_PORTS[scheme])
    if port > 65_535:
        raise ValueError(text)
    return Origin(scheme, found["host"].lower(), port)


class OriginRule:
    """With a public URL its origin is the app's own; without one, the host that the request names."""

    def __init__(self, allowed: Iterable[str], public_url: str | None) -> None:
        self._allowed = {origin_of(origin) for origin in allowed}
        self._by_host = public_url is None
        if public_url is not None:
            self._allowed.add(origin_of(public_url))

    def admits(self, origins: Sequence[str], host: str | None, *, secure: bool) -> bool:
        """`origins` are the Origin headers of a handshake, `host` its Host header; `secure`: it is known to be by TLS.

        Browsers send one Origin and cannot forge it (RFC 6455, section 10.2); programs need send none.
        """
        if not origins:
            return True
        try:
            (text,) = origins
            origin = origin_of(text)
        except ValueError:
            return False
        return origin in self._allowed or (self._by_host and _is_of_host(origin, host, secure))


def _is_of_host(origin: Origin, host: str | None, secure: bool) -> bool:
    """A proxy that ends TLS may not have said so: then a page of https is not held against it."""
    found = _HOST.fullmatch(host or "")
    if found is None or (secure and origin.scheme != "https"):
        return False
    port = int(found["port"] or _DEFAULT_PORTS[origin.scheme])
    return (found["host"].lower(), port) == (origin.host, origin.port)
