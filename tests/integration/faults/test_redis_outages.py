"""Redis goes away and comes back: delayed at most, nothing lost."""

import asyncio
import time

import pytest

from tests.drivers import Board, Desk, Instance
from tests.services import RedisServer, eventually

pytestmark = pytest.mark.fault


async def desks(pair: tuple[Instance, Instance]) -> tuple[Desk, Desk]:
    here = await (await pair[0].sign_up("Ana")).new_workspace()
    return here, here.at(pair[1])


async def becomes(instance: Instance, status: str, bus: str) -> None:
    async def as_told() -> bool:
        told = await instance.readiness()
        return (told["status"], told["bus"]["state"]) == (status, bus)

    await eventually(as_told, timeout=10, message=f"not {status} and {bus}")


async def write_on(desk: Desk, stop: asyncio.Event) -> int:
    """Write until told to stop; every write is acknowledged at once. Gives how many there were."""
    count = 0
    while not stop.is_set():
        began = time.monotonic()
        await desk.create_client(f"Client {count}")
        assert time.monotonic() - began < 3, "a write waited for Redis"
        count += 1
    return count


async def test_writes_go_on_and_arrive_while_redis_is_killed_and_started_again(
    pair: tuple[Instance, Instance], own_redis: RedisServer
) -> None:
    here, there = await desks(pair)
    boards = [await here.open_board(), await there.open_board()]
    stop = asyncio.Event()
    writing = [asyncio.create_task(write_on(desk, stop)) for desk in (here, there)]
    for board in boards:
        await board.changes_up_to(20)

    await asyncio.to_thread(own_redis.kill)

    for instance in pair:
        await becomes(instance, "degraded", "degraded")
    during = await here.head()
    for board in boards:
        await board.changes_up_to(during, timeout_s=3)

    await asyncio.to_thread(own_redis.start)

    for instance in pair:
        await becomes(instance, "ready", "connected")
    after = await here.head()
    for board in boards:
        await board.changes_up_to(after + 20)
    stop.set()
    written = sum(await asyncio.gather(*writing))
    for board in boards:
        await board.changes_up_to(written)
        assert board.seqs == list(range(1, written + 1))


async def test_one_change_while_redis_is_away_arrives_within_three_seconds(
    pair: tuple[Instance, Instance], own_redis: RedisServer
) -> None:
    here, there = await desks(pair)
    board = await there.open_board()
    await asyncio.to_thread(own_redis.kill)

    answer = await (await here.open_board()).command("client.create", data={"name": "Acme"})

    assert (await board.next_change(timeout_s=3))["id"] == answer.result["id"]


async def test_a_frozen_redis_holds_up_no_write(
    pair: tuple[Instance, Instance], own_redis: RedisServer
) -> None:
    here, there = await desks(pair)
    board: Board = await there.open_board()
    own_redis.pause()
    try:
        for number in range(20):
            began = time.monotonic()
            await here.create_client(f"Client {number}")
            assert time.monotonic() - began < 3
        await board.changes_up_to(20, timeout_s=3)
        await becomes(pair[0], "degraded", "degraded")
    finally:
        own_redis.resume()

    await becomes(pair[0], "ready", "connected")
    await here.create_client("Last")
    await board.changes_up_to(21)
    assert board.seqs == list(range(1, 22))


async def test_a_server_starts_without_its_redis(
    pair: tuple[Instance, Instance], own_redis: RedisServer
) -> None:
    await asyncio.to_thread(own_redis.kill)
    await asyncio.to_thread(pair[1].process.restart)
    here, there = await desks(pair)
    board = await there.open_board()

    await here.create_client()

    assert (await board.next_change(timeout_s=3))["seq"] == 1
    assert (await pair[1].readiness())["status"] == "degraded"
