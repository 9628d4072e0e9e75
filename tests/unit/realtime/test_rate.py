"""A token bucket: so many at once, so many a second."""

from hypothesis import given
from hypothesis import strategies as st

from realtime.rate import TokenBucket


def test_a_burst_goes_through_and_no_more() -> None:
    bucket = TokenBucket(1.0, 3.0, now=100.0)
    assert [bucket.take(100.0) for _ in range(5)] == [True, True, True, False, False]


def test_it_fills_up_at_its_rate() -> None:
    bucket = TokenBucket(2.0, 1.0, now=0.0)
    assert bucket.take(0.0)
    assert not bucket.take(0.25)
    assert bucket.take(0.5)
    assert not bucket.take(0.75)


def test_it_holds_no_more_than_a_burst_however_long_it_rested() -> None:
    bucket = TokenBucket(1.0, 2.0, now=0.0)
    assert [bucket.take(3600.0) for _ in range(3)] == [True, True, False]


def test_who_is_refused_loses_nothing_by_having_asked() -> None:
    bucket = TokenBucket(1.0, 1.0, now=0.0)
    assert bucket.take(0.0)
    assert not any(bucket.take(0.125 * turn) for turn in range(1, 8))
    assert bucket.take(1.0)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_in_no_stretch_of_time_does_more_go_through_than_burst_and_rate_allow(
    gaps: list[int],
) -> None:
    per_second, burst = 4.0, 5.0
    bucket = TokenBucket(per_second, burst, now=0.0)
    now, taken = 0.0, []
    for gap in gaps:
        now += gap / 16
        if bucket.take(now):
            taken.append(now)
    for first, start in enumerate(taken):
        for last, end in enumerate(taken[first:], first):
            assert last - first + 1 <= burst + per_second * (end - start)
