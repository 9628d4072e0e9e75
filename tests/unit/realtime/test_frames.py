"""Frames as they stand on the wire, read back by the `websockets` library."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from realtime.frames import Frame, text_frame


def read(wire: bytes) -> list[WireFrame]:
    """The frames that a client reads."""
    client = ClientProtocol(parse_uri("ws://127.0.0.1/"), max_size=None)
    client.state = State.OPEN
    client.parser = client.parse()
    next(client.parser)
    client.receive_data(wire)
    assert client.parser_exc is None
    return [event for event in client.events_received() if isinstance(event, WireFrame)]


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, "8100"),
        (1, "8101"),
        (125, "817d"),
        (126, "817e007e"),
        (127, "817e007f"),
        (65_535, "817effff"),
        (65_536, "817f0000000000010000"),
        (1_000_000, "817f00000000000f4240"),
    ],
)
def test_a_text_of_any_size_is_one_final_unmasked_frame(size: int, header: str) -> None:
    payload = b"x" * size
    wire = text_frame(payload)
    assert wire == bytes.fromhex(header) + payload
    assert read(wire) == [WireFrame(Opcode.TEXT, payload, fin=True)]


@given(st.lists(st.text(max_size=300), max_size=5))
def test_frames_one_after_the_other_are_read_as_they_were_written(texts: list[str]) -> None:
    wire = b"".join(text_frame(text.encode()) for text in texts)
    assert [frame.data.decode() for frame in read(wire)] == texts


def test_a_frame_is_framed_once_for_all_who_get_it() -> None:
    frame = Frame(b'{"type":"pong"}')
    assert frame.payload == b'{"type":"pong"}'
    assert frame.wire == text_frame(frame.payload)
    assert frame.wire is frame.wire
