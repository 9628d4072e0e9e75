"""The load generator against a small server that frames its answers in every way that is allowed."""

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from bench.loading import Load, LoadFailed, Route
from bench.programs import build

Reply = Callable[[bytes], Iterator[bytes]]
EVENT = '{"data":"%T"}'


@pytest.fixture(scope="module", autouse=True)
def programs():
    build()


@asynccontextmanager
async def listening(serve: Callable[[StreamReader, StreamWriter], Awaitable[None]]):
    """A server on the port it gives. Its connections have ended when it has."""
    connections = []

    async def connected(reader: StreamReader, writer: StreamWriter) -> None:
        connections.append(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            await serve(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*connections)


class Peer:
    """Answers each text with the bytes that `reply` makes of it; keeps what it was sent."""

    def __init__(self, reply: Reply, greeting: bytes = b"") -> None:
        self.reply = reply
        self.greeting = greeting
        self.frames: list[Frame] = []
        self.port = 0

    @asynccontextmanager
    async def serving(self):
        async with listening(self._serve) as self.port:
            yield self

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        protocol = ServerProtocol()
        while data := await reader.read(65536):
            protocol.receive_data(data)
            for event in protocol.events_received():
                if isinstance(event, Request):
                    protocol.send_response(protocol.accept(event))
                else:
                    self.frames.append(event)
                    if event.opcode is Opcode.TEXT:
                        for chunk in self.reply(event.data):
                            writer.write(chunk)
                            await writer.drain()
                            await asyncio.sleep(0)
            if out := b"".join(protocol.data_to_send()):
                writer.write(out + self.greeting)

    async def measured(self, *routes: Route, **options: object):
        """What the load counts when it sends 5 events."""
        settings = {"rate": 50, "warmup": 0, "duration": 0.1} | options
        load = Load("fanout", routes or [Route(self.port, "/", publish=EVENT)], settings)
        result, _ = await asyncio.to_thread(load.measure, lambda: 0.0)
        return result


def framed(data: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=False)


async def test_frames_that_come_in_one_read_are_counted_each():
    kept: list[bytes] = []

    def gathered(text: bytes) -> Iterator[bytes]:
        kept.append(framed(text))
        if len(kept) == 5:
            yield b"".join(kept)

    async with Peer(gathered).serving() as peer:
        result = await peer.measured()

    assert (result["published"], result["delivered"], result["lost"]) == (5, 5, 0)
    assert result["latency_us"]["count"] == 5
    assert result["reads"] == 1


async def test_a_frame_that_comes_byte_by_byte_is_counted_once():
    def bytewise(text: bytes) -> Iterator[bytes]:
        return (bytes([byte]) for byte in framed(text))

    async with Peer(bytewise).serving() as peer:
        result = await peer.measured()

    assert (result["delivered"], result["lost"]) == (5, 0)


@pytest.mark.parametrize("size", [125, 126, 65_535, 65_536, 300_000])
async def test_every_length_of_a_frame_is_read(size):
    async with Peer(lambda text: iter([framed(text.ljust(size))])).serving() as peer:
        result = await peer.measured()

    assert (result["delivered"], result["lost"]) == (5, 0)
    assert result["frame_bytes"] == [size, size]


async def test_a_message_in_several_frames_is_counted_once():
    def fragmented(text: bytes) -> Iterator[bytes]:
        yield framed(text, fin=False)
        yield framed(b"more", Opcode.CONT, fin=False)
        yield framed(b"end", Opcode.CONT)

    async with Peer(fragmented).serving() as peer:
        result = await peer.measured()

    assert (result["delivered"], result["others"]) == (5, 0)


async def test_what_carries_no_marker_or_is_an_answer_is_no_delivery():
    def answered(text: bytes) -> Iterator[bytes]:
        yield framed(b'{"type":"presence"}') + framed(b'{"type":"ack","result":' + text + b"}")
        yield framed(text)

    async with Peer(answered).serving() as peer:
        result = await peer.measured()

    assert (result["delivered"], result["others"]) == (5, 10)


async def test_an_event_that_does_not_come_is_lost():
    async with Peer(lambda text: iter([])).serving() as peer:
        result = await peer.measured()

    assert (result["expected"], result["delivered"], result["lost"]) == (5, 0, 5)


async def test_a_ping_is_answered_and_not_counted():
    async with Peer(
        lambda text: iter([framed(b"heart", Opcode.PING) + framed(text)])
    ).serving() as peer:
        result = await peer.measured()

    pongs = [frame for frame in peer.frames if frame.opcode is Opcode.PONG]
    assert result["delivered"] == 5
    assert {bytes(frame.data) for frame in pongs} == {b"heart"}


async def test_a_socket_is_ready_when_its_text_has_come():
    def welcomed(text: bytes) -> Iterator[bytes]:
        if text == b"hello":
            yield framed(b"first") + framed(b"welcome to you")
        else:
            yield framed(text)

    async with Peer(welcomed).serving() as peer:
        route = Route(peer.port, "/", ready="welcome", hello="hello", publish=EVENT)
        result = await peer.measured(route)

    assert peer.frames[0].data == b"hello"
    assert result["delivered"] == 5


async def test_engine_io_and_socket_io_shake_hands_and_keep_their_heartbeat():
    def socketio(text: bytes) -> Iterator[bytes]:
        if text == b"40":
            yield framed(b'40{"sid":"1"}') + framed(b"2")
        elif text.startswith(b"42"):
            yield framed(text)

    async with Peer(socketio, greeting=framed(b'0{"sid":"1"}')).serving() as peer:
        route = Route(peer.port, "/", protocol="socketio", publish='42["event","%T"]')
        result = await peer.measured(route)

    assert result["delivered"] == 5
    assert [frame.data for frame in peer.frames[:2]] == [b"40", b"3"]


async def test_a_refused_handshake_ends_the_run_and_tells_its_status():
    async def refuse(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    peer = Peer(lambda text: iter([]))
    async with listening(refuse) as peer.port:
        with pytest.raises(LoadFailed, match=r"1 were refused \(last: 403\)"):
            await peer.measured()
