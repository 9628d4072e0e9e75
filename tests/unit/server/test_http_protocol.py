"""The server's HTTP protocol over a wire in memory: what a peer may leave open, and for how long."""

import asyncio
import json
import socket
from collections.abc import Iterable
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from server.http_protocol import HttpProtocol
from server.limits import Limits
from server.rates.addresses import Proxies
from server.rates.door import Door
from tests.unit.virtual_time import idle, in_virtual_time

LIMITS = Limits()
GET = b"GET / HTTP/1.1\r\nHost: x\r\n"


class Wire(asyncio.Transport):
    """Keeps what is written. What the peer does not read is told to the protocol as a socket's buffer would."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.host = host
        self.protocol: Any = None
        self.written = bytearray()
        self.closing = False
        self.aborted = False
        self.options: dict[int, int] = {}
        self.family = socket.AF_INET

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self if name == "socket" else default

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", 8000)

    def getpeername(self) -> tuple[str, int]:
        return (self.host, 50_000)

    def setsockopt(self, level: int, option: int, value: int) -> None:
        self.options[option] = value

    def write(self, data: Any) -> None:
        assert not self.closing, "written to after its end"
        self.written += data

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def abort(self) -> None:
        self.aborted = True
        self.close()

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Peer:
    """One connection. `app` answers, or reads the whole body first."""

    def __init__(
        self,
        door: Door | None = None,
        host: str = "203.0.113.7",
        answer_after_s: float = 0.0,
        reads: bool = True,
        state: ServerState | None = None,
    ) -> None:
        self.answer_after_s = answer_after_s
        self.reads = reads
        self.requests = 0
        self.door = door or Door(LIMITS)
        config = Config(self._app, interface="asgi3", log_config=None, timeout_keep_alive=75)
        self.wire = Wire(host)
        self.protocol = HttpProtocol(
            config, state or ServerState(), {"door": self.door}, asyncio.get_running_loop()
        )
        self.wire.protocol = self.protocol
        self.protocol.connection_made(self.wire)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        self.requests += 1
        while self.reads and (await receive()).get("more_body"):
            pass
        await asyncio.sleep(self.answer_after_s)
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    async def say(self, *parts: bytes, every_s: float = 0.0) -> None:
        for part in parts:
            if self.wire.closing:
                return
            self.protocol.data_received(part)
            await (asyncio.sleep(every_s) if every_s else idle())

    async def drip(self, parts: Iterable[bytes], every_s: float) -> float:
        """Say something now and then until it is over; how long that took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for part in parts:
            if self.wire.closing:
                break
            self.protocol.data_received(part)
            await asyncio.sleep(every_s)
        return loop.time() - began

    @property
    def problem(self) -> dict[str, Any]:
        head, _, body = bytes(self.wire.written).partition(b"\r\n\r\n")
        assert b"application/problem+json" in head
        assert b"connection: close" in head
        found: dict[str, Any] = json.loads(body)
        assert head.startswith(b"HTTP/1.1 %d " % found["status"])
        return found


def endless(part: bytes) -> Iterable[bytes]:
    while True:
        yield part


@in_virtual_time
async def test_a_head_that_comes_byte_by_byte_is_ended_in_time() -> None:
    peer = Peer()
    await peer.say(b"GET / HTTP/1.1\r\n")

    lasted_s = await peer.drip(endless(b"X-A: b\r\n"), every_s=1.0)

    assert lasted_s <= LIMITS.head_timeout_s + 1
    assert peer.problem["status"] == 408
    assert peer.door.dropped["slow-head"] == 1
    assert peer.requests == 0


@in_virtual_time
async def test_a_peer_that_says_nothing_at_all_is_dropped_without_a_word() -> None:
    peer = Peer()
    await asyncio.sleep(LIMITS.head_timeout_s + 0.1)
    assert peer.wire.aborted
    assert not peer.wire.written


@pytest.mark.parametrize("dripping", [b"G", b"\r\n"], ids=["the next request", "empty lines"])
@in_virtual_time
async def test_a_connection_kept_alive_is_held_open_by_no_trickle(dripping: bytes) -> None:
    peer = Peer()
    await peer.say(GET + b"\r\n")
    assert peer.wire.written.endswith(b"ok")
    await asyncio.sleep(60)  # idle is no offence
    assert not peer.wire.closing

    parts = [dripping] if dripping == b"G" else endless(dripping)
    await peer.drip(parts, every_s=1.0)
    await asyncio.sleep(LIMITS.head_timeout_s + 0.1)

    assert peer.wire.closing


@in_virtual_time
async def test_a_slow_body_has_some_time_and_more_the_more_of_it_comes() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
    slow = Peer()
    await slow.say(head)
    lasted_s = await slow.drip(endless(b"x"), every_s=1.0)

    honest = Peer()
    await honest.say(head)
    by_the_rate = b"x" * LIMITS.min_body_bytes_per_s
    await honest.drip([by_the_rate] * 120, every_s=1.0)

    assert lasted_s <= LIMITS.body_timeout_s + 2
    assert slow.wire.aborted
    assert slow.door.dropped["slow-body"] == 1
    assert not honest.wire.closing
    honest.wire.close()
    await idle()


@in_virtual_time
async def test_a_body_that_nobody_reads_need_not_come() -> None:
    """While the server holds the sender back, the sender is not slow."""
    peer = Peer(answer_after_s=300, reads=False)
    await peer.say(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 100_000
    )
    await asyncio.sleep(200)
    assert not peer.wire.closing
    peer.wire.close()
    await asyncio.sleep(101)


