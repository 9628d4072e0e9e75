"""Exponential backoff with full jitter."""

from realtime.bus.backoff import Backoff


def test_the_ceiling_doubles_up_to_its_cap() -> None:
    backoff = Backoff(0.05, 1.0, random=lambda: 1.0)
    assert [backoff.next_delay_s() for _ in range(7)] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_each_delay_is_any_part_of_the_ceiling() -> None:
    parts = iter([0.0, 0.5, 0.25])
    backoff = Backoff(1.0, 8.0, random=lambda: next(parts))
    assert [backoff.next_delay_s() for _ in range(3)] == [0.0, 1.0, 1.0]


def test_reset_starts_anew() -> None:
    backoff = Backoff(0.05, 1.0, random=lambda: 1.0)
    for _ in range(2000):
        backoff.next_delay_s()
    backoff.reset()
    assert backoff.next_delay_s() == 0.05
