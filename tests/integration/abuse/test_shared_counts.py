"""Instances count together over Redis, and each for itself at once when Redis is away."""

import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from server.policies import Policy
from server.rates.shared import REDIS_PATIENCE_S, REDIS_REST_S, SharedCounts
from tests.services import RedisServer, eventually

POLICY = Policy("import-user", "user", 3, 60, shared=True)


def counts(redis_url: str | None, secret: str) -> SharedCounts:
    return SharedCounts(redis_url, secret, max_keys=1_000, marks_kept_s=3600.0)


@pytest.fixture
async def pair(
    redis_server: RedisServer, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[SharedCounts, SharedCounts]]:
    """Two instances of one installation."""
    secret = request.node.name
    first, second = counts(redis_server.url, secret), counts(redis_server.url, secret)
    yield first, second
    await first.close()
    await second.close()


async def test_what_one_instance_counts_the_other_knows(
    pair: tuple[SharedCounts, SharedCounts],
) -> None:
    first, second = pair
    assert [await one.hit(POLICY, "ana") for one in (first, second, first, second)] == [
        True,
        True,
        True,
        False,
    ]
    assert await first.used(POLICY, "ana") == await second.used(POLICY, "ana") == 3
    assert 50 < await second.wait_s(POLICY, "ana") <= 60
    assert await second.hit(POLICY, "ben")

    await first.clear(POLICY, "ana")
    assert await second.used(POLICY, "ana") == 0
    assert await second.hit(POLICY, "ana")


async def test_who_cannot_wait_for_redis_hears_of_the_others_afterwards(
    pair: tuple[SharedCounts, SharedCounts],
) -> None:
    first, second = pair
    for _ in range(3):
        assert await first.hit(POLICY, "ana")

    assert second.hit_at_once(POLICY, "ana")  # once: it has not heard yet
    await eventually(lambda: not second.hit_at_once(POLICY, "ana"), timeout=2)
    assert second.wait_here_s(POLICY, "ana") > 50


async def test_a_mark_is_seen_by_all(pair: tuple[SharedCounts, SharedCounts]) -> None:
    first, second = pair
    assert not await second.is_marked("login-known", "ana@home")
    await first.mark("login-known", "ana@home")
    assert await second.is_marked("login-known", "ana@home")


async def test_redis_is_told_no_email_address_and_forgets_what_has_run_out() -> None:
    with RedisServer() as redis:
        mine = counts(redis.url, "a secret of this test alone")
        await mine.hit(POLICY, "ana@example.com")
        await mine.mark("login-known", "ana@example.com")
        async with Redis.from_url(redis.url) as client:
            keys = await client.keys()
            assert len(keys) == 2
            assert not any(b"ana" in key for key in keys)
            assert all([0 < await client.ttl(key) <= 3600 for key in keys])
        await mine.close()


async def test_another_installation_on_the_same_redis_counts_by_itself(
    redis_server: RedisServer,
) -> None:
    ours, theirs = counts(redis_server.url, "our secret"), counts(redis_server.url, "theirs")
    for _ in range(3):
        assert await ours.hit(POLICY, "ana")
    assert await theirs.hit(POLICY, "ana")
    await ours.close()
    await theirs.close()


async def test_an_instance_goes_on_from_its_own_count_when_redis_goes_and_comes_back(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RedisServer() as redis:
        mine = counts(redis.url, "a secret")
        assert await mine.hit(POLICY, "ana")
        assert await mine.hit(POLICY, "ana")
        redis.stop()

        assert await mine.hit(POLICY, "ana")
        assert not await mine.hit(POLICY, "ana")

        assert len(caplog.messages) == 1
        assert caplog.messages[0].startswith("Redis does not answer")
        redis.start()
        monkeypatch.setattr(mine, "_resting_until", 0.0)
        assert await mine.hit(POLICY, "ben")
        assert caplog.messages[1:] == ["Redis answers again: instances count together"]
        await mine.close()


async def test_a_redis_that_hangs_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    with RedisServer() as redis:
        mine = counts(redis.url, "a secret")
        assert await mine.hit(POLICY, "ana")
        redis.pause()

        began = time.monotonic()
        assert await mine.hit(POLICY, "ana")
        first = time.monotonic() - began
        for _ in range(100):
            await mine.used(POLICY, "ana")
        rest = time.monotonic() - began - first

        assert first < 4 * REDIS_PATIENCE_S
        assert rest < REDIS_REST_S / 10
        redis.resume()
        await mine.close()