@in_virtual_time
async def test_a_slow_body_is_not_swallowed_for_ever_once_it_was_refused() -> None:
    peer = Peer(reads=False)
    await peer.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
    assert peer.wire.written.endswith(b"ok")

    assert await peer.drip(endless(b"x"), every_s=1.0) <= LIMITS.body_timeout_s + 2

    assert peer.wire.aborted


@in_virtual_time
async def test_an_answer_may_take_its_time_as_a_long_poll_does() -> None:
    peer = Peer(answer_after_s=600)
    await peer.say(GET + b"\r\n")
    await asyncio.sleep(601)
    assert peer.wire.written.endswith(b"ok")
    peer.wire.close()


@in_virtual_time
async def test_a_peer_that_does_not_read_its_answer_is_dropped() -> None:
    unread, slow = Peer(answer_after_s=900), Peer(answer_after_s=900)
    for peer in (unread, slow):
        await peer.say(GET + b"\r\n")
        peer.protocol.pause_writing()
    for _ in range(5):
        await asyncio.sleep(LIMITS.unread_answer_timeout_s - 1)
        slow.protocol.resume_writing()
        slow.protocol.pause_writing()
    assert unread.wire.aborted
    assert unread.door.dropped["unread-answer"] == 1
    assert not slow.wire.closing
    slow.wire.close()
    await asyncio.sleep(900)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (GET + b"X: " + b"y" * LIMITS.max_head_bytes + b"\r\n\r\n", 431),
        (GET + b"X: " + b"y" * LIMITS.max_head_bytes, 431),  # and no end
        (GET + b"X: y\r\n" * LIMITS.max_header_fields + b"\r\n", 431),
        (b"GET /" + b"y" * LIMITS.max_target_bytes + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),  # TLS
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (
            b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
        ),
    ],
    ids=["field", "endless field", "fields", "address", "no HTTP", "two lengths", "smuggled"],
)
@in_virtual_time
async def test_a_head_beyond_the_bounds_is_answered_and_never_reaches_the_app(
    request_: bytes, status: int
) -> None:
    peer = Peer()
    pieces = [request_[at : at + 4096] for at in range(0, len(request_), 4096)]
    await peer.say(*pieces)
    assert peer.problem["status"] == status
    assert peer.requests == 0
    assert peer.wire.closing


@in_virtual_time
async def test_a_handshake_whose_head_was_refused_goes_no_further() -> None:
    peer = Peer()
    large = b"X: " + b"y" * LIMITS.max_head_bytes + b"\r\n\r\n"
    await peer.say(GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n" + large)
    assert peer.problem["status"] == 431
    assert peer.requests == 0


@in_virtual_time
async def test_a_large_head_within_the_bounds_is_served_however_it_is_cut() -> None:
    peer = Peer()
    request = GET + b"X: " + b"y" * (LIMITS.max_head_bytes - 100) + b"\r\n\r\n"
    for size in (1_000, len(request)):
        await peer.say(*[request[at : at + size] for at in range(0, len(request), size)])
    assert peer.requests == 2
    peer.wire.close()


@in_virtual_time
async def test_a_body_is_no_head_however_the_two_are_cut() -> None:
    peer = Peer()
    body = b"z" * (3 * LIMITS.max_head_bytes)
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    for size in (10_000, len(request)):
        await peer.say(*[request[at : at + size] for at in range(0, len(request), size)])
    await peer.say(request + request)
    assert peer.requests == 4
    assert not peer.wire.closing
    peer.wire.close()


@in_virtual_time
async def test_one_address_has_so_many_connections_and_others_have_theirs() -> None:
    door = Door(Limits(max_connections_per_address=3))
    one = [Peer(door) for _ in range(4)]
    other = Peer(door, host="203.0.113.8")

    assert [peer.wire.closing for peer in one] == [False, False, False, True]
    assert one[3].problem["status"] == 503
    assert b"retry-after: 5" in one[3].wire.written
    assert not other.wire.closing

    one[0].wire.close()
    await idle()
    again = Peer(door)
    assert not again.wire.closing
    for peer in (*one[1:], other, again):
        peer.wire.close()


@in_virtual_time
async def test_what_comes_through_a_trusted_proxy_is_many_peoples() -> None:
    door = Door(Limits(max_connections_per_address=1), Proxies("10.0.0.0/8"))
    peers = [Peer(door, host="10.1.2.3") for _ in range(5)]
    assert not any(peer.wire.closing for peer in peers)
    for peer in peers:
        peer.wire.close()


@in_virtual_time
async def test_the_process_holds_a_bounded_number_of_connections() -> None:
    door, state = Door(Limits(max_connections=2)), ServerState()
    peers = [Peer(door, host=f"203.0.113.{number}", state=state) for number in range(3)]
    assert [peer.wire.closing for peer in peers] == [False, False, True]
    assert door.dropped["too-many"] == 1
    for peer in peers:
        peer.wire.close()


@in_virtual_time
async def test_the_kernel_looks_after_peers_that_have_gone_without_a_word() -> None:
    peer = Peer()
    assert peer.wire.options[socket.SO_KEEPALIVE] == 1
    assert peer.wire.options[socket.TCP_USER_TIMEOUT] == 60_000
    peer.wire.close()
