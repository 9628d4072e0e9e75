"""Buckets, windows and places: what is counted for each key, in bounded memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.policies import Policy
from server.rates.buckets import Buckets
from server.rates.places import Places
from server.rates.windows import Windows

POLICY = Policy("read-user", "user", 10, 5)


def test_a_bucket_gives_its_count_at_once_and_comes_back_in_an_even_flow() -> None:
    buckets = Buckets(POLICY, max_keys=10)
    assert [buckets.take("ana", 0.0) for _ in range(11)] == [True] * 10 + [False]
    assert buckets.wait_s("ana", 0.0) == pytest.approx(0.5)
    assert not buckets.take("ana", 0.4)
    assert buckets.take("ana", 0.5)
    assert buckets.left("ana", 5.5) == 10


def test_one_key_uses_nothing_of_anothers() -> None:
    buckets = Buckets(POLICY, max_keys=10)
    for _ in range(20):
        buckets.take("ana", 0.0)
    assert buckets.take("ben", 0.0)


def test_any_number_of_keys_takes_bounded_memory_and_who_goes_on_is_not_forgotten() -> None:
    buckets, windows = Buckets(POLICY, max_keys=100), Windows(max_keys=100)
    for number in range(10_000):
        now = number / 1e6
        buckets.take("guesser", now)
        windows.hit("guesser", 10, 5.0, now)
        buckets.take(f"address-{number}", now)
        windows.hit(f"address-{number}", 10, 5.0, now)
    assert len(buckets) == len(windows) == 100
    assert not buckets.take("guesser", 0.02)
    assert not windows.hit("guesser", 10, 5.0, 0.02)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=80))
def test_in_no_stretch_as_long_as_the_window_is_a_key_used_more_often_than_it_may(
    gaps: list[int],
) -> None:
    windows, now, used = Windows(max_keys=1), 0.0, []
    for gap in gaps:
        now += gap / 4
        if windows.hit("key", 3, 10.0, now):
            used.append(now)
        else:
            assert windows.used("key", 10.0, now) == 3
            wait_s = windows.wait_s("key", 3, 10.0, now)
            assert 0 < wait_s <= 10.0
    for first, fourth in zip(used, used[3:], strict=False):
        assert fourth - first >= 10.0


def test_a_refused_use_does_not_count_and_a_cleared_key_begins_anew() -> None:
    windows = Windows(max_keys=10)
    assert [windows.hit("key", 2, 10.0, 0.0) for _ in range(5)] == [True, True] + [False] * 3
    assert windows.wait_s("key", 2, 10.0, 4.0) == 6.0
    assert windows.hit("key", 2, 10.0, 10.0)
    windows.clear("key")
    assert windows.used("key", 10.0, 10.0) == 0


def test_places_are_given_up_to_their_number_and_free_again_once_left() -> None:
    places = Places(2)
    assert [places.enter("ana") for _ in range(3)] == [True, True, False]
    assert places.enter("ben")
    places.leave("ana")
    assert places.enter("ana")
    for key in ("ana", "ana", "ben"):
        places.leave(key)
    assert len(places) == 0


def test_who_is_not_known_takes_no_place() -> None:
    places = Places(0)
    assert places.enter("")
    places.leave("")
    assert len(places) == 0
