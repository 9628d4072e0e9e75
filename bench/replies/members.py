"""Sockets that join, wait for replies, and note how long each stamped word took to them.

Reads a `Plan` as JSON from stdin, prints `ready` when all have been welcomed, and at the end what was noted, as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
import time
from array import array
from dataclasses import dataclass
from typing import Any, cast

import uvloop

_STAMP = re.compile(rb"@(\d+);")


@dataclass
class Plan:
    sockets: list[dict[str, Any]]  # port, workspace, token
    replies: int  # that each socket waits for
    warmup_s: float  # words sent this early in their reply are not counted
    timeout_s: float


class Member(asyncio.Protocol):
    """A websocket with as little to it as will do: the server's frames are looked through for stamps as they come."""

    def __init__(self, noted: Noted, socket: dict[str, Any]) -> None:
        self._noted = noted
        self._socket = socket
        self._welcomed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is of no such class
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET /ws/workspaces/{self._socket['workspace']} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: clientflow.v1\r\n\r\n".encode()
        )

    def _say_hello(self) -> None:
        hello = json.dumps({"type": "hello", "token": self._socket["token"]}).encode()
        # A mask of zeros leaves the text as it is (RFC 6455, section 5.3).
        self._transport.write(b"\x81\xfe" + len(hello).to_bytes(2, "big") + bytes(4) + hello)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        if data.startswith(b"HTTP/1.1 101"):
            self._say_hello()
        if not self._welcomed and b'"type":"welcome"' in data:
            self._welcomed = True
            self._noted.one_welcomed()
        self._noted.frames += data.count(b'"event":"delta"')
        for stamp in _STAMP.findall(data):
            self._noted.word(int(stamp), now)
        self._noted.ended(data.count(b'"event":"done"'))

    def connection_lost(self, error: Exception | None) -> None:
        self._noted.lost += 1


class Noted:
    def __init__(self, plan: Plan) -> None:
        self.latencies_us = array("d")
        self.frames = 0
        self.lost = 0
        self.all_welcome = asyncio.Event()
        self.all_ended = asyncio.Event()
        self._plan = plan
        self._welcomed = 0
        self._ends = 0
        self._first = 0

    def one_welcomed(self) -> None:
        self._welcomed += 1
        if self._welcomed == len(self._plan.sockets):
            self.all_welcome.set()

    def word(self, sent_ns: int, now_ns: int) -> None:
        self._first = self._first or sent_ns
        if sent_ns - self._first >= self._plan.warmup_s * 1e9:
            self.latencies_us.append((now_ns - sent_ns) / 1e3)

    def ended(self, count: int) -> None:
        self._ends += count
        if self._ends >= len(self._plan.sockets) * self._plan.replies:
            self.all_ended.set()


async def measure(plan: Plan) -> dict[str, Any]:
    noted, loop = Noted(plan), asyncio.get_running_loop()
    for socket in plan.sockets:
        await loop.create_connection(lambda socket=socket: Member(noted, socket), "127.0.0.1", socket["port"])  # type: ignore[misc]  # fmt: skip
    await asyncio.wait_for(noted.all_welcome.wait(), plan.timeout_s)
    print("ready", flush=True)
    await asyncio.wait_for(noted.all_ended.wait(), plan.timeout_s)
    found = sorted(noted.latencies_us)
    return {
        "words": len(found),
        "frames": noted.frames,
        "lost": noted.lost,
        "p50_ms": found[len(found) // 2] / 1e3,
        "p99_ms": found[int(len(found) * 0.99)] / 1e3,
        "max_ms": found[-1] / 1e3,
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(measure(Plan(**json.load(sys.stdin))))))
