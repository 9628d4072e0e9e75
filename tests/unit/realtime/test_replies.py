"""A board of replies: whatever comes, in any order, each socket ends with exactly the text that is stored."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from realtime.frames import Frame
from realtime.replies import SLOW_READER_BYTES, ReplyBoard
from realtime.reply_events import Began, Ended, Proposed, ReplyEvent, ReplyHead, StoredReply, Wrote
from tests.drivers.reply import SeenReply


class Reader:
    """A socket that holds the board to the order of text."""

    def __init__(self, name: str) -> None:
        self.session_id = name
        self.waiting = 0
        self.replies: dict[str, SeenReply] = {}

    def send(self, frame: Frame) -> None:
        told = json.loads(frame.payload)
        self.replies.setdefault(told["message_id"], SeenReply()).take(told)

    def backlog_bytes(self) -> int:
        return self.waiting

    @property
    def reply(self) -> SeenReply:
        return self.replies["m1"]


class Watched:
    """A board with readers that come and go."""

    def __init__(self) -> None:
        self.readers: list[Reader] = []
        self.board = ReplyBoard(lambda: self.readers)
        self.now = 0.0

    def join(self) -> Reader:
        reader = Reader(f"r{len(self.readers)}")
        self.board.joined(reader)
        self.readers.append(reader)
        return reader

    def offer(self, *events: ReplyEvent) -> None:
        for event in events:
            self.board.offer(event, self.now)


def message(status: str = "streaming", **fields: Any) -> dict[str, Any]:
    return {"id": "m1", "status": status, "proposals": [], "problem": None, **fields}


def began() -> Began:
    return Began(message_id="m1", message=message())


def wrote(offset: int, text: str) -> Wrote:
    return Wrote(message_id="m1", offset=offset, text=text)


def ended(length: int, status: str = "done", revision: int = 9, **fields: Any) -> Ended:
    return Ended(
        message_id="m1", message=message(status, **fields), length=length, revision=revision
    )


def stored(text: str, status: str = "streaming", revision: int = 2, **fields: Any) -> StoredReply:
    return StoredReply(message(status, **fields), text, revision)


def proposal(status: str = "open", id_: str = "p1") -> dict[str, Any]:
    return {"id": id_, "message_id": "m1", "status": status}


def test_a_reply_is_told_as_it_is_written() -> None:
    watched = Watched()
    reader = watched.join()

    watched.offer(began(), wrote(0, "Once"), wrote(4, " upon"), ended(9))

    assert reader.reply.text == "Once upon"
    assert reader.reply.events == ["started", "delta", "delta", "done"]


def test_an_interrupted_reply_ends_with_an_error() -> None:
    watched = Watched()
    reader = watched.join()

    watched.offer(began(), ended(0, "interrupted"))

    assert reader.reply.ended == "error"
    assert reader.reply.status == "interrupted"


def test_events_that_come_twice_or_out_of_order_are_told_once_and_in_order() -> None:
    watched = Watched()
    reader = watched.join()

    watched.offer(wrote(4, " upon"), ended(9), wrote(0, "Once"), began())
    watched.offer(wrote(0, "Once"), began(), ended(9), wrote(4, " upon"))

    assert reader.reply.text == "Once upon"
    assert reader.reply.ended == "done"


def test_who_joins_in_the_middle_gets_the_text_so_far() -> None:
    watched = Watched()
    watched.offer(began(), wrote(0, "Once"))

    late = watched.join()
    watched.offer(wrote(4, " upon"), ended(9))

    assert late.reply.frames[0]["text"] == "Once"
    assert late.reply.text == "Once upon"


def test_a_hole_is_filled_from_storage() -> None:
    watched = Watched()
    reader = watched.join()
    watched.offer(began(), wrote(0, "Once"), wrote(9, " a time"))

    assert watched.board.uncertain(watched.now)
    assert reader.reply.text == "Once"
    watched.board.absorb(stored("Once upon"), watched.now)

    assert reader.reply.text == "Once upon a time"
    assert reader.reply.events.count("delta") == 2


def test_a_reply_of_which_nothing_was_heard_comes_from_storage() -> None:
    watched = Watched()
    reader = watched.join()
    head = ReplyHead("m1", running=True, revision=1, length=4)

    assert watched.board.wanted([head], watched.now) == ["m1"]
    watched.board.absorb(stored("Once"), watched.now)
    assert reader.reply.text == "Once"

    done = ReplyHead("m1", running=False, revision=9, length=9)
    assert watched.board.wanted([done], watched.now) == ["m1"]
    watched.board.absorb(stored("Once upon", "done", 9), watched.now)
    assert (reader.reply.text, reader.reply.ended) == ("Once upon", "done")
    assert watched.board.wanted([done], watched.now) == []


def test_what_had_ended_before_the_first_look_is_not_told() -> None:
    watched = Watched()
    watched.join()
    done = ReplyHead("m1", running=False, revision=9, length=9)

    assert watched.board.wanted([done], watched.now) == []


def test_a_reply_that_began_and_ended_between_two_looks_is_told_whole() -> None:
    watched = Watched()
    reader = watched.join()
    watched.board.wanted([], watched.now)

    assert watched.board.wanted([ReplyHead("m1", False, 9, 9)], watched.now) == ["m1"]
    watched.board.absorb(stored("Once upon", "done", 9), watched.now)

    assert reader.reply.events == ["started", "done"]
    assert reader.reply.text == "Once upon"


def test_text_that_its_instance_told_but_died_before_storing_is_taken_back() -> None:
    watched = Watched()
    reader = watched.join()
    watched.offer(began(), wrote(0, "Once upon a time"))

    watched.board.absorb(stored("Once upon", "interrupted", 9), watched.now)

    assert reader.reply.text == "Once upon"
    assert reader.reply.ended == "error"
    watched.offer(wrote(16, " too late"))  # of an instance that was only believed to be dead
    assert reader.reply.text == "Once upon"


def test_silence_is_looked_into() -> None:
    watched = Watched()
    watched.board.wanted([], watched.now)
    watched.offer(began(), wrote(0, "Once"))
    assert not watched.board.uncertain(watched.now)

    watched.now += 3.0

    assert watched.board.uncertain(watched.now)
    assert watched.board.wanted([], watched.now) == ["m1"]


def test_a_slow_reader_gets_one_long_delta_instead_of_many() -> None:
    watched = Watched()
    quick, slow = watched.join(), watched.join()
    watched.offer(began())
    slow.waiting = SLOW_READER_BYTES + 1

    watched.offer(*(wrote(number, "x") for number in range(100)))
    assert slow.reply.text == ""
    slow.waiting = 0
    watched.board.catch_up()
    watched.offer(wrote(100, "y"), ended(101))

    assert quick.reply.text == slow.reply.text == "x" * 100 + "y"
    assert quick.reply.events.count("delta") == 101
    assert slow.reply.events.count("delta") == 2


def test_a_reader_that_is_slow_to_the_end_still_gets_all_of_it() -> None:
    watched = Watched()
    slow = watched.join()
    slow.waiting = SLOW_READER_BYTES + 1

    watched.offer(began(), *(wrote(number, "x") for number in range(100)), ended(100))

    assert slow.reply.events == ["started", "delta", "done"]
    assert slow.reply.text == "x" * 100


def test_proposals_come_with_the_reply_and_their_decisions_after_it() -> None:
    watched = Watched()
    early = watched.join()
    made = Proposed(message_id="m1", proposal=proposal(), revision=3)
    watched.offer(began(), made, made)
    late = watched.join()

    assert early.reply.events == ["started", "proposal"]
    assert late.reply.proposals == {"p1": proposal()}
    watched.offer(ended(0, proposals=[proposal()]))
    watched.offer(Proposed(message_id="m1", proposal=proposal("applied"), revision=10))
    watched.offer(made)  # late, over the bus

    assert early.reply.proposals == {"p1": proposal("applied")}


def test_a_decision_that_the_bus_lost_comes_from_storage() -> None:
    watched = Watched()
    reader = watched.join()
    watched.offer(began(), ended(0, revision=4, proposals=[proposal()]))

    assert watched.board.wanted([ReplyHead("m1", False, 5, 0)], watched.now) == ["m1"]
    watched.board.absorb(stored("", "done", 5, proposals=[proposal("dismissed")]), watched.now)

    assert reader.reply.proposals == {"p1": proposal("dismissed")}


TEXT = "Once upon a time there was a board — ☕🎉 with cards that moved by themselves."


@given(st.data())
def test_whatever_is_lost_doubled_or_late_every_reader_ends_with_the_stored_text(
    data: st.DataObject,
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(TEXT) - 1), max_size=12)))
    bounds = list(zip([0, *cuts], [*cuts, len(TEXT)], strict=True))
    status = data.draw(st.sampled_from(["done", "error", "cancelled", "interrupted"]))
    kept = len(TEXT) if status == "done" else data.draw(st.integers(0, len(TEXT)))
    events: list[ReplyEvent] = [began(), *(wrote(low, TEXT[low:high]) for low, high in bounds)]
    events.append(ended(kept, status))
    delivered = data.draw(st.permutations([e for e in events if data.draw(st.booleans())] * 2))

    watched = Watched()
    watched.join()
    stored_length = 0
    for event in delivered:
        watched.offer(event)
        step = data.draw(st.sampled_from(["nothing", "join", "look", "slow", "quick", "catch up"]))
        if step == "join":
            watched.join()
        elif step == "look":
            # What is stored of a running reply is no more than what is left of it at its end.
            stored_length = data.draw(st.integers(stored_length, kept))
            watched.board.absorb(stored(TEXT[:stored_length]), watched.now)
        elif step in ("slow", "quick"):
            reader = data.draw(st.sampled_from(watched.readers))
            reader.waiting = SLOW_READER_BYTES * 2 if step == "slow" else 0
        elif step == "catch up":
            watched.board.catch_up()

    head = ReplyHead("m1", running=False, revision=9, length=kept)
    for message_id in watched.board.wanted([head], watched.now):
        assert message_id == "m1"
        watched.board.absorb(stored(TEXT[:kept], status, 9), watched.now)

    for reader in watched.readers:
        if "m1" in reader.replies:  # who joined after the end loads the thread
            assert reader.reply.text == TEXT[:kept]
            assert reader.reply.ended is not None
    assert "m1" in watched.readers[0].replies or not delivered
