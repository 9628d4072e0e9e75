"""Unit costs of the hub and of Redis, each measured on the real part with everything else left out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import redis.asyncio
import uvloop

from bench import proc
from realtime.bus import bus_for
from realtime.frames import Frame, Outgoing
from realtime.hub import Hub
from realtime.problems import CloseCode
from realtime.reply_events import ReplyHead, StoredReply
from realtime.topic import LoggedFrame
from realtime.topics import HubLimits
from tests.services import RedisServer

CHANNELS = 64
IN_FLIGHT = 64
PAYLOAD = Frame(b"x" * 416)  # as large as a change's frame in the row fanout


@dataclass(frozen=True)
class HubCosts:
    """CPU µs of an instance."""

    message_us: float  # of a change that comes over the bus, up to the one subscriber's outlet
    publish_us: float  # of a change that goes out on the bus
    topic_us: float  # of one open topic with one subscriber, each second, when nothing happens


@dataclass(frozen=True)
class RedisCosts:
    """CPU µs of Redis."""

    publish_us: float  # of a message, for itself
    deliver_us: float  # and for each instance that it goes to


def hub_costs(server: RedisServer, messages: int, topics: int, rest_s: float) -> HubCosts:
    return uvloop.run(_hub_costs(server.url, messages, topics, rest_s))


def redis_costs(server: RedisServer, messages: int, subscribers: int) -> RedisCosts:
    """From two runs, with one subscriber of each message and with many."""
    one, many = (uvloop.run(_redis_us(server, messages, count)) for count in (1, subscribers))
    deliver = (many - one) / (subscribers - 1)
    return RedisCosts(one - deliver, deliver)


async def _hub_costs(url: str, messages: int, topics: int, rest_s: float) -> HubCosts:
    """One hub sends and one takes; what the sender alone uses is measured without the taker."""
    names = [f"w{number}" for number in range(topics)]
    async with _Instance(url, "sender") as sender:
        alone = await sender.publish(names, messages)
        async with _Instance(url, "taker") as taker:
            for name in names:
                await taker.hub.join(name, _Counting(), since=None, name="n")
            began = time.process_time()
            await asyncio.sleep(rest_s)
            at_rest = time.process_time() - began
            began = time.process_time()
            await sender.publish(names, messages, first=messages + 1)
            while taker.hub.counters.changes < messages:
                await asyncio.sleep(0.001)
            both = time.process_time() - began
    return HubCosts(
        message_us=(both - alone) / messages * 1e6,
        publish_us=alone / messages * 1e6,
        topic_us=at_rest / rest_s / topics * 1e6,
    )


class _Instance:
    """A hub on a bus of its own, over a log in which nothing has happened yet."""

    def __init__(self, url: str, name: str) -> None:
        self._bus = bus_for(url, None)
        self.hub = Hub(
            log=_EmptyLog(),
            replies=_NoReplies(),
            bus=self._bus,
            instance=name,
            # The sweep asks, and hears that there is nothing: the database's part is not in the costs.
            limits=HubLimits(),
            coalesce_window_s=0,
        )
        self._running = self.hub.running()

    async def __aenter__(self) -> _Instance:
        await self._bus.open()
        await self._running.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._running.__aexit__(None, None, None)
        await self._bus.close()

    async def publish(self, names: Sequence[str], messages: int, first: int = 1) -> float:
        """CPU seconds for `messages` changes, the next of each workspace in turn."""
        began = time.process_time()
        for number in range(messages):
            seq = number // len(names) + 1
            change = LoggedFrame(seq, "client", "updated", "c", PAYLOAD)
            self.hub.publish(names[number % len(names)], [change])
            if number % IN_FLIGHT == 0:
                await asyncio.sleep(0)
        sent = self._bus.counters
        while sent.published + sent.publish_dropped < first + messages - 1:
            await asyncio.sleep(0.001)
        return time.process_time() - began


class _Counting:
    """A subscriber whose socket costs nothing."""

    session_id = "s"
    user_id = "u"
    cursor = 0

    def welcome(self, seq: int, resumed: bool) -> None: ...

    def send(self, outgoing: Outgoing) -> None: ...

    def close(self, code: CloseCode, reason: str) -> None: ...

    def backlog_bytes(self) -> int:
        return 0

    async def drained(self) -> bool:
        return True


class _EmptyLog:
    async def heads(self, workspace_ids: Sequence[str]) -> dict[str, int]:
        return dict.fromkeys(workspace_ids, 0)

    async def since(self, workspace_id: str, seq: int, limit: int) -> list[LoggedFrame]:
        return []


class _NoReplies:
    async def heads(self, workspace_ids: Sequence[str]) -> dict[str, list[ReplyHead]]:
        return {}

    async def load(self, workspace_id: str, message_id: str) -> StoredReply | None:
        return None


async def _redis_us(server: RedisServer, messages: int, subscribers: int) -> float:
    """CPU µs of Redis for a message that goes to so many subscribers."""
    channels = [f"c{number}" for number in range(CHANNELS)]
    async with redis.asyncio.Redis.from_url(server.url) as client, asyncio.TaskGroup() as tasks:
        listening = [asyncio.Event() for _ in range(subscribers)]
        listeners = [
            tasks.create_task(_listen(server.url, channels, messages, ready)) for ready in listening
        ]
        for ready in listening:
            await ready.wait()
        before = proc.cpu_seconds([server.pid])
        for start in range(0, messages, IN_FLIGHT):
            async with client.pipeline(transaction=False) as pipeline:
                for number in range(start, min(start + IN_FLIGHT, messages)):
                    pipeline.publish(channels[number % CHANNELS], PAYLOAD.payload)
                await pipeline.execute()
        for listener in listeners:
            await listener
        return (proc.cpu_seconds([server.pid]) - before) / messages * 1e6


async def _listen(url: str, channels: Sequence[str], messages: int, ready: asyncio.Event) -> None:
    async with redis.asyncio.Redis.from_url(url) as client, client.pubsub() as pubsub:
        await pubsub.subscribe(*channels)
        heard = 0
        async for message in pubsub.listen():
            heard += message["type"] == "message"
            if message["type"] == "subscribe" and message["data"] == len(channels):
                ready.set()
            if heard == messages:
                return
