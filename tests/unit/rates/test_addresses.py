"""What counts as one address, and whose word is taken for it."""

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.rates.addresses import Proxies, counted_address


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, ""),
        ("", ""),
        ("x" * 1000, "x" * 64),
    ],
)
def test_an_ipv4_address_counts_by_itself_and_an_ipv6_address_with_its_64(
    host: str | None, counted: str
) -> None:
    assert counted_address(host) == counted


def test_proxies_are_addresses_and_networks() -> None:
    proxies = Proxies("127.0.0.1, ::1, 10.0.0.0/8")
    assert all(host in proxies for host in ("127.0.0.1", "::1", "10.20.30.40"))
    assert not any(host in proxies for host in ("11.0.0.1", "::2", None, "", "unix"))
    assert "203.0.113.7" in Proxies("*")
    assert None not in Proxies("")
    with pytest.raises(ValueError, match="proxy"):
        Proxies("proxy.internal")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.5", "203.0.113.7", "203.0.113.7"),
        # What stands left of the last address that is no proxy, the client wrote itself.
        ("10.0.0.5", "127.0.0.1, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        ("198.51.100.3", "203.0.113.7", "198.51.100.3"),  # nobody's proxy
    ],
)
async def test_x_forwarded_for_is_believed_of_proxies_alone(
    peer: str, forwarded: str, client: str
) -> None:
    seen = {}

    async def app(scope, receive, send) -> None:
        seen["client"] = scope["client"][0]

    middleware = ProxyHeadersMiddleware(app, trusted_hosts="10.0.0.0/8")
    scope = {
        "type": "http",
        "client": (peer, 1),
        "headers": [(b"x-forwarded-for", forwarded.encode())],
    }
    await middleware(scope, None, None)  # type: ignore[arg-type]
    assert seen["client"] == client
