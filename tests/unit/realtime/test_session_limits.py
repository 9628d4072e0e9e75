"""What one channel may do, and what happens when it does more."""

import pytest

from realtime.problems import CloseCode
from realtime.session import FLOOD_REST_S, Effect, Run, SessionLimits
from tests.unit.realtime.conversation import (
    PING,
    PONG,
    Conversation,
    answers,
    closing,
    command,
    error,
)


def ran(effects: list[Effect]) -> list[str]:
    """The ids of the commands that are given out."""
    return [effect.command_id for effect in effects if isinstance(effect, Run)]


def test_a_flood_of_frames_ends_the_channel_with_4029() -> None:
    flooding = Conversation.live(SessionLimits(frames_per_s=10.0, frames_burst=5.0))
    # hello has taken one of the five
    for _ in range(4):
        assert answers(flooding.say(PING)) == [PONG]
    effects = flooding.say(PING)
    assert closing(effects) == CloseCode.RATE_LIMITED == 4029
    assert error(effects)["problem"]["status"] == 429
    assert error(effects)["problem"]["retry_after"] == FLOOD_REST_S
    assert len(effects) == 2


def test_frames_that_say_nothing_count_too() -> None:
    pinging = Conversation.live(SessionLimits(frames_per_s=10.0, frames_burst=5.0))
    for _ in range(4):
        assert pinging.session.counted(pinging.now) == []
    assert closing(pinging.session.counted(pinging.now)) == CloseCode.RATE_LIMITED
    assert pinging.session.counted(pinging.now) == []


def test_frames_of_every_kind_count_whatever_is_in_them() -> None:
    limits = SessionLimits(frames_per_s=1.0, frames_burst=3.0)
    for frame in ({"type": "?"}, [], command(op="?"), {"type": "presence", "state": {}}):
        flooding = Conversation.live(limits)
        assert closing(flooding.say(frame)) is None
        assert closing(flooding.say(frame)) is None
        assert closing(flooding.say(frame)) == CloseCode.RATE_LIMITED


def test_who_keeps_to_the_pace_may_go_on_for_ever() -> None:
    steady = Conversation.live(SessionLimits(frames_per_s=10.0, frames_burst=2.0))
    for _ in range(100):
        steady.now += 0.1
        assert answers(steady.say(PING)) == [PONG]


def test_commands_above_their_pace_are_answered_with_429_and_their_id() -> None:
    eager = Conversation.live(SessionLimits(commands_per_s=1.0, commands_burst=2.0))
    assert ran(eager.say(command("k-1"))) == ["k-1"]
    assert ran(eager.say(command("k-2"))) == ["k-2"]
    effects = eager.say(command("k-3"))
    assert error(effects)["id"] == "k-3"
    assert error(effects)["problem"]["status"] == 429
    assert error(effects)["problem"]["type"] == "/docs/errors#too-many"
    assert error(effects)["problem"]["retry_after"] == 1
    assert len(effects) == 1
    assert eager.is_open
    eager.now += 1.0
    assert ran(eager.say(command("k-4"))) == ["k-4"]


def test_the_pace_of_commands_holds_back_no_other_frame() -> None:
    eager = Conversation.live(SessionLimits(commands_per_s=1.0, commands_burst=1.0))
    eager.say(command("k-1"))
    assert error(eager.say(command("k-2")))["problem"]["status"] == 429
    assert answers(eager.say(PING)) == [PONG]
    assert len(eager.say({"type": "presence", "state": {}})) == 1
    assert len(eager.say({"type": "auth", "token": "t"})) == 1


@pytest.mark.parametrize("op", ["?", "client.delete"])
def test_a_command_counts_towards_the_pace_whether_it_is_good_or_not(op: str) -> None:
    eager = Conversation.live(SessionLimits(commands_per_s=1.0, commands_burst=2.0))
    eager.say(command("k-1", op=op))
    eager.say(command("k-2", op=op))
    assert error(eager.say(command("k-3", op=op)))["problem"]["status"] == 429


def test_the_limits_promised_are_the_limits_by_default() -> None:
    limits = SessionLimits()
    assert limits.hello_timeout_s == 5.0
    assert limits.heartbeat_s == 25
    assert limits.max_frame_bytes == 64 * 1024
    # a client that sends as many frames as it may is not closed by them
    live = Conversation.live()
    for _ in range(int(limits.frames_burst) - 1):
        assert answers(live.say(PING)) == [PONG]
