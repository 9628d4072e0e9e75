"""Whoever is put out is out within two seconds at the other instance too, while Redis is away."""

import asyncio
import time

import pytest

from tests.drivers import Instance
from tests.integration.access.acts import ACTS, BY_TOKEN, new_scene
from tests.integration.faults.test_redis_outages import becomes
from tests.services import RedisServer, eventually

pytestmark = pytest.mark.fault

Pair = tuple[Instance, Instance]
FOLLOWED_S = 2.0


async def follows(pair: Pair, name: str) -> None:
    """A channel and requests at the second instance follow an act at the first."""
    act, scene = ACTS[name], await new_scene(pair[0], by_token=name in BY_TOKEN)
    there = scene.desk.at(pair[1])
    board = await there.open_board()
    assert (await there.get()).status_code == 200

    await act.carry_out(scene)

    began = time.monotonic()
    assert await board.closed(FOLLOWED_S) == act.code, name

    async def is_out() -> bool:
        return (await there.get()).status_code == act.status

    await eventually(is_out, timeout=FOLLOWED_S, message=name)
    assert time.monotonic() - began < FOLLOWED_S, name


async def follows_everything(pair: Pair) -> None:
    await asyncio.gather(*(follows(pair, name) for name in ACTS))


async def test_while_redis_is_dead(pair: Pair, own_redis: RedisServer) -> None:
    await asyncio.to_thread(own_redis.kill)
    for instance in pair:
        await becomes(instance, "degraded", "degraded")

    await follows_everything(pair)


async def test_at_the_moment_redis_dies(pair: Pair, own_redis: RedisServer) -> None:
    """What is on its way is lost with it, and neither instance knows yet that it is gone."""
    for name in ("sign out", "remove the member", "delete the workspace"):
        if not own_redis.running:
            await asyncio.to_thread(own_redis.start)
            for instance in pair:
                await becomes(instance, "ready", "connected")
        scene = await new_scene(pair[0])
        board = await scene.desk.at(pair[1]).open_board()
        own_redis.pause()

        await ACTS[name].carry_out(scene)
        began = time.monotonic()
        await asyncio.to_thread(own_redis.kill)

        assert await board.closed(FOLLOWED_S) == ACTS[name].code, name
        assert time.monotonic() - began < FOLLOWED_S, name


async def test_while_redis_is_frozen(pair: Pair, own_redis: RedisServer) -> None:
    own_redis.pause()
    try:
        await follows_everything(pair)
    finally:
        own_redis.resume()


async def test_a_role_is_followed_while_redis_is_dead(pair: Pair, own_redis: RedisServer) -> None:
    await asyncio.to_thread(own_redis.kill)
    ana = await (await pair[0].sign_up("Ana")).new_workspace()
    ben = (await ana.admit_new("editor")).at(pair[1])
    board = await ben.open_board()

    await ana.patch(f"/members/{ben.person.id}", {"role": "viewer"})

    assert (await board.command("client.create", data={"name": "Acme"})).status == 403
    change = await board.next_change(FOLLOWED_S)
    assert (change["entity"], change["data"]) == ("member", {"role": "viewer"})


async def test_a_session_that_has_just_ended_makes_no_token_that_would_outlive_it(
    pair: Pair, own_redis: RedisServer
) -> None:
    await asyncio.to_thread(own_redis.kill)
    scene = await new_scene(pair[0])
    there = scene.ben.at(pair[1])
    assert (await there.get("/auth/me")).status_code == 200  # which is remembered there

    await ACTS["sign out"].carry_out(scene)
    response = await there.post("/tokens", {"name": "script", "scopes": ["write"]})

    assert response.status_code == 401


async def test_what_was_revoked_while_an_instance_slept_is_followed_when_it_wakes(
    pair: Pair,
) -> None:
    scene = await new_scene(pair[0])
    board = await scene.desk.at(pair[1]).open_board()
    pair[1].process.pause()
    try:
        await ACTS["sign out"].carry_out(scene)
    finally:
        pair[1].process.resume()

    assert await board.closed(FOLLOWED_S) == 4401
