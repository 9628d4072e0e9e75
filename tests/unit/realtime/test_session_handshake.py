"""From the opening of a channel to its welcome, and the life of its token."""

import pytest

from realtime.problems import CloseCode
from realtime.session import Authenticate, Close, Renew, Run, SessionLimits
from tests.unit.realtime.conversation import (
    HELLO,
    PING,
    PONG,
    Conversation,
    answers,
    closing,
    command,
    error,
    fields,
)


def test_hello_asks_for_its_token_to_be_checked() -> None:
    said = Conversation().say({"type": "hello", "token": "secret", "since": 7})
    assert said == [Authenticate("secret", 7)]


@pytest.mark.parametrize("hello", [{}, {"token": None, "since": None}])
def test_a_hello_may_leave_the_token_to_the_headers_and_the_board_to_a_reload(
    hello: dict[str, object],
) -> None:
    assert Conversation().say({"type": "hello", **hello}) == [Authenticate(None, None)]


def test_a_hello_may_resume_from_the_very_beginning() -> None:
    assert Conversation().say({"type": "hello", "since": 0}) == [Authenticate(None, 0)]


@pytest.mark.parametrize(
    "first",
    [
        PING,
        command(),
        {"type": "presence", "state": {}},
        {"type": "auth", "token": "t"},
    ],
    ids=lambda frame: frame["type"],
)
def test_a_first_frame_other_than_hello_is_answered_and_ends_the_channel_with_4400(
    first: dict[str, object],
) -> None:
    effects = Conversation().say(first)
    assert error(effects)["problem"]["status"] == 400
    assert "hello" in error(effects)["problem"]["detail"]
    assert closing(effects) == CloseCode.MALFORMED == 4400


@pytest.mark.parametrize(
    ("hello", "field"),
    [
        ({"type": "hello", "token": 5}, "token"),
        ({"type": "hello", "since": "7"}, "since"),
        ({"type": "hello", "since": -1}, "since"),
        ({"type": "hello", "since": 1.5}, "since"),
        ({"type": "helo"}, "type"),
        ({"token": "t"}, "type"),
        ([], ""),
    ],
)
def test_a_hello_of_the_wrong_shape_names_the_field_and_ends_the_channel(
    hello: object, field: str
) -> None:
    effects = Conversation().say(hello)
    assert fields(effects) == [field]
    assert closing(effects) == CloseCode.MALFORMED


def test_what_is_no_json_at_all_ends_the_channel_before_hello() -> None:
    effects = Conversation().say("GET / HTTP/1.1")
    assert error(effects)["problem"]["type"] == "/docs/errors#malformed"
    assert closing(effects) == CloseCode.MALFORMED


def test_a_channel_that_does_not_say_hello_in_time_is_closed_with_4400() -> None:
    silent = Conversation(SessionLimits(hello_timeout_s=5.0))
    assert silent.session.deadline == silent.now + 5.0
    assert silent.wait(4.99) == []
    effects = silent.wait(0.01)
    assert closing(effects) == CloseCode.MALFORMED
    assert effects == [Close(CloseCode.MALFORMED, "no hello within 5 s")]


def test_a_hello_in_time_stops_that_clock_however_long_the_check_takes() -> None:
    joining = Conversation.joining()
    assert joining.session.deadline is None
    assert joining.wait(3600.0) == []


def test_frames_before_the_welcome_end_the_channel_but_a_ping_is_answered() -> None:
    joining = Conversation.joining()
    assert answers(joining.say(PING)) == [PONG]
    effects = joining.say(command())
    assert "welcome" in error(effects)["problem"]["detail"]
    assert closing(effects) == CloseCode.MALFORMED


def test_a_second_hello_ends_the_channel() -> None:
    for conversation in (Conversation.joining(), Conversation.live()):
        assert closing(conversation.say(HELLO)) == CloseCode.MALFORMED


@pytest.mark.parametrize(
    "code", [CloseCode.UNAUTHORIZED, CloseCode.NOT_A_MEMBER, CloseCode.NO_SUCH_WORKSPACE]
)
def test_a_token_that_is_refused_ends_the_channel_with_the_reason_given(code: CloseCode) -> None:
    joining = Conversation.joining()
    assert joining.session.refused(code, "because") == [Close(code, "because")]


def test_a_welcome_that_comes_after_the_end_revives_nothing() -> None:
    ended = Conversation.joining()
    ended.session.refused(CloseCode.UNAUTHORIZED, "because")
    ended.session.welcomed(ended.now, 900.0)
    assert ended.session.deadline is None
    assert ended.say(PING) == []


def test_a_welcome_without_a_hello_opens_nothing() -> None:
    waiting = Conversation()
    waiting.session.welcomed(waiting.now, 900.0)
    assert closing(waiting.say(command())) == CloseCode.MALFORMED


def test_when_the_token_runs_out_the_channel_is_closed_with_4401() -> None:
    live = Conversation.live(expires_in_s=60.0)
    assert live.session.deadline == live.now + 60.0
    assert live.wait(59.9) == []
    assert closing(live.wait(0.1)) == CloseCode.UNAUTHORIZED == 4401


def test_a_fresh_token_is_given_out_to_be_checked_and_postpones_the_end() -> None:
    live = Conversation.live(expires_in_s=60.0)
    live.wait(59.0)
    assert live.say({"type": "auth", "token": "fresh"}) == [Renew("fresh")]
    live.session.renewed(live.now, 60.0)
    assert live.wait(59.9) == []
    assert closing(live.wait(0.1)) == CloseCode.UNAUTHORIZED


def test_a_fresh_token_that_is_refused_ends_the_channel() -> None:
    live = Conversation.live()
    live.say({"type": "auth", "token": "stale"})
    effects = live.session.refused(CloseCode.UNAUTHORIZED, "stale")
    assert effects == [Close(CloseCode.UNAUTHORIZED, "stale")]


def test_a_renewal_outside_a_live_channel_means_nothing() -> None:
    joining = Conversation.joining()
    joining.session.renewed(joining.now, 60.0)
    assert joining.session.deadline is None


def test_a_token_without_an_end_keeps_the_channel_for_ever() -> None:
    live = Conversation.live(expires_in_s=float("inf"))
    assert live.wait(10 * 365 * 86_400.0) == []
    (run,) = live.say(command())
    assert isinstance(run, Run)
