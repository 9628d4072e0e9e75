"""A socket as a channel uses it: never blocks the one who sends, and ends a reader that is too slow."""

import asyncio
from typing import Any, cast

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect

from realtime.frames import Frame
from realtime.problems import CloseCode
from server.limits import Limits
from server.outlets import QueueOutlet, TransportOutlet
from server.websocket_protocol import FrameSocket
from tests.unit.virtual_time import idle, in_virtual_time

LIMITS = Limits(max_socket_buffer_bytes=100, socket_drain_timeout_s=10.0, socket_close_grace_s=5.0)


def frame(size: int = 10, letter: str = "x") -> Frame:
    return Frame((letter * size).encode())


def now() -> float:
    return asyncio.get_running_loop().time()


class Transport:
    """The server's own socket, with a peer that reads when told."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.buffered = 0
        self.ended: list[tuple[int, str, float]] = []

    def write(self, wire: bytes) -> None:
        self.written.append(wire)
        self.buffered += len(wire)

    def buffered_bytes(self) -> int:
        return self.buffered

    def close(self, code: int, reason: str, grace_s: float) -> None:
        self.ended.append((code, reason, grace_s))


def direct(transport: Transport) -> TransportOutlet:
    return TransportOutlet(cast(FrameSocket, transport), LIMITS)


def test_a_frame_goes_to_the_transport_ready_as_it_is() -> None:
    transport = Transport()
    outlet = direct(transport)
    one = frame()
    outlet.send(one)
    assert transport.written[0] is one.wire


def test_a_reader_that_leaves_more_than_the_limit_unread_is_closed_with_4008() -> None:
    transport = Transport()
    outlet = direct(transport)
    outlet.send(frame(98))  # and two bytes of header
    assert transport.buffered == 100
    assert transport.ended == []
    outlet.send(frame(1))
    ((code, reason, grace_s),) = transport.ended
    assert code == CloseCode.TOO_SLOW == 4008
    assert "slow" in reason
    assert grace_s == 5.0


def test_after_the_close_nothing_more_is_written_nor_closed_again() -> None:
    transport = Transport()
    outlet = direct(transport)
    outlet.close(CloseCode.UNAUTHORIZED, "the token has run out")
    outlet.send(frame())
    outlet.close(CloseCode.RESTARTING, "restarting")
    assert transport.written == []
    assert transport.ended == [(4401, "the token has run out", 5.0)]


@pytest.mark.parametrize("reason", ["x" * 200, "é" * 100, "語" * 50, "x" + "🙂" * 40, "short", ""])
def test_a_reason_is_cut_to_what_a_close_frame_holds_but_not_within_a_letter(reason: str) -> None:
    transport = Transport()
    direct(transport).close(CloseCode.MALFORMED, reason)
    ((_, said, _),) = transport.ended
    assert len(said.encode()) <= 123
    assert reason.startswith(said)
    assert len(said.encode()) > 119 or said == reason


@in_virtual_time
async def test_a_reader_with_little_unread_is_not_waited_for() -> None:
    transport = Transport()
    outlet = direct(transport)
    transport.buffered = 50
    start = now()
    assert await outlet.drained()
    assert now() == start


@in_virtual_time
async def test_a_reader_is_waited_for_until_half_the_buffer_is_read() -> None:
    transport = Transport()
    outlet = direct(transport)
    transport.buffered = 51
    waiting = asyncio.create_task(outlet.drained())
    await asyncio.sleep(3.0)
    assert not waiting.done()
    transport.buffered = 50
    assert await waiting
    assert now() < 4.0
    assert transport.ended == []


@in_virtual_time
async def test_a_reader_that_does_not_drain_in_time_is_closed_with_4008() -> None:
    transport = Transport()
    outlet = direct(transport)
    transport.buffered = 100
    assert not await outlet.drained()
    assert 10.0 <= now() < 11.0
    assert [code for code, _, _ in transport.ended] == [CloseCode.TOO_SLOW]


@in_virtual_time
async def test_a_socket_that_ends_meanwhile_is_waited_for_no_longer() -> None:
    transport = Transport()
    outlet = direct(transport)
    transport.buffered = 100
    waiting = asyncio.create_task(outlet.drained())
    await asyncio.sleep(1.0)
    outlet.close(CloseCode.RESTARTING, "restarting")
    assert not await waiting
    assert now() < 2.0


class Peer:
    """The other end of an ASGI server's websocket; reads, stalls, or is gone."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.closed: list[tuple[int, str]] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.gone: Exception | None = None
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def say(self, message: dict[str, Any]) -> None:
        self._messages.put_nowait(message)

    async def receive(self) -> dict[str, Any]:
        return await self._messages.get()

    async def send_text(self, text: str) -> None:
        await self._reading()
        self.texts.append(text)

    async def close(self, code: int, reason: str) -> None:
        await self._reading()
        self.closed.append((code, reason))

    async def _reading(self) -> None:
        await self.reads.wait()
        if self.gone is not None:
            raise self.gone


