"""A webhook leads to the public internet or nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from server.webhooks.guard import Guard, NotAllowed, is_public

PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "2606:2800:220:1:248:1893:25c8:1946",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]
CLOSED = {
    "unspecified": ["0.0.0.0", "::"],
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1", "fc00::1"],
    "link-local": ["169.254.169.254", "169.254.0.1", "fe80::1", "febf::1"],
    "carriers' NAT": ["100.64.0.1", "100.127.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1"],
    "broadcast and reserved": ["255.255.255.255", "240.0.0.1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "benchmarks": ["198.18.0.1", "198.19.255.255"],
    "protocols": ["192.0.0.1", "192.88.99.1", "2001::1", "2001:2::1"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"],
    "IPv4-compatible": ["::127.0.0.1", "::7f00:1"],
    "NAT64": ["64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"],
    "6to4": ["2002:7f00:1::", "2002:a00:1::", "2002:a9fe:a9fe::1"],
    "Teredo": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "site-local": ["fec0::1"],
    "discard": ["100::1"],
}


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_open(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", [text for some in CLOSED.values() for text in some])
def test_an_address_that_leads_inside_or_nowhere_is_closed(text: str) -> None:
    assert not is_public(ip_address(text))


def guard(*answers: Sequence[str], **options: object) -> Guard:
    """One whose name server gives these answers, one after another."""
    script = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return script.pop(0)

    return Guard(resolve, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/x",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com:70/_",
        "https://",
        "https://:443/",
        "https://ann@example.com/",
        "https://ann:secret@example.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://exa mple.com/",
        "https://example.com/\r\nHost: inside",
        "https://example.com\\@inside/",
        "https://example.com/#fragment",
        "https://bücher.example/",
        "https://[::1/",
        "https://127.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data/",
        f"https://example.com/{'x' * 2_000}",
        "http://example.com/",
    ],
)
def test_a_url_that_must_not_be_is_refused_by_its_text(url: str) -> None:
    with pytest.raises(NotAllowed):
        guard().target(url)


def test_without_tls_only_where_the_operator_allows_it() -> None:
    assert guard(allow_http=True).target("http://example.com/").port == 80
    target = guard().target("https://Example.com:8443/x?y=1")
    assert (target.host, target.port) == ("example.com", 8443)


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1", "inside.example"])
async def test_a_name_is_judged_by_its_addresses_however_it_is_written(host: str) -> None:
    inside = guard(["127.0.0.1"])
    with pytest.raises(NotAllowed):
        await inside.addresses(inside.target(f"https://{host}/"))


async def test_one_closed_address_among_open_ones_closes_the_host() -> None:
    mixed = guard(["8.8.8.8", "10.0.0.1"])
    with pytest.raises(NotAllowed):
        await mixed.addresses(mixed.target("https://mixed.example/"))


async def test_what_the_operator_opens_is_open_and_nothing_else() -> None:
    some = guard(["10.1.2.3"], ["10.2.0.1"], allowed_networks=(ip_network("10.1.0.0/16"),))
    target = some.target("https://inside.example/")
    assert await some.addresses(target) == ["10.1.2.3"]
    with pytest.raises(NotAllowed):
        await some.addresses(target)
