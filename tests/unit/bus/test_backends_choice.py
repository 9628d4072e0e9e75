"""Which server the bus uses, and how messages and names are fitted to Postgres."""

import pytest

from realtime.bus import WAKE, BusState, bus_for
from realtime.bus.postgres import (
    MAX_CHANNEL_BYTES,
    MAX_PAYLOAD_BYTES,
    listen_name,
    payload_text,
    without_repeats,
)

REDIS = "redis://127.0.0.1:1/0"
POSTGRES = "postgresql://u:p@127.0.0.1:1/db"


@pytest.mark.parametrize(
    ("redis_url", "postgres_url", "name"),
    [
        (REDIS, POSTGRES, "redis"),
        (REDIS, None, "redis"),
        (None, POSTGRES, "postgres"),
        (None, None, "memory"),
        ("rediss://user:secret@127.0.0.1:1/3?ssl_cert_reqs=none&max_connections=9", None, "redis"),
    ],
)
async def test_redis_before_postgres_before_this_process(
    redis_url: str | None, postgres_url: str | None, name: str
) -> None:
    assert bus_for(redis_url, postgres_url).name == name


@pytest.mark.parametrize(
    ("redis_url", "postgres_url"), [("http://x", None), (None, "sqlite:///x.db")]
)
async def test_a_url_of_another_kind_is_refused_at_once(
    redis_url: str | None, postgres_url: str | None
) -> None:
    with pytest.raises(ValueError, match="URL"):
        bus_for(redis_url, postgres_url)


async def test_a_bus_over_a_server_is_degraded_until_it_is_open() -> None:
    assert bus_for(REDIS, None).state is BusState.DEGRADED


def test_a_channel_keeps_its_name_while_postgres_can_hold_it() -> None:
    assert listen_name("clientflow:w1") == "clientflow:w1"
    longest = "é" * (MAX_CHANNEL_BYTES // 2)
    assert listen_name(longest) == longest


def test_longer_channels_get_a_short_name_of_their_own() -> None:
    names = {listen_name("clientflow:" + "x" * 60 + last) for last in "abc"}
    assert len(names) == 3
    assert all(len(name.encode()) <= MAX_CHANNEL_BYTES for name in names)


@pytest.mark.parametrize(
    "message", [b"x" * (MAX_PAYLOAD_BYTES + 1), "é".encode() * 4000, b"\xff\xfe", b"nul\0"]
)
def test_what_postgres_cannot_carry_is_sent_as_wake(message: bytes) -> None:
    assert payload_text(message) == WAKE.decode()


@pytest.mark.parametrize("message", [b"x" * MAX_PAYLOAD_BYTES, '{"name":"Zoë"}'.encode(), b""])
def test_what_it_can_carry_is_sent_as_it_is(message: bytes) -> None:
    assert payload_text(message).encode() == message


def test_equal_notifications_never_share_a_transaction() -> None:
    batch = [("a", b"1"), ("b", b"1"), ("a", b"1"), ("a", b"1"), ("a", b"2")]
    assert list(without_repeats(batch)) == [
        [("a", "1"), ("b", "1")],
        [("a", "1")],
        [("a", "1"), ("a", "2")],
    ]


def test_equal_wakes_are_one() -> None:
    big = b"x" * 9000
    assert list(without_repeats([("a", big), ("a", big), ("a", b"1")])) == [
        [("a", "?"), ("a", "1")]
    ]
