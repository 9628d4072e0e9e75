"""Many hostile connections in one process: `python -m bench.hostile.attackers`, with its `Plan` as JSON on stdin.

It says `{"event": "ready"}` once each has been there, and after SIGTERM what they did. Whoever is ended comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

Json = dict[str, Any]
Session = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

PAUSE_S = 1.0  # on average, before one that was ended comes back
TRICKLE_S = 1.0  # between two bytes of the slow
FLOOD_PAUSE_S = (
    0.01  # ten times what a socket may say; faster, they would only hold up the load beside them
)
TEXT, BINARY, CLOSED = 0x81, 0x82, 0x88
SLOW = (
    b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ",
    b"GET /ws/workspaces/x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nX-A: ",
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
)


@dataclass(frozen=True)
class Plan:
    """How many of each kind. `accounts` are the members' own: {path, hello}."""

    port: int
    addresses: list[str]
    accounts: list[Json]
    slow: int
    silent: int
    strangers: int
    members: int


class Attack:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.counts: Counter[str] = Counter()
        self.all_there = asyncio.Event()
        self._addresses = itertools.cycle(plan.addresses)
        self._missing = plan.slow + plan.silent + plan.strangers + plan.members

    async def run(self) -> None:
        plan, accounts = self.plan, itertools.cycle(self.plan.accounts)
        sessions: list[tuple[str, Session]] = [
            *(("slow", partial(self._slow, SLOW[at % len(SLOW)])) for at in range(plan.slow)),
            *(("silent", self._silent) for _ in range(plan.silent)),
            *(("stranger", self._stranger) for _ in range(plan.strangers)),
            *(("member", partial(self._member, next(accounts))) for _ in range(plan.members)),
        ]
        async with asyncio.TaskGroup() as tasks:
            for kind, session in sessions:
                tasks.create_task(self._again_and_again(kind, session))

    async def _again_and_again(self, kind: str, session: Session) -> None:
        has_been_there = False
        while True:
            try:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self.plan.port, local_addr=(next(self._addresses), 0)
                )
            except OSError:
                self.counts["connections refused"] += 1
            else:
                self.counts[f"{kind} connections"] += 1
                self._missing -= not has_been_there
                has_been_there = True
                if not self._missing:
                    self.all_there.set()
                with contextlib.suppress(OSError, EOFError):  # EOFError: an answer ended early
                    await session(reader, writer)
                writer.transport.abort()
            await asyncio.sleep(PAUSE_S * random.uniform(0.5, 1.5))

    async def _slow(
        self, beginning: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """A request, a handshake or a body that never ends."""
        writer.write(beginning)
        while not reader.at_eof():
            await asyncio.sleep(TRICKLE_S)
            writer.write(b"a")
            await writer.drain()

    async def _silent(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A handshake, and not a word more."""
        await self._shake_hands(reader, writer, "/ws/workspaces/x")
        await reader.read()

    async def _stranger(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Frames that are none of the protocol's, as many as the socket takes."""
        await self._shake_hands(reader, writer, "/ws/workspaces/x")
        await self._flood(reader, writer, masked(b"\xff" * 1000, BINARY) * 20, 20)

    async def _member(
        self, account: Json, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Somebody with an account, who floods a workspace of their own."""
        await self._shake_hands(reader, writer, account["path"])
        writer.write(masked(json.dumps(account["hello"]).encode()))
        answer = await reader.read(4096)
        if b'"welcome"' not in answer:
            self.counts["members kept out"] += 1
            return
        self.counts["members let in"] += 1
        presence = json.dumps({"type": "presence", "state": {"viewing": None, "editing": None}})
        frames = masked(b'{"type":"ping"}') + masked(presence.encode())
        await self._flood(reader, writer, frames * 50, 100)

    async def _shake_hands(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str
    ) -> None:
        """Raises `EOFError` when the handshake is refused."""
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        if b" 101 " not in await reader.readuntil(b"\r\n\r\n"):
            self.counts["handshakes refused"] += 1
            raise EOFError

    async def _flood(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, frames: bytes, count: int
    ) -> None:
        reading = asyncio.create_task(_until_closed(reader))
        try:
            while not reading.done():
                writer.write(frames)
                await writer.drain()
                self.counts["frames"] += count
                await asyncio.sleep(FLOOD_PAUSE_S)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _until_closed(reader: asyncio.StreamReader) -> None:
    while data := await reader.read(65536):
        if data[0] == CLOSED:
            return


def masked(payload: bytes, opcode: int = TEXT) -> bytes:
    """A frame with a mask of zeros (RFC 6455, section 5.2)."""
    size = len(payload)
    head = bytes([opcode, 0x80 | size]) if size < 126 else bytes([opcode, 0xFE]) + size.to_bytes(2)
    return head + bytes(4) + payload


async def attack(plan: Plan) -> None:
    it, stop = Attack(plan), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    running = asyncio.create_task(it.run())
    began = time.monotonic()
    await it.all_there.wait()
    print(json.dumps({"event": "ready", "after_s": time.monotonic() - began}), flush=True)
    it.counts.clear()
    began = time.monotonic()
    await stop.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    print(json.dumps({"seconds": time.monotonic() - began, **it.counts}), flush=True)


if __name__ == "__main__":
    asyncio.run(attack(Plan(**json.load(sys.stdin))))
