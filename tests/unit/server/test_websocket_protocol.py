"""The server's websocket protocol, driven by the `websockets` library's client over a wire in memory."""

import asyncio
import socket
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from realtime.frames import text_frame
from server import websocket_protocol
from server.limits import Limits
from server.pump import Pump
from server.websocket_protocol import (
    EXTENSION,
    KERNEL_BUFFER_BYTES,
    MAX_FRAGMENTS,
    FrameProtocol,
    FrameSocket,
)
from tests.unit.virtual_time import idle, in_virtual_time


class Wire(asyncio.Transport):
    """Keeps what is written; a peer that reads nothing leaves it in the buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.protocol: Any = None
        self.written = bytearray()
        self.unread = 0
        self.paused = False
        self.aborted = False
        self._closing = False
        self.kernel_buffer = 0

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self if name == "socket" else default

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", 8000)

    def getpeername(self) -> tuple[str, int]:
        return ("127.0.0.1", 50_000)

    def setsockopt(self, level: int, option: int, value: int) -> None:
        assert level == socket.SOL_SOCKET
        if option == socket.SO_SNDBUF:
            self.kernel_buffer = value

    def write(self, data: Any) -> None:
        assert not self._closing, "written to after its end"
        self.written += data
        self.unread += len(data)

    def get_write_buffer_size(self) -> int:
        return self.unread

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def abort(self) -> None:
        self.aborted = True
        self.close()

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class Talk:
    """A connection from the handshake on: the client, the wire, and the app's side of it."""

    def __init__(self, state: ServerState | None = None) -> None:
        self.scope: dict[str, Any] = {}
        self.heard: list[str | bytes] = []
        self.ends = 0
        self.count = 0
        self.app_has_returned = False
        config = Config(self._app, interface="asgi3", log_config=None, ws_ping_interval=None)
        self.protocol = FrameProtocol(
            config, state or ServerState(), {}, asyncio.get_running_loop()
        )
        self.wire = Wire()
        self.wire.set_protocol(self.protocol)
        self.client = ClientProtocol(parse_uri("ws://127.0.0.1/ws"))
        self.protocol.connection_made(self.wire)
        self._read_up_to = 0
        self.socket: FrameSocket

    async def open(self) -> None:
        request = self.client.connect()
        self.client.send_request(request)
        self.say()
        await idle()
        (response,) = self.events()
        assert isinstance(response, Response)
        assert response.status_code == 101

    def say(self) -> None:
        """Bring what the client has to send over the wire."""
        for data in self.client.data_to_send():
            if data:
                self.wire.protocol.data_received(data)

    def events(self) -> list[Any]:
        """What has come to the client since."""
        new = bytes(self.wire.written[self._read_up_to :])
        self._read_up_to = len(self.wire.written)
        self.client.receive_data(new)
        return self.client.events_received()

    def texts(self) -> list[bytes]:
        return [
            bytes(event.data)
            for event in self.events()
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT
        ]

    def hang_up(self) -> None:
        self.wire.close()

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        self.socket = scope["extensions"][EXTENSION].hand_over()
        self.socket.begin(self, Pump())
        self.app_has_returned = True

    def received(self, message: str | bytes) -> None:
        self.heard.append(message)

    is_noisy = False

    def counted(self) -> None:
        self.count += 1

    def ended(self) -> None:
        self.ends += 1


@in_virtual_time
async def test_the_app_finds_a_door_through_which_ready_frames_reach_the_client() -> None:
    talk = Talk()
    await talk.open()
    before = talk.socket.buffered_bytes()
    for payload in (b'{"type":"pong"}', b"x" * 70_000):
        talk.socket.write(text_frame(payload))
        assert talk.texts() == [payload]
    assert talk.socket.buffered_bytes() == before + 17 + 70_010
    talk.hang_up()


@in_virtual_time
async def test_once_the_socket_is_handed_over_the_app_may_return_and_the_socket_stays() -> None:
    state = ServerState()
    talk = Talk(state)
    await talk.open()
    assert talk.app_has_returned
    assert not state.tasks
    assert list(state.connections) == [talk.socket]
    talk.client.send_text(b"one")
    talk.client.send_binary(b"two")
    talk.say()
    assert talk.heard == ["one", b"two"]
    talk.hang_up()
    await idle()
    assert talk.ends == 1
    assert not state.connections


@in_virtual_time
async def test_what_the_client_sent_before_the_handover_is_heard_too() -> None:
    talk = Talk()
    talk.client.send_request(talk.client.connect())
    talk.say()
    # Frames of an impatient client, right behind its request.
    talk.protocol.data_received(b"\x81\x83\x00\x00\x00\x00one")
    talk.protocol.data_received(b"\x82\x83\x00\x00\x00\x00two")
    await idle()
    assert talk.heard == ["one", b"two"]
    assert not talk.wire.paused
    talk.hang_up()


