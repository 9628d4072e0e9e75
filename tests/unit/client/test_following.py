"""Following a log, decision by decision: no socket, no clock but the one that is passed in."""

import json
from typing import Any

import pytest

from clientflow.errors import Forbidden, Gone, Incompatible, NotFound, Unauthorized, Unreachable
from clientflow.errors import refused as error_of
from clientflow.following import (
    Dial,
    Effect,
    End,
    Fold,
    Following,
    HangUp,
    Join,
    Load,
    Lose,
    Renew,
    Settle,
    StartPolling,
    StopPolling,
    Tell,
    Transmit,
)
from clientflow.limits import ClientLimits
from clientflow.pace import HOLE
from realtime.messages import Change, ChangeActor
from realtime.problems import Problem, ProblemKind

LIMITS = ClientLimits()
UNREACHABLE = Unreachable("no network")


def always(value: float) -> Any:
    return lambda: value


def following(seq: int | None = 7) -> Following:
    return Following(seq, LIMITS, always(0.5))


def welcome(*, resumed: bool = True, seq: int = 7) -> str:
    return json.dumps(
        {
            "type": "welcome",
            "seq": seq,
            "session": "s",
            "user": {},
            "role": "editor",
            "heartbeat": 25,
            "resumed": resumed,
        }
    )


def change(seq: int) -> str:
    return json.dumps(
        {
            "type": "change",
            "seq": seq,
            "at": "2026-01-05T09:30:00Z",
            "actor": {"id": "u", "name": "Ana", "via": "rest"},
            "entity": "client",
            "op": "updated",
            "id": "c",
            "version": seq,
            "data": {},
            "command_id": None,
        }
    )


def polled(seq: int) -> Change:
    from datetime import UTC, datetime

    actor = ChangeActor("u", "Ana", "rest")
    at = datetime(2026, 1, 5, tzinfo=UTC)
    return Change(seq, at, actor, "client", "updated", "c", seq, {}, None)


def live(seq: int = 7) -> Following:
    machine = following(seq)
    machine.start(0.0)
    machine.received(welcome(seq=seq), 0.1)
    assert machine.status == "live"
    return machine


def kinds(effects: list[Effect]) -> list[type]:
    return [type(effect) for effect in effects]


def problem(kind: ProblemKind) -> Any:
    return error_of(Problem.of(kind, "no"))


def test_it_says_hello_with_the_seq_that_it_knows() -> None:
    assert following(7).start(0.0) == [Dial(7)]
    assert following(None).start(0.0) == [Dial(None)]


def test_changes_are_folded_in_order_and_known_ones_are_passed_over() -> None:
    machine = live(7)
    assert kinds(machine.received(change(8), 1.0)) == [Fold]
    assert machine.received(change(8), 1.0) == []
    assert machine.received(change(6), 1.0) == []
    assert machine.seq == 8


def test_a_hole_makes_a_new_socket_that_resumes_at_once_from_the_last_good_change() -> None:
    machine = live(7)
    assert machine.received(change(9), 1.0) == [HangUp(HOLE, "a change is missing"), Lose()]
    assert machine.deadline == 1.0
    assert machine.tick(1.0) == [Dial(7)]


def test_after_a_second_hole_in_a_row_the_board_is_read_anew() -> None:
    machine = live(7)
    machine.received(change(9), 1.0)
    machine.tick(1.0)
    machine.received(welcome(), 1.1)
    assert kinds(machine.received(change(9), 1.2)) == [HangUp, Lose, Load]
    assert machine.loaded(9, 2.0) == [Dial(9)]


def test_when_the_log_does_not_reach_back_the_board_is_loaded_before_anything_is_folded() -> None:
    machine = following(7)
    machine.start(0.0)
    assert kinds(machine.received(welcome(resumed=False, seq=90), 0.1)) == [HangUp, Lose, Load]
    assert machine.received(change(91), 0.2) == []
    assert machine.loaded(92, 0.3) == [Dial(92)]


def test_a_board_that_cannot_be_loaded_is_tried_again_later_and_a_refusal_ends_it() -> None:
    machine = following(7)
    machine.start(0.0)
    machine.received(welcome(resumed=False), 0.1)
    assert machine.failed(UNREACHABLE, 1.0) == []
    assert machine.deadline is not None
    assert machine.tick(machine.deadline) == [Load()]
    assert kinds(machine.failed(problem(ProblemKind.NOT_FOUND), 2.0))[-1] is End
    assert machine.status == "ended"


def test_without_a_board_every_change_is_told_whatever_came_before() -> None:
    machine = following(None)
    machine.start(0.0)
    assert kinds(machine.received(welcome(resumed=False, seq=90), 0.1)) == [Join]
    assert kinds(machine.received(change(95), 0.2)) == [Fold]


@pytest.mark.parametrize(("code", "error"), [(4403, Forbidden), (4404, NotFound)])
def test_who_is_not_a_member_leaves_for_good(code: int, error: type[Exception]) -> None:
    machine = live()
    (*_, end) = machine.closed(code, 1.0)
    assert isinstance(end, End)
    assert isinstance(end.error, error)
    assert machine.deadline is None
    assert machine.tick(1_000.0) == []


def test_a_bad_token_is_renewed_and_then_it_resumes_at_once() -> None:
    machine = live(7)
    assert machine.closed(4401, 1.0) == [Lose(), Renew()]
    assert machine.renewed("fresh", 900.0, 2.0) == []
    assert machine.deadline == 2.0
    assert machine.tick(2.0) == [Dial(7)]


