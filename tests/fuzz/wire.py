"""A websocket client that sends whatever it is told, down to the bytes."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

Json = dict[str, Any]
PATIENCE_S = 10.0
TEXT, BINARY, CONTINUED, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


def frame(
    opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0, masked: bool = True
) -> bytes:
    """One frame (RFC 6455, section 5.2), as it should be or not."""
    length = len(payload)
    if length < 126:
        head, extended = length, b""
    elif length < 2**16:
        head, extended = 126, struct.pack("!H", length)
    else:
        head, extended = 127, struct.pack("!Q", length)
    first = (fin << 7) | (rsv << 4) | opcode
    if not masked:
        return bytes([first, head]) + extended + payload
    mask = os.urandom(4)
    hidden = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return bytes([first, head | 0x80]) + extended + mask + hidden


@dataclass
class Heard:
    """What the server has said: its JSON frames, and how it ended the socket."""

    frames: list[Json] = field(default_factory=list)
    pongs: int = 0
    close_code: int | None = None
    close_reason: str = ""
    ended: bool = False  # the TCP connection

    @property
    def closed(self) -> bool:
        return self.close_code is not None or self.ended

    def of(self, kind: str) -> list[Json]:
        return [one for one in self.frames if one["type"] == kind]


class Wire:
    def __init__(self, connection: socket.socket) -> None:
        self.heard = Heard()
        self._socket = connection
        self._received = bytearray()

    @classmethod
    @contextlib.contextmanager
    def connected(cls, port: int) -> Iterator[Self]:
        """A bare connection."""
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield cls(connection)

    @classmethod
    @contextlib.contextmanager
    def opened(cls, port: int, workspace_id: str) -> Iterator[Self]:
        """A socket after its handshake, which has said nothing yet."""
        with cls.connected(port) as wire:
            answer = wire.shake_hands(workspace_id, {})
            assert answer.startswith(b"HTTP/1.1 101"), answer
            yield wire

    def shake_hands(self, workspace_id: str, headers: Mapping[str, str]) -> bytes:
        key = base64.b64encode(os.urandom(16)).decode()
        sent = {
            "Host": "board",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key,
            **headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        self.send(f"GET /ws/workspaces/{workspace_id} HTTP/1.1\r\n{lines}\r\n".encode())
        while b"\r\n\r\n" not in self._received and not self.heard.ended:
            self._read()
        answer, _, rest = bytes(self._received).partition(b"\r\n\r\n")
        self._received = bytearray(rest)
        return answer

    def send(self, data: bytes) -> None:
        """The server may have hung up already."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(data)

    def say(self, message: Json | str) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self.send(frame(TEXT, text.encode("utf-8", "surrogatepass")))

    def hang_up(self) -> None:
        """Nothing more is sent: the server sees the end of the stream."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def until(self, met: Callable[[Heard], bool]) -> Heard:
        """What was heard, once `met` or at the end of the connection. Raises TimeoutError."""
        self._take()
        while not met(self.heard) and not self.heard.ended:
            self._read()
            self._take()
        return self.heard

    def _read(self) -> None:
        try:
            data = self._socket.recv(65_536)
        except ConnectionResetError:
            data = b""
        self._received += data
        self.heard.ended = not data

    def _take(self) -> None:
        """The frames of a server are whole, unmasked and not fragmented."""
        while len(self._received) >= 2:
            first, length = self._received[0], self._received[1]
            start = 2
            if length >= 126:
                size = 2 if length == 126 else 8
                start += size
                length = int.from_bytes(self._received[2:start])
            if len(self._received) < start + length:
                return
            payload = bytes(self._received[start : start + length])
            del self._received[: start + length]
            opcode = first & 0x0F
            assert first & 0xF0 == 0x80, "a whole frame without reserved bits"
            if opcode == TEXT:
                self.heard.frames.append(json.loads(payload))
            elif opcode == CLOSE:
                self.heard.close_code = int.from_bytes(payload[:2]) if payload else 1005
                self.heard.close_reason = payload[2:].decode()
            elif opcode == PONG:
                self.heard.pongs += 1
            else:
                assert opcode == PING, f"a server does not send opcode {opcode}"
