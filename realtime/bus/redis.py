"""The bus over Redis PUBLISH/SUBSCRIBE.

The account needs AUTH, SELECT (if the URL names a database), PING, PUBLISH, SUBSCRIBE, UNSUBSCRIBE.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, ClassVar, Protocol, cast

from redis.asyncio.connection import Connection, parse_url
from redis.exceptions import ConnectionError as RedisConnectionError

from realtime.bus.limits import BusLimits
from realtime.bus.link import Deliver
from realtime.bus.resilient import ResilientBackend

# parse_url passes the whole query on; these two belong to pools, which we do without.
_POOL_OPTIONS = ("max_connections", "timeout")


class _Connection(Protocol):
    """What we use of redis-py's Connection, which is untyped."""

    @property
    def is_connected(self) -> bool: ...
    async def connect(self) -> None: ...
    async def disconnect(self, nowait: bool) -> None: ...
    def pack_commands(self, commands: Iterable[Sequence[str | bytes]]) -> list[bytes]: ...
    async def send_packed_command(self, command: list[bytes]) -> None: ...
    async def read_response(self, disable_decoding: bool) -> object: ...


class RedisBackend(ResilientBackend):
    name: ClassVar[str] = "redis"

    def __init__(self, url: str, limits: BusLimits | None = None, **injected: Any) -> None:
        super().__init__(limits or BusLimits(), **injected)
        # Bare connections: redis-py's client and PubSub reconnect, resubscribe and retry behind
        # one's back. They are kept over reconnects, for a TLS context reads the system's
        # certificates from disk, on the event loop.
        self._receiver = self._connection(url)
        self._sender = self._connection(url)

    def _connection(self, url: str) -> _Connection:
        options: dict[str, Any] = dict(parse_url(url))
        for option in _POOL_OPTIONS:
            options.pop(option, None)
        connection_class = options.pop("connection_class", Connection)
        ours = {
            # RESP2: the stream of a subscribed connection holds messages and confirmations alone,
            # and the maintenance notifications that redis-py negotiates over RESP3 (they
            # stretch time limits and move connections) are out.
            "protocol": 2,
            "maint_notifications_config": None,
            "decode_responses": False,
            # No hidden retries, pings or CLIENT SETINFO. The time limits are the runner's;
            # redis-py's own would start a task for every write.
            "retry": None,
            "retry_on_timeout": False,
            "health_check_interval": 0,
            "driver_info": None,
            "socket_timeout": None,
            "socket_connect_timeout": self.limits.connect_timeout_s,
        }
        return cast(_Connection, connection_class(**options | ours))

    @contextlib.asynccontextmanager
    async def link(self) -> AsyncIterator[_RedisLink]:
        try:
            async with asyncio.timeout(self.limits.connect_timeout_s):
                await self._receiver.connect()
                await self._sender.connect()
            yield _RedisLink(self._receiver, self._sender, self.limits.burst_messages)
        finally:
            await self._receiver.disconnect(nowait=True)
            await self._sender.disconnect(nowait=True)


class _RedisLink:
    def __init__(self, receiver: _Connection, sender: _Connection, burst_messages: int) -> None:
        self._receiver = receiver
        self._sender = sender
        self._burst_messages = burst_messages
        self._unanswered = 0
        self._answered = asyncio.Event()

    async def receive(self, deliver: Deliver) -> None:
        while True:
            for _ in range(self._burst_messages):
                reply = await self._receiver.read_response(disable_decoding=True)
                match reply:
                    case [b"message", bytes(channel), bytes(message)]:
                        deliver(channel.decode(), message)
                    case _:
                        self._unanswered -= 1
                        if self._unanswered == 0:
                            self._answered.set()
            # read_response does not suspend while its buffer holds a whole reply.
            await asyncio.sleep(0)

    async def subscribe(self, channels: Sequence[str]) -> None:
        await self._ask(["SUBSCRIBE", *channels], answers=len(channels))

    async def unsubscribe(self, channels: Sequence[str]) -> None:
        await self._ask(["UNSUBSCRIBE", *channels], answers=len(channels))

    async def ping_receiver(self) -> None:
        await self._ask(["PING"], answers=1)

    async def _ask(self, command: Sequence[str], answers: int) -> None:
        self._unanswered = answers
        self._answered.clear()
        await _write(self._receiver, [command])
        await self._answered.wait()

    async def send(self, batch: Sequence[tuple[str, bytes]]) -> None:
        await _write(self._sender, [("PUBLISH", *entry) for entry in batch])
        for _ in batch:
            await self._sender.read_response(disable_decoding=True)

    async def ping_sender(self) -> None:
        await _write(self._sender, [("PING",)])
        await self._sender.read_response(disable_decoding=True)


async def _write(connection: _Connection, commands: Iterable[Sequence[str | bytes]]) -> None:
    # On a lost connection send_packed_command would dial again by itself.
    if not connection.is_connected:
        raise RedisConnectionError("the connection is lost")
    await connection.send_packed_command(connection.pack_commands(commands))
