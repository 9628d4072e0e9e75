"""Where a webhook may lead: to the public internet, and to no place that only this server can reach.

Anybody can sign up and name an address, so every delivery is a request that a stranger makes from inside the
operator's network. A host's addresses are looked up here and each is checked; the connection then goes to what was
checked, so that a name which changes its mind between the check and the connection gains nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

MAX_URL_CHARS = 2_000

# IANA's special-purpose address registries: all that is not a public host.
_CLOSED_V4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
]
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")  # all that is assigned to public hosts
_CLOSED_V6 = [
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
]
# IPv6 addresses that lead to an IPv4 one, and how many bits stand behind it.
_EMBEDDING = [
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4
]


class NotAllowed(Exception):
    """The address leads, or might lead, where a webhook must not go; the text says so to an admin."""


@dataclass(frozen=True)
class Target:
    """A URL in its parts. `host` as it stands in the Host header and in the certificate."""

    url: str
    scheme: str
    host: str
    port: int


@dataclass(frozen=True)
class Guard:
    """`allowed_networks`: what the operator opens though it is private; `allow_http`: without TLS as well."""

    resolve: Resolve
    allowed_networks: tuple[Network, ...] = ()
    allow_http: bool = False

    def target(self, url: str) -> Target:
        """The URL, if its text is all right. Raises `NotAllowed`."""
        if (
            len(url) > MAX_URL_CHARS
            or not url.isascii()
            or any(c <= " " or c == "\x7f" for c in url)
        ):
            raise NotAllowed(f"Must be a URL of at most {MAX_URL_CHARS} visible ASCII characters")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise NotAllowed("Must be a URL such as https://example.com/hooks") from None
        if parts.scheme not in ("http", "https") or not host or "\\" in url:
            raise NotAllowed("Must be a URL such as https://example.com/hooks")
        if parts.scheme == "http" and not self.allow_http:
            raise NotAllowed("Must begin with https://: payloads are not sent in the clear")
        if "@" in parts.netloc:
            raise NotAllowed("Must hold no user name or password: the signature says who sends")
        if port == 0 or parts.fragment:
            raise NotAllowed("Must have no fragment and a port above 0")
        if (literal := _address(host)) is not None:
            self._check(literal)
        return Target(url, parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme])

    async def addresses(self, target: Target) -> Sequence[str]:
        """The host's addresses, all of which are allowed. Raises `NotAllowed`; OSError when there are none."""
        found = await self.resolve(target.host, target.port)
        for text in found:
            address = _address(text)
            if address is None:
                raise NotAllowed("The host has an address that is none")
            self._check(address)
        return found

    def _check(self, address: Address) -> None:
        if not any(address in network for network in self.allowed_networks) and not is_public(
            address
        ):
            raise NotAllowed("The host is not on the public internet")


def is_public(address: Address) -> bool:
    """Whether it is an address of the public internet, whatever form it comes in."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    for network, bits_behind in _EMBEDDING:
        if address in network:
            embedded = int(address) >> bits_behind & 0xFFFF_FFFF
            return is_public(ipaddress.IPv4Address(embedded))
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


def _address(text: str) -> Address | None:
    """None for what is no literal address. A zone (fe80::1%eth0) is of no concern to the networks."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
