"""Turns for those who say much at once."""

import asyncio

import pytest

from server.pump import REST_S, TURN_S, Pump
from tests.unit.virtual_time import in_virtual_time


class Clock:
    """Each look at it costs half a turn, so that two talkers fit into one."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += TURN_S / 2
        return self.now


class Talker:
    def __init__(self, told: list[str], name: str, parts: int, *, is_noisy: bool = False) -> None:
        self.told = told
        self.name = name
        self.parts = parts
        self.is_noisy = is_noisy
        self.is_given_up = False

    def take_some(self) -> bool:
        if self.parts < 0:
            raise ValueError(self.name)
        self.told.append(self.name)
        self.parts -= 1
        return self.parts > 0

    def give_up(self) -> None:
        self.is_given_up = True


@in_virtual_time
async def test_talkers_go_on_in_turns_and_everything_else_between() -> None:
    told: list[str] = []
    pump = Pump(Clock())
    pump.add(Talker(told, "a", 3))
    pump.add(Talker(told, "b", 2))

    for _ in range(3):
        await asyncio.sleep(0)
        told.append("-")

    assert "".join(told) == "ab-ab-a-"


@in_virtual_time
async def test_the_noisy_rest_between_two_turns_and_hold_up_nobody_calm() -> None:
    told: list[str] = []
    pump, loop = Pump(Clock()), asyncio.get_running_loop()
    began = loop.time()
    pump.add(Talker(told, "N", 6, is_noisy=True))
    pump.add(Talker(told, "c", 4))
    await asyncio.sleep(REST_S / 2)
    assert "".join(told) == "NNcccc"

    while len(told) < 10:
        await asyncio.sleep(REST_S / 2)

    assert loop.time() - began >= 2 * REST_S


@in_virtual_time
async def test_one_that_cannot_be_taken_is_given_up_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []
    pump = Pump(Clock())
    broken = Talker(told, "broken", -1)
    pump.add(broken)
    pump.add(Talker(told, "whole", 1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert broken.is_given_up
    assert told == ["whole"]
    assert "could not be taken" in caplog.text
