"""Bytes below the websocket layer that no client should send: the close code says what was wrong with them."""

from __future__ import annotations

import os
import urllib.request

import pytest
from hypothesis import strategies as st

from tests.fuzz.conftest import Target
from tests.fuzz.exploring import TIMEOUT_S, Tally, explore
from tests.fuzz.wire import BINARY, CLOSE, CONTINUED, PING, PONG, TEXT, Wire, frame
from tests.services import eventually

pytestmark = pytest.mark.timeout(TIMEOUT_S)

HELLO_TOO_LATE = b'{"type":"hello","token":""}'
KIB = 1024


def lengths(first: int, second: int, extended: bytes = b"") -> bytes:
    """The head of a frame, whose payload never comes."""
    return bytes([first, second]) + extended + b"\0\0\0\0"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(TEXT, b"{}", rsv=4), 1002),
        (frame(TEXT, b"{}", rsv=1), 1002),
        (frame(PING, b"", rsv=2), 1002),
        (frame(TEXT, b"{}", masked=False), 1002),
        (frame(3, b""), 1002),
        (frame(11, b""), 1002),
        (frame(CONTINUED, b"{}"), 1002),
        (frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), 1002),
        (frame(TEXT, b"{", fin=False) + frame(BINARY, b"}"), 1002),
        (frame(PING, b"x" * 126), 1002),
        (frame(PING, b"", fin=False), 1002),
        (frame(CLOSE, b"", fin=False), 1002),
        (frame(CLOSE, b"\x03"), 1002),
        (frame(CLOSE, (999).to_bytes(2)), 1002),
        (frame(CLOSE, (1005).to_bytes(2)), 1002),
        (frame(CLOSE, (1006).to_bytes(2)), 1002),
        (frame(CLOSE, (5000).to_bytes(2)), 1002),
        (frame(CLOSE, (1000).to_bytes(2) + b"\xff"), {1002, 1007}),
        (frame(CLOSE, (1000).to_bytes(2)), 1000),
        (frame(CLOSE, (4999).to_bytes(2)), 4999),
        (frame(CLOSE, b""), 1005),
        (frame(TEXT, b"\xff"), 1007),
        (frame(TEXT, b"\xed\xa0\x80"), 1007),
        (frame(TEXT, b"\xc3", fin=False) + frame(CONTINUED, b"\x28"), 1007),
        (frame(BINARY, b"{}"), 4400),
        (frame(TEXT, b""), 4400),
        (frame(TEXT, b"{" * 30_000), 4400),
        (frame(TEXT, b'{"type":' * 8_000), 4400),
        (frame(TEXT, b"x" * (64 * KIB + 1)), 1009),
        (frame(TEXT, b"x" * 40 * KIB, fin=False) + frame(CONTINUED, b"x" * 40 * KIB), 1009),
        (lengths(0x81, 0xFE, b"\xff\xff") + b"x" * 65_535 + frame(TEXT, b""), 4400),
        (lengths(0x81, 0xFF, (64 * KIB + 1).to_bytes(8)), 1009),
        (lengths(0x81, 0xFF, (2**40).to_bytes(8)), 1009),
        (lengths(0x81, 0xFF, (2**63 - 1).to_bytes(8)), 1009),
        (lengths(0x81, 0xFF, (2**64 - 1).to_bytes(8)), {1002, 1009}),
        (lengths(0x89, 0xFF, (2**40).to_bytes(8)), {1002, 1009}),
        (b"GET / HTTP/1.1\r\nHost: board\r\n\r\n", 1002),
        (b"\0" * 100, 1002),
        (b"\xff" * 100, 1002),
    ],
    ids=range(39),
)
def test_each_breach_of_the_protocol_has_its_close_code(
    target: Target, data: bytes, code: int | set[int]
) -> None:
    with Wire.opened(target.process.port, target.workspace_id) as wire:
        wire.send(data)
        heard = wire.until(lambda heard: heard.closed)

    assert heard.close_code in (code if isinstance(code, set) else {code}), heard
    assert not target.complaints()


