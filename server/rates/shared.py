"""Counts that all instances share over Redis, and that go on in this process while Redis is away."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.identity.recent import Recent
from server.policies import Policy
from server.rates.windows import Windows

logger = logging.getLogger("clientflow.rates")
T = TypeVar("T")

REDIS_PATIENCE_S = 0.25  # a Redis that answers later is as good as away
REDIS_REST_S = 5.0  # so long one that was away is not asked again
_MAX_CONNECTIONS = 64
_FULL_KNOWN_S = 3_600.0
_PREFIX = "clientflow:rates"


class SharedCounts:
    """Sliding windows by policy and key. No operation fails, or waits longer than REDIS_PATIENCE_S.

    Keys go to Redis as keyed hashes: it learns no email address. What is counted there is counted here too, so that an
    instance that loses Redis goes on from its own share.
    """

    def __init__(
        self, redis_url: str | None, secret: str, max_keys: int, marks_kept_s: float
    ) -> None:
        self._secret = secret.encode()
        self._here = Windows(max_keys)
        self._marks: Recent[str, bool] = Recent(max_keys, marks_kept_s, time.monotonic)
        self._marks_kept_s = int(marks_kept_s)
        self._full_elsewhere: Recent[str, float] = Recent(max_keys, _FULL_KNOWN_S, time.monotonic)
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting_until = 0.0
        self._is_away = False
        self._storage: RedisStorage | None = None
        if redis_url is not None:
            self._pool = BlockingConnectionPool.from_url(
                redis_url,
                max_connections=_MAX_CONNECTIONS,
                socket_connect_timeout=REDIS_PATIENCE_S,
                socket_timeout=REDIS_PATIENCE_S,
                retry=Retry(NoBackoff(), 0),
            )
            self._storage = RedisStorage(
                f"async+{redis_url}",
                implementation="redispy",
                key_prefix=_PREFIX,
                connection_pool=self._pool,  # type: ignore[arg-type]  # it is passed on as it is
            )
            self._there = MovingWindowRateLimiter(self._storage)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._storage is not None:
            await self._pool.disconnect()

    async def hit(self, policy: Policy, key: str) -> bool:
        """Use `key` once; False when it was used as often as it may be, and then it does not count."""
        hashed = self._hashed(policy.name, key)
        here = self._here.hit(hashed, policy.count, policy.seconds, time.monotonic())
        there = await self._asked(lambda: self._there.hit(_item(policy), hashed))
        return here if there is None else there

    def hit_at_once(self, policy: Policy, key: str) -> bool:
        """As `hit`, for who cannot wait: by what is known here. The others are told, and heard, afterwards."""
        hashed, now = self._hashed(policy.name, key), time.monotonic()
        if (self._full_elsewhere.get(hashed) or 0.0) > now:
            return False
        allowed = self._here.hit(hashed, policy.count, policy.seconds, now)
        if allowed and self._storage is not None:
            task = asyncio.create_task(self._tell(policy, hashed))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return allowed

    async def used(self, policy: Policy, key: str) -> int:
        """How often `key` was used in the policy's time."""
        hashed = self._hashed(policy.name, key)
        stats = await self._asked(lambda: self._there.get_window_stats(_item(policy), hashed))
        if stats is not None:
            return policy.count - stats.remaining
        return self._here.used(hashed, policy.seconds, time.monotonic())

    async def wait_s(self, policy: Policy, key: str) -> float:
        """How long until `key` may be used again, when it may not now."""
        hashed = self._hashed(policy.name, key)
        stats = await self._asked(lambda: self._there.get_window_stats(_item(policy), hashed))
        if stats is not None:
            return max(0.0, stats.reset_time - time.time())
        return self.wait_here_s(policy, key)

    def wait_here_s(self, policy: Policy, key: str) -> float:
        """As `wait_s`, by what is known here."""
        hashed, now = self._hashed(policy.name, key), time.monotonic()
        full_for = (self._full_elsewhere.get(hashed) or 0.0) - now
        return max(full_for, self._here.wait_s(hashed, policy.count, policy.seconds, now))

    def left_here(self, policy: Policy, key: str) -> int:
        hashed = self._hashed(policy.name, key)
        return policy.count - self._here.used(hashed, policy.seconds, time.monotonic())

    async def clear(self, policy: Policy, key: str) -> None:
        """As if `key` had never been used."""
        hashed = self._hashed(policy.name, key)
        self._here.clear(hashed)
        await self._asked(lambda: self._there.clear(_item(policy), hashed))

    async def mark(self, name: str, key: str) -> None:
        """Remember `key` for the time given at the start."""
        hashed = self._hashed(name, key)
        self._marks.put(hashed, True)
        await self._asked(lambda: self._redis.incr(hashed, self._marks_kept_s))

    async def is_marked(self, name: str, key: str) -> bool:
        hashed = self._hashed(name, key)
        if self._marks.get(hashed):
            return True
        return bool(await self._asked(lambda: self._redis.get(hashed)))

    @property
    def _redis(self) -> RedisStorage:
        assert self._storage is not None
        return self._storage

    async def _tell(self, policy: Policy, hashed: str) -> None:
        if await self._asked(lambda: self._there.hit(_item(policy), hashed)) is False:
            stats = await self._asked(lambda: self._there.get_window_stats(_item(policy), hashed))
            wait_s = stats.reset_time - time.time() if stats else REDIS_REST_S
            self._full_elsewhere.put(hashed, time.monotonic() + wait_s)

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """What Redis answers; None when there is none, or none that answers in time."""
        if self._storage is None or time.monotonic() < self._resting_until:
            return None
        try:
            async with asyncio.timeout(REDIS_PATIENCE_S):
                answer = await ask()
        except (RedisError, OSError, TimeoutError) as error:
            self._resting_until = time.monotonic() + REDIS_REST_S
            if not self._is_away:
                self._is_away = True
                logger.warning(
                    "Redis does not answer: each instance counts for itself (%s)",
                    str(error) or type(error).__name__,
                )
            return None
        if self._is_away:
            self._is_away = False
            logger.warning("Redis answers again: instances count together")
        return answer

    def _hashed(self, name: str, key: str) -> str:
        return (
            f"{name}:"
            + hmac.digest(self._secret, f"{name}:{key}".encode(), hashlib.sha256)[:16].hex()
        )


def _item(policy: Policy) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(policy.count, policy.seconds, namespace="")
