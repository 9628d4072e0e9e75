"""What was found out a moment ago is kept within bounds of number and age."""

from server.identity.recent import Recent


def test_a_value_is_kept_for_its_time_and_no_longer() -> None:
    now = 100.0
    recent: Recent[str, str] = Recent(10, 30.0, lambda: now)
    recent.put("ana", "good")
    now = 129.9
    assert recent.get("ana") == "good"
    now = 130.0
    assert recent.get("ana") is None
    assert len(recent) == 0


def test_looking_at_a_value_does_not_make_it_last_longer_but_putting_it_anew_does() -> None:
    now = 0.0
    recent: Recent[str, str] = Recent(10, 30.0, lambda: now)
    recent.put("ana", "old")
    recent.put("ben", "old")
    now = 20.0
    assert recent.get("ana") == "old"
    recent.put("ben", "new")
    now = 40.0
    assert recent.get("ana") is None
    assert recent.get("ben") == "new"


def test_the_longest_unused_makes_room() -> None:
    recent: Recent[str, int] = Recent(2, 30.0, lambda: 0.0)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)


def test_what_is_forgotten_is_gone() -> None:
    recent: Recent[str, int] = Recent(2, 30.0, lambda: 0.0)
    recent.put("a", 1)
    recent.forget("a")
    recent.forget("a")
    assert recent.get("a") is None


def test_all_that_a_condition_means_are_forgotten() -> None:
    recent: Recent[str, int] = Recent(9, 30.0, lambda: 0.0)
    for number, key in enumerate("abcd"):
        recent.put(key, number)
    recent.forget_where(lambda number: number in (1, 3))
    assert [recent.get(key) for key in "abcd"] == [0, None, 2, None]
