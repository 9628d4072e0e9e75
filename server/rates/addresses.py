"""What counts as one address."""

from __future__ import annotations

import functools
import ipaddress

from starlette.requests import HTTPConnection

_V6_PREFIX = 64  # whoever has one IPv6 address has a whole /64 (RFC 6177)
_MAX_CHARS = 64


@functools.lru_cache(maxsize=4096)
def counted_address(host: str | None) -> str:
    """The address under which a peer is counted: an IPv4 address, or the /64 of an IPv6 address.

    "" when the server is not told who it is, as on a Unix socket: such peers are not counted by address.
    """
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return (host or "")[:_MAX_CHARS]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), _V6_PREFIX), strict=False))
    return str(address)


def address_of(connection: HTTPConnection) -> str:
    """That of whoever asks, as a trusted proxy says, or else as the connection does."""
    return counted_address(connection.client.host if connection.client else None)


class Proxies:
    """Whose word is taken for the address of the one behind them: FORWARDED_ALLOW_IPS, as uvicorn reads it."""

    def __init__(self, text: str) -> None:
        """Addresses and networks, separated by commas; "*" for anyone. Raises `ValueError` for anything else."""
        parts = [part.strip() for part in text.split(",") if part.strip()]
        self._anyone = parts == ["*"]
        self._networks = [] if self._anyone else [ipaddress.ip_network(part) for part in parts]

    def __contains__(self, host: str | None) -> bool:
        if self._anyone:
            return True
        try:
            address = ipaddress.ip_address(host or "")
        except ValueError:
            return False
        return any(address in network for network in self._networks)
