"""Which page may open a channel: by Origin, Host, PUBLIC_URL and ALLOWED_ORIGINS."""

import pytest

from server.origins import OriginRule, origin_of


def admits(
    origin: str | list[str] | None,
    host: str | None = "crm.example.com",
    *,
    allowed: tuple[str, ...] = (),
    public_url: str | None = None,
    secure: bool = False,
) -> bool:
    origins = [origin] if isinstance(origin, str) else origin or []
    return OriginRule(allowed, public_url).admits(origins, host, secure=secure)


def test_a_program_sends_no_origin_and_is_let_in() -> None:
    assert admits(None)
    assert admits(None, public_url="https://crm.example.com")


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8000", "localhost:8000"),
        ("https://crm.example.com", "crm.example.com"),
        ("https://crm.example.com", "crm.example.com:443"),
        ("https://crm.example.com:443", "crm.example.com"),
        ("http://crm.example.com", "crm.example.com:80"),
        ("https://CRM.example.com", "crm.Example.com"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_a_page_of_the_host_that_the_request_names_is_let_in(origin: str, host: str) -> None:
    assert admits(origin, host)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        "https://crm.example.com.evil.example",
        "https://evilcrm.example.com",
        "https://crm.example.com:8443",
        "https://crm.example.com@evil.example",
        "https://user@crm.example.com",
        "https://crm.example.com/",
        "https://crm.example.com?",
        "https://crm.example.com#x",
        "https://crm.example.com\\evil.example",
        "ftp://crm.example.com",
        "file://",
        "//crm.example.com",
        "crm.example.com",
        "https://crm.example.com:99999",
        "https://crm.example.com https://evil.example",
        "https://crm.example.com\n",
    ],
)
@pytest.mark.parametrize("public_url", [None, "https://crm.example.com"])
def test_any_other_page_is_refused(origin: str, public_url: str | None) -> None:
    assert not admits(origin, public_url=public_url)


def test_two_origins_are_none() -> None:
    assert not admits(["https://crm.example.com", "https://crm.example.com"])


@pytest.mark.parametrize("host", [None, "", "crm.example.com evil.example", "a/b", "[::1"])
def test_a_host_that_is_none_is_nobodys(host: str | None) -> None:
    assert not admits("https://crm.example.com", host)


def test_over_tls_a_page_that_came_without_it_is_refused() -> None:
    assert not admits("http://crm.example.com", secure=True)
    assert admits("https://crm.example.com", secure=True)


def test_behind_a_proxy_that_does_not_tell_of_tls_the_page_is_let_in() -> None:
    assert admits("https://crm.example.com", secure=False)


def test_allowed_sites_are_let_in_besides() -> None:
    allowed = ("https://app.example.com",)
    assert admits("https://app.example.com", allowed=allowed)
    assert admits("https://APP.example.com:443", allowed=allowed)
    assert admits("https://crm.example.com", allowed=allowed)
    assert not admits("http://app.example.com", allowed=allowed)


def test_with_a_public_url_the_host_header_counts_for_nothing() -> None:
    public_url = "https://crm.example.com"
    assert admits("https://crm.example.com", "10.0.0.7:8000", public_url=public_url)
    assert not admits("http://rebound.example", "rebound.example", public_url=public_url)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("HTTPS://Crm.Example.com:443", "https://crm.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_an_origin_is_shown_as_browsers_write_it(text: str, shown: str) -> None:
    assert str(origin_of(text)) == shown


@pytest.mark.parametrize("text", ["*", "null", "https://*.example.com", "https://a.example/x"])
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        origin_of(text)
