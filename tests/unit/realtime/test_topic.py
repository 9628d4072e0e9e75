"""A workspace's changes on one instance: in order, without holes, to every socket once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.frames import Bundle, Frame, Outgoing
from realtime.problems import CloseCode
from realtime.topic import Topic
from tests.unit.realtime.doubles import Socket, change


def closed_yet(*, max_early: int = 100) -> Topic:
    """A topic that sends at once whatever it gathers."""
    return Topic("w1", "a", max_early=max_early, want_flush=Topic.flush)


def gathering(*, max_early: int = 100) -> Topic:
    """A topic that sends only when it is told to."""
    return Topic("w1", "a", max_early=max_early, want_flush=lambda _: None)


def opened(head: int = 0, *, max_early: int = 100) -> Topic:
    topic = closed_yet(max_early=max_early)
    topic.start_at(head)
    return topic


def attached(topic: Topic, user_id: str = "ana", *, cursor: int | None = None) -> Socket:
    socket = Socket(user_id)
    socket.cursor = topic.head if cursor is None else cursor
    topic.attach(socket)
    return socket


def offer(topic: Topic, *seqs: int) -> None:
    for seq in seqs:
        topic.offer(change(seq))


def test_changes_in_order_go_to_every_socket_at_once() -> None:
    topic = opened()
    ana, ben = attached(topic), attached(topic, "ben")
    offer(topic, 1, 2, 3)
    assert ana.changes == ben.changes == [1, 2, 3]
    assert topic.delivered == topic.head == 3
    assert not topic.has_hole


def test_all_sockets_get_the_very_same_frame() -> None:
    frames: list[Outgoing] = []

    class Keeping(Socket):
        def send(self, outgoing: Outgoing) -> None:
            frames.append(outgoing)

    topic = opened()
    for _ in range(3):
        topic.attach(Keeping())
    offer(topic, 1)
    assert len(frames) == 3
    assert frames[0] is frames[1] is frames[2]


def test_what_comes_in_one_turn_leaves_in_one_piece_that_all_sockets_share() -> None:
    pieces: dict[str, list[Outgoing]] = {"ana": [], "ben": []}

    class Keeping(Socket):
        def send(self, outgoing: Outgoing) -> None:
            pieces[self.user_id].append(outgoing)

    topic = gathering()
    topic.start_at(0)
    for name in pieces:
        topic.attach(Keeping(name))
    offer(topic, 1, 2)
    topic.broadcast(Frame(b"{}"))
    assert pieces == {"ana": [], "ben": []}
    topic.flush()
    (piece,) = pieces["ana"]
    assert isinstance(piece, Bundle)
    assert pieces["ben"] == [piece]
    assert piece.wire == change(1).frame.wire + change(2).frame.wire + Frame(b"{}").wire
    topic.flush()
    assert len(pieces["ana"]) == 1


def test_a_flush_is_asked_for_once_for_all_that_is_gathered() -> None:
    asked: list[Topic] = []
    topic = Topic("w1", "a", max_early=100, want_flush=asked.append)
    topic.start_at(0)
    offer(topic, 1)
    assert asked == []  # nobody is there to send to
    attached(topic)
    offer(topic, 2, 3)
    assert asked == [topic]
    topic.flush()
    offer(topic, 4)
    assert asked == [topic, topic]


def test_a_socket_that_comes_while_frames_are_gathered_gets_only_what_is_news_to_it() -> None:
    topic = gathering()
    topic.start_at(0)
    early = attached(topic, "early")
    offer(topic, 1, 2)
    late, leaves = attached(topic, "late"), attached(topic, "leaves")
    offer(topic, 3)
    topic.detach(leaves)
    assert len(topic) == 2
    topic.flush()
    offer(topic, 4)
    topic.flush()
    assert early.changes == [1, 2, 3, 4]
    assert late.changes == [3, 4]
    assert leaves.changes == []


def test_who_is_closed_gets_first_what_was_gathered() -> None:
    topic = gathering()
    topic.start_at(0)
    ana, ben = attached(topic, "ana"), attached(topic, "ben")
    offer(topic, 1)
    topic.offer(change(2, entity="member", op="deleted", id_="ben"))
    assert (ben.changes, ben.closed) == ([1], CloseCode.NOT_A_MEMBER)
    topic.close_all(CloseCode.RESTARTING, "restarting")
    assert ana.changes == [1, 2]


def test_a_change_that_comes_again_is_not_delivered_again() -> None:
    topic = opened()
    ana = attached(topic)
    offer(topic, 1, 1, 2, 1, 2)
    assert ana.changes == [1, 2]


def test_what_is_history_when_the_topic_opens_is_not_delivered() -> None:
    topic = opened(head=5)
    ana = attached(topic)
    offer(topic, 4, 5)
    assert ana.changes == []
    offer(topic, 6)
    assert ana.changes == [6]


def test_a_change_that_comes_too_early_waits_for_those_before_it() -> None:
    topic = opened()
    ana = attached(topic)
    offer(topic, 3, 2)
    assert ana.changes == []
    assert topic.has_hole
    offer(topic, 1)
    assert ana.changes == [1, 2, 3]
    assert not topic.has_hole


def test_a_hole_stays_one_until_all_of_it_is_filled() -> None:
    topic = opened()
    ana = attached(topic)
    offer(topic, 2, 5)
    offer(topic, 1)
    assert ana.changes == [1, 2]
    assert topic.has_hole
    offer(topic, 4)
    assert topic.has_hole
    offer(topic, 3)
    assert ana.changes == [1, 2, 3, 4, 5]
    assert not topic.has_hole


def test_before_the_head_is_known_changes_wait_and_history_among_them_is_dropped() -> None:
    topic = closed_yet()
    ana = attached(topic, cursor=3)
    offer(topic, 3, 5, 4, 7)
    assert ana.changes == []
    topic.start_at(3)
    assert ana.changes == [4, 5]
    assert topic.has_hole


def test_more_early_changes_than_may_wait_leave_a_hole_for_the_log_to_fill() -> None:
    topic = opened(max_early=3)
    ana = attached(topic)
    offer(topic, 2, 3, 4, 5)
    assert topic.has_hole
    offer(topic, *range(1, 6))
    assert ana.changes == [1, 2, 3, 4, 5]
    assert not topic.has_hole


def test_no_more_early_changes_wait_than_may() -> None:
    topic = opened(max_early=3)
    ana = attached(topic)
    offer(topic, 2, 3, 4, 5, 6, 7, 8, 9)
    offer(topic, 1)
    assert len(ana.changes) <= 1 + 3
    topic = opened(max_early=3)
    ana = attached(topic)
    offer(topic, 2, 3, 4, 5)
    offer(topic, 1)
    assert len(ana.changes) <= 1 + 3


def test_what_was_thought_to_be_in_the_log_and_is_not_is_forgotten() -> None:
    topic = opened()
    ana = attached(topic)
    offer(topic, 1, 5)
    topic.behind(3)
    known = topic.log_head
    assert known == 5
    topic.settle(known)
    assert not topic.has_hole
    offer(topic, 2, 3, 4)
    assert ana.changes == [1, 2, 3, 4]


def test_what_is_learnt_of_while_the_log_is_read_is_not_forgotten_with_the_rest() -> None:
    topic = opened()
    ana = attached(topic)
    offer(topic, 5)
    known = topic.log_head
    offer(topic, 7, 6)
    topic.settle(known)
    assert topic.has_hole
    offer(topic, 1, 2, 3, 4)
    assert ana.changes == [1, 2, 3, 4]
    offer(topic, 5)
    assert ana.changes == [1, 2, 3, 4, 5, 6, 7]


def test_a_socket_that_is_being_sent_the_log_gets_everything_but_changes() -> None:
    topic = opened(head=5)
    ana = Socket()
    topic.begin_resume(ana)
    assert len(topic) == 1
    assert topic.subscribers == [ana]
    offer(topic, 6)
    topic.broadcast(Frame(b'{"type":"presence"}'))
    assert ana.changes == []
    assert len(ana.presence) == 1
    ana.cursor = 6
    topic.attach(ana)
    assert topic.subscribers == [ana]
    offer(topic, 7)
    assert ana.changes == [7]
    topic.detach(ana)
    topic.begin_resume(ana)
    topic.detach(ana)
    assert len(topic) == 0


def test_an_early_change_that_comes_again_takes_no_second_place() -> None:
    topic = opened(max_early=4)
    ana = attached(topic)
    offer(topic, 2, 3, 4, 4, 3, 2)
    offer(topic, 1)
    assert ana.changes == [1, 2, 3, 4]


def test_the_change_that_closes_the_hole_needs_no_place_among_those_that_wait() -> None:
    topic = opened(max_early=3)
    ana = attached(topic)
    offer(topic, 2, 3, 4, 1)
    assert ana.changes == [1, 2, 3, 4]


def test_early_changes_thrown_away_before_the_head_is_known_are_missed_afterwards() -> None:
    topic = closed_yet(max_early=3)
    ana = attached(topic, cursor=0)
    offer(topic, 2, 3, 4, 1)
    topic.start_at(0)
    assert ana.changes == [1, 2, 3, 4] or topic.has_hole


@pytest.mark.parametrize(("head", "hole"), [(2, False), (3, False), (4, True)])
def test_a_log_that_reaches_further_than_what_was_delivered_is_a_hole(
    head: int, hole: bool
) -> None:
    topic = opened(head=3)
    topic.behind(head)
    assert topic.has_hole is hole


def test_a_log_that_reaches_further_is_no_hole_before_the_topic_has_opened() -> None:
    topic = closed_yet(max_early=3)
    topic.behind(9)
    assert not topic.has_hole


def test_a_socket_that_knows_more_than_this_instance_gets_each_change_once() -> None:
    topic = opened(head=2)
    live, ahead = attached(topic, "ana"), attached(topic, "ben", cursor=4)
    offer(topic, 3, 4, 5, 6)
    assert live.changes == [3, 4, 5, 6]
    assert ahead.changes == [5, 6]


def test_a_socket_is_counted_and_broadcast_to_once_wherever_it_stands() -> None:
    topic = opened(head=2)
    sockets = [attached(topic), attached(topic, cursor=4), attached(topic, cursor=9)]
    for seq in range(3, 12):
        assert len(topic) == len(topic.subscribers) == 3
        offer(topic, seq)
    topic.broadcast(Frame(b'{"type":"presence"}'))
    assert [len(socket.presence) for socket in sockets] == [1, 1, 1]
    topic.close_all(CloseCode.RESTARTING, "restarting")
    assert {socket.closed for socket in sockets} == {CloseCode.RESTARTING}


def test_a_socket_that_has_left_gets_nothing_more_whether_it_was_ahead_or_not() -> None:
    topic = opened(head=2)
    live, ahead = attached(topic), attached(topic, cursor=4)
    topic.detach(live)
    topic.detach(ahead)
    topic.detach(ahead)
    offer(topic, 3, 4, 5)
    assert live.changes == ahead.changes == []
    assert len(topic) == 0


def test_a_member_who_is_removed_is_closed_with_4403_and_sees_nothing_from_then_on() -> None:
    topic = opened(head=2)
    ana, ben = attached(topic, "ana"), attached(topic, "ben")
    phone = attached(topic, "ben", cursor=3)
    topic.offer(change(3))
    topic.offer(change(4, entity="member", op="deleted", id_="ben"))
    topic.offer(change(5))
    assert ben.closed == phone.closed == CloseCode.NOT_A_MEMBER == 4403
    assert ben.changes == [3]
    assert phone.changes == []
    assert ana.closed is None
    assert ana.changes == [3, 4, 5]


@pytest.mark.parametrize(
    ("entity", "op"), [("member", "updated"), ("member", "created"), ("client", "deleted")]
)
def test_no_other_change_closes_anybody(entity: str, op: str) -> None:
    topic = opened()
    ben = attached(topic, "ben")
    topic.offer(change(1, entity=entity, op=op, id_="ben"))
    assert ben.closed is None
    assert ben.changes == [1]


def test_a_member_who_was_removed_and_let_in_again_is_not_closed_by_the_old_removal() -> None:
    topic = opened(head=2)
    ben = attached(topic, "ben", cursor=4)  # this instance has yet to hear of 3 and 4
    topic.offer(change(3, entity="member", op="deleted", id_="ben"))
    topic.offer(change(4, entity="member", op="created", id_="ben"))
    topic.offer(change(5))
    assert ben.closed is None
    assert ben.changes == [5]


def test_who_waits_for_a_change_is_called_after_the_sockets_got_it() -> None:
    topic = opened()
    ana = attached(topic)
    seen: list[list[int]] = []
    topic.passed.add(lambda: seen.append(ana.changes))
    offer(topic, 2)
    assert seen == []
    offer(topic, 1)
    assert seen == [[1], [1, 2]]


def test_who_waits_may_stop_waiting_when_called() -> None:
    topic = opened()
    calls: list[int] = []

    def once() -> None:
        calls.append(topic.head)
        topic.passed.discard(once)

    topic.passed.add(once)
    offer(topic, 1, 2)
    assert calls == [1]


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[int, int, list[int]]:
    """A log of N changes of which the topic opens at H, and offers of them: some lost, some twice, in any order."""
    length = draw(st.integers(0, 12))
    head = draw(st.integers(0, length))
    return length, head, draw(st.lists(st.integers(1, length), max_size=40)) if length else []


@given(
    arrivals(),
    st.integers(1, 6),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=4),
    st.integers(0, 40),
    st.sets(st.integers(0, 40)),
)
def test_whatever_is_lost_doubled_or_late_a_last_look_at_the_log_gives_everybody_everything(
    arrival: tuple[int, int, list[int]],
    max_early: int,
    joining: list[tuple[int, int]],
    opens_after: int,
    flushes: set[int],
) -> None:
    length, head, offers = arrival
    topic = gathering(max_early=max_early)
    sockets: list[tuple[int, Socket]] = []
    for turn in range(41):
        if turn == min(opens_after, len(offers)):
            topic.start_at(head)
        if topic.delivered is not None:
            for at, ahead_by in joining:
                if at == turn:
                    start = min(topic.head + ahead_by, length)
                    sockets.append((start, attached(topic, cursor=start)))
        if turn < len(offers):
            offer(topic, offers[turn])
        if turn in flushes:
            topic.flush()
        for start, socket in sockets:
            assert socket.changes == list(range(start + 1, start + 1 + len(socket.changes)))
            if turn in flushes:
                assert start + len(socket.changes) == max(start, topic.head)
    topic.behind(length)
    assert topic.has_hole is (topic.head < length)
    offer(topic, *range(topic.head + 1, length + 1))
    assert topic.head == length
    assert not topic.has_hole
    topic.flush()
    for start, socket in sockets:
        assert socket.changes == list(range(start + 1, length + 1))


def test_a_topic_knows_for_which_stretch_of_the_log_the_members_stayed_the_same() -> None:
    topic = closed_yet()
    assert not topic.has_same_members(0, 0)
    topic.start_at(5)
    assert not topic.has_same_members(4, 5), "what came before the opening was not seen"
    assert topic.has_same_members(5, 5)
    assert not topic.has_same_members(5, 6), "what it has not been told of yet"
    offer(topic, 6, 7)
    assert topic.has_same_members(5, 7)
    for seq, op in ((8, "deleted"), (9, "updated"), (10, "created")):
        topic.offer(change(seq, entity="member", op=op, id_="ben"))
        assert not topic.has_same_members(seq - 1, seq)
        assert topic.has_same_members(seq, seq)
    topic.close_deleted()
    assert not topic.has_same_members(10, 10)