def pieces() -> st.SearchStrategy[bytes]:
    """Frames of every kind, whole and broken, and noise."""
    payloads = st.binary(max_size=200) | st.sampled_from(
        [b"{}", b"\xff", HELLO_TOO_LATE, b"x" * 70_000]
    )
    frames = st.builds(
        frame,
        st.integers(0, 15),
        payloads,
        fin=st.booleans(),
        rsv=st.sampled_from([0] * 9 + [1, 2, 4, 7]),
        masked=st.sampled_from([True] * 9 + [False]),
    )
    good = st.sampled_from(
        [
            frame(TEXT, b'{"type":"ping"}'),
            frame(PING, b"1"),
            frame(PONG, b"2"),
            frame(CLOSE, b"\x03\xe8"),
        ]
    )
    cut = st.builds(lambda whole, at: whole[: at % (len(whole) + 1)], frames, st.integers(0, 300))
    return st.one_of(good, frames, cut, st.binary(max_size=60))


@st.composite
def streams(draw: st.DrawFn) -> tuple[bool, list[bytes]]:
    """Whether hello comes first, and what is sent at a time."""
    stream = b"".join(draw(st.lists(pieces(), min_size=1, max_size=8)))
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=3)))
    parts = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    return draw(st.booleans()), parts


def test_noise_ends_a_socket_and_nothing_else(target: Target, tally: Tally) -> None:
    head = target.board()["seq"]

    def check(example: tuple[bool, list[bytes]]) -> None:
        greeted, parts = example
        with Wire.opened(target.process.port, target.workspace_id) as wire:
            if greeted:
                wire.say({"type": "hello", "token": target.token})
                wire.until(lambda heard: bool(heard.of("welcome")))
            for part in parts:
                wire.send(part)
                tally.counts["bytes"] += len(part)
            wire.hang_up()
            heard = wire.until(lambda heard: heard.ended)
        assert heard.close_code != 1011, heard.close_reason
        assert not heard.of("change") + heard.of("ack")
        tally.counts[f"ended with {heard.close_code or 'the stream'}"] += 1

    explore(streams(), check, tally, seconds=tally.seconds / 2)

    assert target.board()["seq"] == head
    assert not target.complaints()


def handshakes() -> st.SearchStrategy[dict[str, str]]:
    """Headers over those of a good handshake."""
    visible = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(
        str.strip
    )
    names = [
        *("Host", "Connection", "Upgrade", "Sec-WebSocket-Version", "Sec-WebSocket-Key"),
        *(
            "Sec-WebSocket-Protocol",
            "Sec-WebSocket-Extensions",
            "Origin",
            "Authorization",
            "Cookie",
        ),
        *("X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID", "traceparent"),
    ]
    values = visible | st.sampled_from(
        [
            "null",
            "websocket",
            "13",
            "clientflow.v1, x",
            "permessage-deflate",
            "Bearer x",
            "x" * 9_000,
        ]
    )
    return st.dictionaries(st.sampled_from(names), values, min_size=1, max_size=4)


def test_a_handshake_that_is_none_is_answered(target: Target, tally: Tally) -> None:
    def check(headers: dict[str, str]) -> None:
        with Wire.connected(target.process.port) as wire:
            answer = wire.shake_hands(target.workspace_id, headers)
            wire.hang_up()
        status = answer.split(b" ", 2)[1:2]
        assert not status or status[0][:1] in (b"1", b"2", b"4"), answer
        tally.counts[f"answered {status[0].decode() if status else 'nothing'}"] += 1

    explore(handshakes(), check, tally, seconds=tally.seconds / 4)

    assert not target.complaints()


async def test_nothing_is_left_of_them(target: Target) -> None:
    """Run last: each socket has gone from the server's figures."""

    def sockets() -> float:
        with urllib.request.urlopen(f"{target.process.base_url}/metrics", timeout=10) as response:
            lines = response.read().decode().splitlines()
        (line,) = [line for line in lines if line.startswith("clientflow_sockets ")]
        return float(line.split()[1])

    await eventually(lambda: sockets() == 0, message="sockets stay behind")
    assert len(os.listdir(f"/proc/{target.process.pid}/fd")) < 100
    assert not target.complaints()
