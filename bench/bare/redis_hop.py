"""A bare Redis publish/subscribe hop with redis.asyncio: `python -m bench.bare.redis_hop publish|subscribe …`.

Publisher and subscriber are processes of their own, as two instances are. The message carries the moment it was
published (CLOCK_MONOTONIC ns), which both processes share.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import redis.asyncio
import uvloop

CHANNEL = "hop"


async def subscribe(url: str, events: int) -> None:
    """Print the one-way times of `events` messages, in microseconds, as a JSON list."""
    times = []
    async with redis.asyncio.Redis.from_url(url) as client, client.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)
        async for message in pubsub.listen():
            if message["type"] == "subscribe":
                print("subscribed", flush=True)
                continue
            sent, _, _ = message["data"].partition(b" ")
            times.append((time.monotonic_ns() - int(sent)) / 1e3)
            if len(times) == events:
                break
    print(json.dumps(times))


async def publish(url: str, events: int, rate: float, size: int) -> None:
    """Publish `events` messages of `size` bytes, `rate` a second."""
    async with redis.asyncio.Redis.from_url(url) as client:
        await client.ping()
        began = time.monotonic()
        for number in range(events):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            await client.publish(CHANNEL, f"{time.monotonic_ns()} ".ljust(size, "x"))


def main() -> None:
    role, url, events, rate, size = sys.argv[1:]
    if role == "subscribe":
        uvloop.run(subscribe(url, int(events)))
    else:
        uvloop.run(publish(url, int(events), float(rate), int(size)))


if __name__ == "__main__":
    main()