@in_virtual_time
async def test_a_client_that_leaves_before_the_handover_is_heard_to_have_left() -> None:
    talk = Talk()
    talk.client.send_request(talk.client.connect())
    talk.say()
    talk.hang_up()
    await idle()
    assert talk.ends == 1


@in_virtual_time
async def test_a_message_in_fragments_is_heard_whole_and_a_ping_between_them_is_answered() -> None:
    talk = Talk()
    await talk.open()
    talk.client.send_text(b"caf", fin=False)
    talk.client.send_ping(b"now")
    talk.client.send_continuation("é".encode()[:1], fin=False)
    talk.client.send_continuation("é".encode()[1:], fin=True)
    talk.say()
    assert talk.heard == ["café"]
    (pong,) = talk.events()
    assert (pong.opcode, bytes(pong.data)) == (Opcode.PONG, b"now")
    assert talk.count == 4  # the ping and each part: frames, if no messages
    talk.hang_up()


@in_virtual_time
async def test_a_message_in_endless_parts_is_not_kept() -> None:
    talk = Talk()
    await talk.open()
    talk.client.send_text(b"", fin=False)
    for _ in range(MAX_FRAGMENTS):
        talk.client.send_continuation(b"", fin=False)
    talk.say()
    talk.events()
    assert talk.client.close_rcvd is not None
    assert talk.client.close_rcvd.code == 1009
    await idle()
    assert (talk.heard, talk.ends) == ([], 1)


@in_virtual_time
async def test_a_flood_of_pings_whose_pongs_nobody_reads_fills_no_memory() -> None:
    talk = Talk()
    await talk.open()
    talk.wire.unread = KERNEL_BUFFER_BYTES + 1
    for _ in range(100):
        talk.client.send_ping(b"x" * 125)
    talk.say()
    assert talk.wire.unread == KERNEL_BUFFER_BYTES + 1
    talk.wire.unread = 0
    talk.client.send_ping(b"again")
    talk.say()
    (pong,) = talk.events()
    assert bytes(pong.data) == b"again"
    talk.hang_up()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x82\x00\x00\x00\x00\xc3\x28", 1007),  # text that is no UTF-8
        (b"\x81\x03one", 1002),  # not masked
        (b"\x83\x80\x00\x00\x00\x00", 1002),  # an opcode that there is not
        (b"\x80\x80\x00\x00\x00\x00", 1002),  # the end of a message that has not begun
        (b"\x81\xff\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00", 1009),  # 32 MiB
    ],
)
@in_virtual_time
async def test_a_frame_against_the_protocol_ends_the_socket_with_the_code_that_says_so(
    frame: bytes, code: int
) -> None:
    talk = Talk()
    await talk.open()
    talk.wire.protocol.data_received(frame)
    talk.events()
    assert talk.client.close_rcvd is not None
    assert talk.client.close_rcvd.code == code
    await idle()
    assert (talk.heard, talk.ends) == ([], 1)
    assert talk.wire.is_closing()


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (b"\x81\x03one", 1002),  # not masked
        (b"\x88\x82\x00\x00\x00\x00\x03\xe8", 1000),  # a close frame
    ],
)
@in_virtual_time
async def test_a_close_for_a_message_that_came_together_with_the_end_is_too_late(
    end: bytes, code: int
) -> None:
    talk = Talk()
    await talk.open()
    talk.received = lambda message: talk.socket.close(4400, "not so", 5.0)  # type: ignore[method-assign]
    talk.wire.protocol.data_received(b"\x82\x80\x00\x00\x00\x00" + end)
    talk.events()
    assert talk.client.close_rcvd is not None
    assert talk.client.close_rcvd.code == code
    await idle()
    assert talk.ends == 1
    assert talk.wire.is_closing()


@in_virtual_time
async def test_a_client_that_answers_pings_stays_and_one_that_does_not_is_dropped() -> None:
    talk = Talk()
    await talk.open()
    for _ in range(3):
        talk.socket.probe()
        (ping,) = talk.events()
        assert ping.opcode is Opcode.PING
        talk.say()
    talk.socket.probe()
    talk.socket.probe()
    assert talk.wire.aborted
    await idle()
    assert talk.ends == 1
    talk.socket.probe()


@in_virtual_time
async def test_the_kernel_buffers_little_so_that_a_reader_that_stalls_shows() -> None:
    talk = Talk()
    assert 0 < talk.wire.kernel_buffer < Limits.max_socket_buffer_bytes
    talk.hang_up()


