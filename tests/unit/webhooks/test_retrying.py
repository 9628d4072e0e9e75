"""What follows from an answer: when to try again, and when to give up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.webhooks.limits import WebhookLimits
from server.webhooks.retrying import Answer, GiveUp, Retry, RetryPolicy, retry_after_s

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = WebhookLimits(first_retry_s=5, max_retry_s=3_600, give_up_after_s=86_400, min_attempts=5)
REFUSED = Answer(500, "The receiver answered 500.", 3)


def delay(attempt: int, random: float, answer: Answer = REFUSED) -> float:
    verdict = RetryPolicy(LIMITS, lambda: random).after(answer, attempt, NOON, NOON)
    assert isinstance(verdict, Retry)
    return verdict.delay_s


def test_each_wait_is_twice_the_one_before_up_to_a_ceiling() -> None:
    assert [delay(attempt, 1.0) for attempt in range(1, 5)] == [5, 10, 20, 40]
    assert delay(100, 1.0) == 3_600
    assert delay(10_000, 1.0) == 3_600


def test_half_of_a_wait_is_left_to_chance() -> None:
    assert (delay(3, 0.0), delay(3, 0.5), delay(3, 1.0)) == (10, 15, 20)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("99999999999999999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after_s(header, NOON) == seconds


def test_what_a_receiver_asks_for_is_waited_but_no_longer_than_a_day() -> None:
    def asking(header: str) -> Answer:
        return Answer(503, "busy", 1, retry_after=header)

    assert delay(1, 1.0, asking("120")) == 120
    assert delay(1, 1.0, asking("1")) == 5
    assert delay(1, 1.0, asking("999999999")) == 86_400
    assert delay(1, 1.0, asking("soon")) == 5


def test_a_receiver_that_is_gone_is_given_up_at_once() -> None:
    policy = RetryPolicy(LIMITS, lambda: 1.0)
    assert isinstance(policy.after(Answer(410, "gone", 1), 1, NOON, NOON), GiveUp)


def test_failures_over_a_long_time_are_given_up_but_not_a_few_of_them() -> None:
    policy, later = RetryPolicy(LIMITS, lambda: 1.0), NOON + timedelta(days=1)
    assert isinstance(policy.after(REFUSED, 4, NOON, later), Retry)
    assert isinstance(policy.after(REFUSED, 50, NOON, later - timedelta(seconds=1)), Retry)
    verdict = policy.after(REFUSED, 5, NOON, later)
    assert verdict == GiveUp("5 attempts have failed since 2026-03-01 12:00 UTC.")
