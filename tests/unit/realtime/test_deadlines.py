"""Many deadlines on one timer."""

from hypothesis import given
from hypothesis import strategies as st

from realtime.deadlines import DeadlineWheel

SLOT = 0.25


def wheel(now: float = 100.0) -> DeadlineWheel[str]:
    return DeadlineWheel(SLOT, now)


def due(deadlines: DeadlineWheel[str], now: float) -> list[str]:
    return sorted(deadlines.due(now))


def test_a_key_falls_due_at_its_deadline_once() -> None:
    deadlines = wheel()
    deadlines.set("a", 101.0)
    assert due(deadlines, 100.99) == []
    assert due(deadlines, 101.0) == ["a"]
    assert due(deadlines, 500.0) == []
    assert len(deadlines) == 0
    assert deadlines._slots == {}  # nothing is kept of what has passed


def test_a_deadline_within_a_slot_is_kept_at_the_slots_end_never_before() -> None:
    deadlines = wheel()
    deadlines.set("a", 100.3)
    assert due(deadlines, 100.49) == []
    assert due(deadlines, 100.5) == ["a"]


def test_a_deadline_that_is_moved_falls_due_where_it_was_moved_to() -> None:
    deadlines = wheel()
    deadlines.set("later", 101.0)
    deadlines.set("later", 105.0)
    deadlines.set("sooner", 105.0)
    deadlines.set("sooner", 101.0)
    assert len(deadlines) == 2
    assert due(deadlines, 104.0) == ["sooner"]
    assert due(deadlines, 105.0) == ["later"]


def test_a_deadline_that_is_removed_never_falls_due() -> None:
    deadlines = wheel()
    deadlines.set("a", 101.0)
    deadlines.set("b", 101.0)
    deadlines.set("c", None)
    deadlines.set("a", None)
    deadlines.discard("b")
    deadlines.discard("b")
    assert len(deadlines) == 0
    assert due(deadlines, 200.0) == []


def test_a_deadline_in_the_past_falls_due_with_the_next_slot() -> None:
    deadlines = wheel()
    assert due(deadlines, 110.0) == []
    deadlines.set("a", 50.0)
    assert due(deadlines, 110.25) == ["a"]


def test_a_key_may_be_set_anew_while_the_due_ones_are_gone_through() -> None:
    deadlines = wheel()
    deadlines.set("a", 101.0)
    deadlines.set("b", 101.0)
    for key in deadlines.due(101.0):
        deadlines.set(key, 101.0)  # already past: the next slot, not this one again
    assert due(deadlines, 101.0) == []
    assert due(deadlines, 101.25) == ["a", "b"]


def test_a_due_key_may_be_removed_or_moved_while_the_due_ones_are_gone_through() -> None:
    """One connection's end may end another's wait."""
    for other_deadline, apart in ((None, 0.0), (200.0, 0.0), (None, SLOT), (200.0, SLOT)):
        deadlines = wheel()
        for place, key in enumerate("abc"):
            deadlines.set(key, 100.5 + place * apart)
        seen = []
        for key in deadlines.due(101.0):
            seen.append(key)
            for other in "abc":
                if other != key:
                    deadlines.set(other, other_deadline)
        assert len(seen) == 1
        assert len(deadlines) == (0 if other_deadline is None else 2)


keys = st.sampled_from("abcd")
quarters = st.integers(0, 60)
steps = st.one_of(
    st.tuples(st.just("set"), keys, quarters),
    st.tuples(st.just("discard"), keys, quarters),
    st.tuples(st.just("pass"), keys, quarters),
)


@given(st.lists(steps, max_size=60))
def test_nothing_falls_due_early_or_more_than_a_slot_late_or_twice(
    story: list[tuple[str, str, int]],
) -> None:
    """Against the plain way: a dictionary of deadlines looked through each time."""
    now = 10.0
    deadlines = wheel(now)
    plain: dict[str, float] = {}
    for act, key, amount in story:
        if act == "set":
            # eighths: deadlines in the midst of slots, and some in the past
            deadline = now + amount / 8 - 1.0
            deadlines.set(key, deadline)
            plain[key] = max(deadline, now)
        elif act == "discard":
            plain.pop(key, None)
            deadlines.discard(key)
        else:
            now += amount / 16
            for fallen in deadlines.due(now):
                assert plain.pop(fallen) <= now
            assert all(due_at > now - SLOT for due_at in plain.values())
        assert len(deadlines) == len(plain)