def queued(peer: Peer) -> QueueOutlet:
    return QueueOutlet(cast(WebSocket, peer), LIMITS)


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


@in_virtual_time
async def test_queued_frames_are_sent_in_order_as_text() -> None:
    peer = Peer()
    outlet = queued(peer)
    outlet.send(frame(3, "a"))
    running = asyncio.create_task(outlet.run())
    await idle()
    outlet.send(frame(3, "é"))
    outlet.send(frame(3, "c"))
    await idle()
    assert peer.texts == ["aaa", "ééé", "ccc"]
    await stopped(running)


@in_virtual_time
async def test_what_was_sent_before_the_close_still_goes_out_and_then_the_close() -> None:
    peer = Peer()
    outlet = queued(peer)
    running = asyncio.create_task(outlet.run())
    outlet.send(frame(3, "a"))
    outlet.close(CloseCode.MALFORMED, "not JSON")
    outlet.send(frame(3, "b"))
    outlet.close(CloseCode.RESTARTING, "restarting")
    await running
    assert peer.texts == ["aaa"]
    assert peer.closed == [(4400, "not JSON")]
    assert now() < 0.1


@in_virtual_time
async def test_the_close_of_a_socket_that_has_nothing_to_send_goes_out_at_once() -> None:
    peer = Peer()
    outlet = queued(peer)
    running = asyncio.create_task(outlet.run())
    await asyncio.sleep(60.0)
    start = now()
    outlet.close(CloseCode.RESTARTING, "restarting")
    await running
    assert peer.closed == [(1012, "restarting")]
    assert now() - start < 0.1


@in_virtual_time
async def test_a_close_before_the_first_turn_is_still_carried_out() -> None:
    peer = Peer()
    outlet = queued(peer)
    outlet.close(CloseCode.UNAUTHORIZED, "bad token")
    await outlet.run()
    assert peer.closed == [(4401, "bad token")]


@in_virtual_time
async def test_sending_to_a_peer_that_reads_nothing_never_waits_and_ends_it_with_4008() -> None:
    peer = Peer()
    peer.reads.clear()
    outlet = queued(peer)
    running = asyncio.create_task(outlet.run())
    outlet.send(frame(10))
    await idle()  # now the sending itself stalls
    for _ in range(1_000):
        outlet.send(frame(10))  # is no coroutine: it cannot wait
    assert not await outlet.drained()
    start = now()
    await running
    assert now() - start <= LIMITS.socket_close_grace_s + 0.01
    assert peer.texts == peer.closed == []


@in_virtual_time
async def test_a_peer_that_begins_to_read_within_the_grace_is_told_that_it_was_too_slow() -> None:
    peer = Peer()
    peer.reads.clear()
    outlet = queued(peer)
    running = asyncio.create_task(outlet.run())
    outlet.send(frame(10))
    await idle()
    for _ in range(10):
        outlet.send(frame(10))
    await asyncio.sleep(1.0)
    peer.reads.set()
    await running
    assert [code for code, _ in peer.closed] == [CloseCode.TOO_SLOW]
    assert len(peer.texts) <= 1  # what waited is dropped: it will be resumed


@in_virtual_time
async def test_a_peer_that_does_not_take_its_close_is_not_waited_for_longer_than_the_grace() -> (
    None
):
    peer = Peer()
    outlet = queued(peer)
    running = asyncio.create_task(outlet.run())
    await idle()
    peer.reads.clear()
    outlet.close(CloseCode.RESTARTING, "restarting")
    start = now()
    await running
    assert now() - start <= LIMITS.socket_close_grace_s + 0.01


@pytest.mark.parametrize("gone", [RuntimeError("closed"), WebSocketDisconnect(1006)], ids=repr)
@pytest.mark.parametrize("by_close", [False, True], ids=["sending", "closing"])
@in_virtual_time
async def test_a_peer_that_has_gone_ends_the_sending_without_a_fuss(
    gone: Exception, by_close: bool
) -> None:
    peer = Peer()
    peer.gone = gone
    outlet = queued(peer)
    if by_close:
        outlet.close(CloseCode.RESTARTING, "restarting")
    else:
        outlet.send(frame())
    await asyncio.wait_for(outlet.run(), 60.0)
    assert peer.closed == []
    outlet.send(frame())


