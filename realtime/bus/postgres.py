"""The bus over Postgres LISTEN/NOTIFY, for those who have Postgres and no Redis.

Needs sessions of its own: a pooler in transaction mode in between drops LISTEN.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import asyncpg

from realtime.bus.limits import BusLimits
from realtime.bus.link import Deliver
from realtime.bus.mailbox import WAKE
from realtime.bus.resilient import ResilientBackend

MAX_CHANNEL_BYTES = 63
MAX_PAYLOAD_BYTES = 7999

_NOTIFY = (
    "SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS n(channel, payload)"
)


def listen_name(channel: str) -> str:
    """The channel as Postgres can take it: an identifier of at most 63 bytes."""
    name = channel.encode()
    if len(name) <= MAX_CHANNEL_BYTES:
        return channel
    return "clientflow#" + hashlib.blake2b(name, digest_size=16).hexdigest()


def payload_text(message: bytes) -> str:
    """The message as a payload: text without NUL and below 8000 bytes; WAKE for any other."""
    if len(message) <= MAX_PAYLOAD_BYTES and b"\0" not in message:
        with contextlib.suppress(UnicodeDecodeError):
            return message.decode()
    return WAKE.decode()


def without_repeats(batch: Sequence[tuple[str, bytes]]) -> Iterator[list[tuple[str, str]]]:
    """The batch as notifications, cut wherever one repeats an earlier one of its part.

    Postgres folds equal notifications of a transaction into one; each part is a transaction. Equal
    WAKEs may well be folded.
    """
    part: dict[tuple[str, str], None] = {}
    for channel, message in batch:
        notification = listen_name(channel), payload_text(message)
        if notification in part and notification[1] != WAKE.decode():
            yield list(part)
            part = {}
        part[notification] = None
    if part:
        yield list(part)


class PostgresBackend(ResilientBackend):
    name: ClassVar[str] = "postgres"

    def __init__(self, url: str, limits: BusLimits | None = None, **injected: Any) -> None:
        super().__init__(limits or BusLimits(), **injected)
        if urlsplit(url).scheme not in ("postgres", "postgresql"):
            raise ValueError("the bus's Postgres URL must begin with postgresql:// or postgres://")
        self._url = url

    @contextlib.asynccontextmanager
    async def link(self) -> AsyncIterator[_PostgresLink]:
        async with contextlib.AsyncExitStack() as opened:
            async with asyncio.timeout(self.limits.connect_timeout_s):
                connections = [
                    await self._connection(opened, role) for role in ("listen", "notify")
                ]
            yield _PostgresLink(*connections)

    async def _connection(self, opened: contextlib.AsyncExitStack, role: str) -> asyncpg.Connection:
        connection = await asyncpg.connect(
            self._url, server_settings={"application_name": f"clientflow-bus-{role}"}
        )
        # Not close(), which would ask a server that may be hung.
        opened.callback(connection.terminate)
        return connection


class _PostgresLink:
    def __init__(self, receiver: asyncpg.Connection, sender: asyncpg.Connection) -> None:
        self._receiver = receiver
        self._sender = sender
        self._channels: dict[str, str] = {}  # by LISTEN name
        self._deliver: Deliver = lambda channel, message: None
        self._lost = asyncio.Event()
        for connection in (receiver, sender):
            connection.add_termination_listener(self._lose)

    async def receive(self, deliver: Deliver) -> None:
        self._deliver = deliver
        await self._lost.wait()
        raise ConnectionError("the server closed the connection")

    async def subscribe(self, channels: Sequence[str]) -> None:
        with _closed_on_failure(self._receiver):
            for channel in channels:
                name = listen_name(channel)
                self._channels[name] = channel
                await self._receiver.add_listener(name, self._notified)

    async def unsubscribe(self, channels: Sequence[str]) -> None:
        with _closed_on_failure(self._receiver):
            for channel in channels:
                name = listen_name(channel)
                await self._receiver.remove_listener(name, self._notified)
                self._channels.pop(name, None)

    async def ping_receiver(self) -> None:
        with _closed_on_failure(self._receiver):
            await self._receiver.execute("SELECT 1")

    async def send(self, batch: Sequence[tuple[str, bytes]]) -> None:
        with _closed_on_failure(self._sender):
            for part in without_repeats(batch):
                names, payloads = zip(*part, strict=True)
                await self._sender.execute(_NOTIFY, names, payloads)

    async def ping_sender(self) -> None:
        with _closed_on_failure(self._sender):
            await self._sender.execute("SELECT 1")

    def _notified(self, _connection: object, _pid: int, name: str, payload: object) -> None:
        if channel := self._channels.get(name):
            self._deliver(channel, str(payload).encode())

    def _lose(self, _connection: object) -> None:
        self._lost.set()


@contextlib.contextmanager
def _closed_on_failure(connection: asyncpg.Connection) -> Iterator[None]:
    """Closes the connection in the very turn in which a query fails or is cancelled.

    In the next one asyncpg would dial the server once more, without a time limit, to cancel the
    query there.
    """
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            connection.terminate()