def test_a_token_that_cannot_be_renewed_ends_it_but_an_outage_does_not() -> None:
    machine = live()
    machine.closed(4401, 1.0)
    assert machine.failed(UNREACHABLE, 2.0) == []
    assert machine.deadline is not None
    machine = live()
    machine.closed(4401, 1.0)
    (*_, end) = machine.failed(problem(ProblemKind.UNAUTHORIZED), 2.0)
    assert isinstance(end, End)
    assert isinstance(end.error, Unauthorized)


def test_before_a_token_runs_out_a_fresh_one_is_sent() -> None:
    machine = live()
    machine.token_lasts(900.0, 0.1)
    assert Renew() not in machine.tick(839.0)
    assert Renew() in machine.tick(840.2)
    (sent,) = machine.renewed("fresh", 900.0, 841.0)
    assert isinstance(sent, Transmit)
    assert json.loads(sent.text) == {"type": "auth", "token": "fresh"}


def test_a_token_of_short_life_is_renewed_halfway() -> None:
    machine = live()
    machine.token_lasts(10.0, 0.1)
    assert machine.deadline == 5.0 or machine.tick(5.2)[-1] == Renew()


@pytest.mark.parametrize(
    ("code", "low", "high"),
    [
        (4008, 0.0, 0.0),
        (1012, LIMITS.min_redial_s, LIMITS.min_redial_s + LIMITS.restart_spread_s),
        (4029, LIMITS.min_rate_limited_s, LIMITS.max_rate_limited_s),
        (1006, LIMITS.min_redial_s, LIMITS.first_redial_s),
    ],
)
def test_close_codes_are_obeyed(code: int, low: float, high: float) -> None:
    waits = []
    for chance in (0.0, 0.999):
        machine = Following(7, LIMITS, always(chance))
        machine.start(0.0)
        machine.received(welcome(), 0.0)
        machine.closed(code, 10.0)
        assert machine.deadline is not None
        waits.append(machine.deadline - 10.0)
    assert low <= waits[0] <= waits[1] <= high + 1e-9


def test_it_stays_away_as_long_as_the_server_asks() -> None:
    machine = live()
    problem = '{"type":"x","title":"x","status":429,"detail":"x","retry_after":40}'
    machine.received(f'{{"type":"error","id":null,"problem":{problem}}}', 1.0)
    machine.closed(4029, 10.0)
    assert machine.deadline is not None
    assert 50.0 <= machine.deadline <= 70.0


def test_one_that_welcomes_and_drops_at_once_is_not_hammered() -> None:
    machine = Following(7, LIMITS, always(0.999))
    machine.start(0.0)
    now, waits = 0.0, []
    for _ in range(8):
        machine.received(welcome(), now)
        machine.closed(1006, now)
        assert machine.deadline is not None
        waits.append(round(machine.deadline - now, 6))
        now = machine.deadline
        machine.tick(now)
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(LIMITS.max_redial_s, rel=0.01)


def test_a_calm_stretch_starts_the_waits_over() -> None:
    machine = Following(7, LIMITS, always(0.999))
    machine.start(0.0)
    for _ in range(5):
        machine.received(welcome(), 0.0)
        machine.closed(1006, 0.0)
        machine.tick(60.0)
    machine.received(welcome(), 60.0)
    machine.tick(60.0 + LIMITS.calm_s)
    machine.closed(1006, 70.0)
    assert machine.deadline is not None
    assert machine.deadline - 70.0 <= LIMITS.first_redial_s


def test_after_sockets_that_brought_no_welcome_the_long_poll_takes_over_until_one_does() -> None:
    machine = following(7)
    now, effects = 0.0, machine.start(0.0)
    while StartPolling() not in effects:
        effects = machine.closed(None, now)
        assert machine.deadline is not None
        now = machine.deadline
        machine.tick(now)
        assert now < 60
    assert machine.status == "polling"
    assert kinds(machine.polled([polled(8), polled(9)], now)) == [Fold, Fold]
    assert kinds(machine.received(welcome(seq=9), now + 1)) == [StopPolling, Join]
    assert machine.polled([polled(10)], now + 2) == []
    assert machine.seq == 9


def test_a_poll_whose_log_was_cut_loads_the_board() -> None:
    machine = following(7)
    machine.start(0.0)
    for now in range(LIMITS.sockets_before_polling):
        machine.closed(None, float(now))
        machine.tick(100.0 + now)
    gone = problem(ProblemKind.GONE)
    assert isinstance(gone, Gone)
    assert kinds(machine.failed(gone, 200.0)) == [HangUp, Load]


def test_a_socket_without_a_welcome_in_time_is_given_up() -> None:
    machine = following()
    machine.start(0.0)
    assert kinds(machine.tick(LIMITS.welcome_timeout_s)) == [HangUp]
    assert machine.deadline is not None


def test_a_silent_peer_is_asked_and_then_given_up() -> None:
    machine = live()
    machine.tick(LIMITS.calm_s + 1)
    (ping,) = machine.tick(25.1)
    assert isinstance(ping, Transmit)
    assert kinds(machine.tick(25.1 + LIMITS.pong_timeout_s)) == [HangUp, Lose]


def test_any_frame_proves_the_peer_alive() -> None:
    machine = live()
    machine.tick(25.1)
    machine.received('{"type":"pong"}', 26.0)
    assert machine.tick(25.1 + LIMITS.pong_timeout_s) == []


def test_answers_and_what_is_told_are_passed_on_and_what_is_unknown_is_passed_over() -> None:
    machine = live()
    ack = '{"type":"ack","id":"k","seq":8,"version":1,"result":null}'
    assert kinds(machine.received(ack, 1.0)) == [Settle]
    assert kinds(machine.received('{"type":"presence","users":[]}', 1.0)) == [Tell]
    assert machine.received('{"type":"of-the-future","x":1}', 1.0) == []


def test_what_is_no_frame_is_said_to_be_of_another_version() -> None:
    with pytest.raises(Incompatible):
        live().received("<html>", 1.0)
