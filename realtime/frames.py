"""Server-to-client text frames, encoded and framed once for every socket that gets them.

Server frames are not masked (RFC 6455, section 5.1), so the same bytes serve all subscribers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

_FIN_TEXT = 0x81


class Frame:
    """One JSON object on its way to sockets: `payload` is the UTF-8 text, `wire` the websocket frame around it."""

    __slots__ = ("_wire", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        if self._wire is None:
            self._wire = text_frame(self.payload)
        return self._wire

    @property
    def payloads(self) -> Sequence[bytes]:
        return (self.payload,)


class Bundle:
    """Frames that leave together, in one write."""

    __slots__ = ("_frames", "_wire")

    def __init__(self, frames: Sequence[Frame]) -> None:
        self._frames = frames
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        if self._wire is None:
            self._wire = b"".join([frame.wire for frame in self._frames])
        return self._wire

    @property
    def payloads(self) -> Sequence[bytes]:
        return [frame.payload for frame in self._frames]


Outgoing: TypeAlias = Frame | Bundle


def bundled(frames: Sequence[Frame]) -> Outgoing:
    """One or more frames as one thing to send."""
    return frames[0] if len(frames) == 1 else Bundle(frames)


def text_frame(payload: bytes) -> bytes:
    """Frame `payload` as one unmasked, final text frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((_FIN_TEXT, size)) + payload
    if size < 65536:
        return bytes((_FIN_TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((_FIN_TEXT, 127)) + size.to_bytes(8, "big") + payload
