"""Turns are taken in the order of coming, key by key, and leave nothing behind."""

import asyncio

import pytest

from storage.errors import Unavailable
from storage.turns import Turns


async def test_a_turn_is_had_by_one_at_a_time_in_the_order_of_coming() -> None:
    turns, seen = Turns(timeout_s=5), []

    async def take(number: int) -> None:
        async with turns.of("a"):
            seen.append((number, "in"))
            await asyncio.sleep(0)
            seen.append((number, "out"))

    await asyncio.gather(*(take(number) for number in range(4)))

    assert seen == [(number, step) for number in range(4) for step in ("in", "out")]


async def test_keys_do_not_wait_for_each_other() -> None:
    turns = Turns(timeout_s=0.05)

    async with turns.of("a"), turns.of("b"):
        pass


async def test_a_turn_that_does_not_come_in_time_is_unavailable_and_the_next_may_come() -> None:
    turns = Turns(timeout_s=0.05)

    async def take() -> None:
        async with turns.of("a"):
            pass

    async with turns.of("a"):
        with pytest.raises(Unavailable):
            await take()
    await take()


async def test_whoever_gives_up_waiting_leaves_no_trace() -> None:
    turns = Turns(timeout_s=5)

    async def take() -> None:
        async with turns.of("a"):
            pass

    async with turns.of("a"):
        waiting = asyncio.create_task(take())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    await take()

    assert (turns._locks, turns._takers) == ({}, {})
