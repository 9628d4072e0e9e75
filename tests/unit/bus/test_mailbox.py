"""A bounded queue in which what does not fit becomes one WAKE a channel."""

from hypothesis import given
from hypothesis import strategies as st

from realtime.bus import WAKE
from realtime.bus.mailbox import Mailbox


def mailbox(messages: int = 100, size_bytes: int = 10_000, lost_channels: int = 10) -> Mailbox:
    return Mailbox(messages=messages, size_bytes=size_bytes, lost_channels=lost_channels)


def everything(box: Mailbox) -> list[tuple[str, bytes]]:
    return box.take(10**9, 10**9)


def test_messages_come_out_in_the_order_they_went_in() -> None:
    box = mailbox()
    for n in range(5):
        assert box.put(f"c{n % 2}", b"%d" % n)
    assert everything(box) == [(f"c{n % 2}", b"%d" % n) for n in range(5)]
    assert not box


def test_what_does_not_fit_becomes_one_wake_behind_what_does() -> None:
    box = mailbox(messages=2)
    assert box.put("a", b"1")
    assert box.put("a", b"2")
    assert not box.put("a", b"3")
    assert not box.put("b", b"4")
    assert not box.put("a", b"5")
    assert everything(box) == [("a", b"1"), ("a", b"2"), ("a", WAKE), ("b", WAKE)]


def test_size_is_bounded_in_bytes_too() -> None:
    box = mailbox(size_bytes=10)
    assert box.put("a", b"x" * 9)
    assert not box.put("a", b"yy")
    assert box.put("a", b"z")
    assert everything(box) == [("a", b"x" * 9), ("a", WAKE), ("a", b"z")]
    assert box.put("a", b"x" * 10)


def test_a_loss_after_the_wake_was_taken_makes_another() -> None:
    box = mailbox()
    box.lose("a")
    assert box.pop() == ("a", WAKE)
    box.lose("a")
    assert box.pop() == ("a", WAKE)


def test_a_wake_that_is_put_in_counts_as_a_loss_and_not_as_a_message() -> None:
    box = mailbox(messages=0)
    assert box.put("a", WAKE)
    assert box.put("a", WAKE)
    assert everything(box) == [("a", WAKE)]


def test_more_lost_channels_than_the_bound_are_forgotten() -> None:
    box = mailbox(lost_channels=2)
    assert [box.lose(channel) for channel in ("a", "b", "c", "a")] == [True, True, False, True]
    assert everything(box) == [("a", WAKE), ("b", WAKE)]


def test_losing_all_leaves_one_wake_a_channel_and_tells_how_many_messages_went() -> None:
    box = mailbox()
    box.put("a", b"1")
    box.lose("b")
    box.put("a", b"2")
    assert box.lose_all() == 2
    assert everything(box) == [("a", WAKE), ("b", WAKE)]
    assert box.put("a", b"x" * 10_000), "the bytes are free again"


def test_a_batch_ends_at_either_bound_but_holds_at_least_one_message() -> None:
    box = mailbox()
    for _ in range(5):
        box.put("a", b"12345")
    assert len(box.take(2, 1000)) == 2
    assert len(box.take(10, 6)) == 2
    assert len(box.take(10, 1)) == 1
    assert box.take(10, 1000) == []


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.binary(min_size=2, max_size=6)) | st.none()),
    st.integers(0, 4),
)
def test_every_message_comes_out_or_is_followed_by_a_wake_on_its_channel(
    events: list[tuple[str, bytes] | None], room: int
) -> None:
    box = mailbox(messages=room, size_bytes=15)
    owed: set[str] = set()
    for event in events:
        if event is None:
            if box:
                channel, message = box.pop()
                if message == WAKE:
                    owed.discard(channel)
        elif not box.put(*event):
            owed.add(event[0])
        assert len(box) <= room + 3
    assert owed <= {channel for channel, message in everything(box) if message == WAKE}