@pytest.mark.parametrize("reads", [True, False])
@in_virtual_time
async def test_when_the_channel_ends_the_sending_ends_with_it_and_leaves_no_task(
    reads: bool,
) -> None:
    before = asyncio.all_tasks()
    peer = Peer()
    if not reads:
        peer.reads.clear()
    outlet = queued(peer)
    running = asyncio.create_task(outlet.run())
    outlet.send(frame())
    await idle()
    await stopped(running)
    assert asyncio.all_tasks() == before


@in_virtual_time
async def test_the_queue_counts_what_is_on_its_way_too_and_forgets_what_has_gone() -> None:
    peer = Peer()
    outlet = queued(peer)
    running = asyncio.create_task(outlet.run())
    for _ in range(50):
        outlet.send(frame(60))
        await idle()
    assert len(peer.texts) == 50
    peer.reads.clear()
    outlet.send(frame(60))
    await idle()
    outlet.send(frame(40))
    peer.reads.set()
    await idle()
    assert len(peer.texts) == 52
    peer.reads.clear()
    outlet.send(frame(60))
    await idle()
    outlet.send(frame(41))
    peer.reads.set()
    await running
    assert [code for code, _ in peer.closed] == [CloseCode.TOO_SLOW]


@in_virtual_time
async def test_a_queue_is_waited_for_until_half_of_it_is_sent() -> None:
    peer = Peer()
    peer.reads.clear()
    outlet = queued(peer)
    running = asyncio.create_task(outlet.run())
    for _ in range(5):
        outlet.send(frame(10))
    assert await outlet.drained()
    assert now() == 0.0
    peer.reads.set()
    await idle()
    for _ in range(2):  # a second time as well
        peer.reads.clear()
        for _ in range(6):
            outlet.send(frame(10))
        waiting = asyncio.create_task(outlet.drained())
        await asyncio.sleep(3.0)
        assert not waiting.done()
        peer.reads.set()
        assert await waiting
        await idle()
    assert await outlet.drained()
    await stopped(running)


@in_virtual_time
async def test_a_queue_that_is_closed_meanwhile_is_waited_for_no_longer() -> None:
    peer = Peer()
    peer.reads.clear()
    outlet = queued(peer)
    running = asyncio.create_task(outlet.run())
    for _ in range(6):
        outlet.send(frame(10))
    waiting = asyncio.create_task(outlet.drained())
    await asyncio.sleep(1.0)
    outlet.close(CloseCode.RESTARTING, "restarting")
    assert not await waiting
    assert now() < 2.0
    await running


@in_virtual_time
async def test_a_queue_that_does_not_drain_in_time_is_ended_with_4008() -> None:
    peer = Peer()
    peer.reads.clear()
    outlet = queued(peer)
    running = asyncio.create_task(outlet.run())
    for _ in range(6):
        outlet.send(frame(10))
    assert not await outlet.drained()
    assert now() == pytest.approx(10.0, abs=0.1)
    peer.reads.set()
    await running
    assert [code for code, _ in peer.closed] == [CloseCode.TOO_SLOW]


class Receiver:
    def __init__(self) -> None:
        self.heard: list[str | bytes] = []
        self.has_ended = False

    def received(self, message: str | bytes) -> None:
        self.heard.append(message)

    def ended(self) -> None:
        assert not self.has_ended
        self.has_ended = True


@in_virtual_time
async def test_a_queue_tells_what_comes_one_by_one_and_waits_while_reading_is_paused() -> None:
    peer, receiver = Peer(), Receiver()
    outlet = queued(peer)
    serving = asyncio.create_task(outlet.serve(receiver))
    peer.say({"type": "websocket.receive", "text": "one"})
    peer.say({"type": "websocket.receive", "bytes": b"two"})
    await idle()
    assert receiver.heard == ["one", b"two"]
    outlet.pause_reading()
    peer.say({"type": "websocket.receive", "text": "three"})
    peer.say({"type": "websocket.receive", "text": "four"})
    await idle()
    assert receiver.heard == ["one", b"two", "three"]  # the one that was being waited for
    outlet.resume_reading()
    peer.say({"type": "websocket.disconnect", "code": 1001})
    await serving
    assert receiver.heard == ["one", b"two", "three", "four"]
    assert receiver.has_ended


@in_virtual_time
async def test_a_queue_that_is_closed_ends_its_receiver_at_once_though_the_peer_reads_nothing() -> (
    None
):
    peer, receiver = Peer(), Receiver()
    peer.reads.clear()
    outlet = queued(peer)
    serving = asyncio.create_task(outlet.serve(receiver))
    outlet.send(frame(10))
    await idle()
    outlet.close(CloseCode.TOO_SLOW, "too slow")
    await idle()
    assert receiver.has_ended
    await serving
    assert now() <= LIMITS.socket_close_grace_s + 0.01