@in_virtual_time
async def test_a_handshake_that_is_no_good_opens_no_door() -> None:
    talk = Talk()
    talk.protocol.data_received(b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n")
    await idle()
    assert talk.scope == {}
    assert talk.wire.written.startswith(b"HTTP/1.1 4")
    assert talk.wire.is_closing()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /ws HTTP/1.1\r\nAuthorization: " + b"x" * 9_000 + b"\r\n\r\n", b"431"),
        (b"GET /ws HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"431"),
        (b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET /ws HTTP/1.1\r\nno field\r\n\r\n", b"400"),
    ],
    ids=["line", "fields", "target", "no field"],
)
@in_virtual_time
async def test_a_handshake_that_cannot_be_read_is_answered(request_: bytes, status: bytes) -> None:
    talk = Talk()
    talk.protocol.data_received(request_)
    await idle()
    assert talk.scope == {}
    assert talk.wire.written.startswith(b"HTTP/1.1 " + status)
    assert talk.wire.is_closing()


@in_virtual_time
async def test_a_close_tells_the_client_why_and_the_receiver_that_it_is_over() -> None:
    talk = Talk()
    await talk.open()
    talk.socket.close(4403, "no longer a member", 5.0)
    talk.events()
    assert talk.client.close_rcvd is not None
    assert talk.client.close_rcvd.code == 4403
    assert talk.client.close_rcvd.reason == "no longer a member"
    await idle()
    assert talk.ends == 1
    assert not talk.wire.is_closing()  # the client's answer is waited for
    talk.say()
    await idle()
    assert talk.wire.is_closing()
    assert not talk.wire.aborted
    await asyncio.sleep(10.0)
    assert not talk.wire.aborted


@in_virtual_time
async def test_a_client_that_does_not_answer_the_end_is_dropped_after_the_grace() -> None:
    talk = Talk()
    await talk.open()
    talk.socket.close(4008, "too slow", 5.0)
    await asyncio.sleep(4.9)
    assert not talk.wire.is_closing()
    await asyncio.sleep(0.2)
    assert talk.wire.aborted


@in_virtual_time
async def test_after_the_end_nothing_is_written_and_no_second_end_begins() -> None:
    talk = Talk()
    await talk.open()
    talk.socket.close(4008, "too slow", 5.0)
    length = len(talk.wire.written)
    talk.socket.write(text_frame(b"{}"))
    talk.socket.close(4401, "again", 5.0)
    assert len(talk.wire.written) == length
    talk.hang_up()
    await idle()
    talk.socket.write(text_frame(b"{}"))
    talk.socket.close(4401, "again", 5.0)
    assert len(talk.wire.written) == length


@in_virtual_time
async def test_an_end_starts_to_read_again_so_that_the_answer_can_come() -> None:
    talk = Talk()
    await talk.open()
    talk.socket.pause_reading()
    assert talk.wire.paused
    talk.socket.close(4029, "too many", 5.0)
    assert not talk.wire.paused
    talk.events()
    talk.say()
    await idle()
    assert talk.wire.is_closing()
    assert not talk.wire.aborted


@in_virtual_time
async def test_a_client_that_closes_first_ends_the_app_and_nothing_more_is_written() -> None:
    talk = Talk()
    await talk.open()
    talk.client.send_close(1000)
    talk.say()
    await idle()
    assert talk.ends == 1
    talk.socket.write(text_frame(b"{}"))
    talk.socket.close(4008, "too slow", 5.0)
    talk.events()
    assert talk.client.close_rcvd is not None
    assert talk.client.close_rcvd.code == 1000


@in_virtual_time
async def test_when_the_server_stops_the_sockets_are_sent_away_with_1012_within_the_window() -> (
    None
):
    state = ServerState()
    talks = [Talk(state) for _ in range(5)]
    for talk in talks:
        await talk.open()
    for talk in talks:
        talk.wire.protocol.shutdown()
    await asyncio.sleep(websocket_protocol.DRAIN_WINDOW_S)
    for talk in talks:
        talk.events()
        assert talk.client.close_rcvd is not None
        assert talk.client.close_rcvd.code == 1012
    await asyncio.sleep(1.1)
    assert all(talk.wire.is_closing() for talk in talks)


@in_virtual_time
async def test_a_socket_that_ends_before_its_turn_to_be_sent_away_is_let_be() -> None:
    talk = Talk()
    await talk.open()
    talk.wire.protocol.shutdown()
    talk.hang_up()
    await asyncio.sleep(websocket_protocol.DRAIN_WINDOW_S + 2.0)
    assert talk.client.close_rcvd is None


@in_virtual_time
async def test_a_server_that_stops_refuses_a_handshake_that_is_under_way() -> None:
    talk = Talk()
    talk.client.send_request(talk.client.connect())
    talk.say()
    talk.wire.protocol.shutdown()
    assert talk.wire.written.startswith(b"HTTP/1.1 500")
    assert talk.wire.is_closing()
    await idle()
