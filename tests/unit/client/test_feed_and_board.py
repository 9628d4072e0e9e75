"""What a reader has to take, and the board that changes are folded into."""

from datetime import UTC, datetime
from typing import Any

import pytest

from clientflow.board import Board
from clientflow.errors import Incompatible
from clientflow.feed import Feed
from clientflow.records import Client, Stage, WorkspaceInfo
from realtime.messages import Change, ChangeActor

AT = datetime(2026, 1, 5, tzinfo=UTC)


def change(
    seq: int, op: str = "updated", entity: str = "client", id_: str = "c", **data: Any
) -> Change:
    return Change(seq, AT, ChangeActor("u", "Ana", "rest"), entity, op, id_, seq, data, None)


def client(version: int = 1, **fields: Any) -> Client:
    made = {"created_at": AT, "created_by": "u", "updated_at": AT, "updated_by": "u"}
    known = {"id": "c", "name": "Acme", "stage": "lead", "position": "a0"}
    return Client(**{**known, **made, "version": version, **fields})


def board(*clients: Client) -> Board:
    workspace = WorkspaceInfo(id="w", name="Sales", created_at=AT, created_by="u")
    stages = [
        Stage(id=key, key=key, name=key, color="#000000", position=position)
        for position, key in enumerate(("lead", "won"))
    ]
    return Board(1, workspace, stages, [], clients)


def test_a_reader_gets_each_change_once_in_order() -> None:
    feed = Feed(1, limit=10)
    for seq in (2, 3, 4):
        feed.offer(change(seq))
    taken = [feed.take(), feed.take(), feed.take()]
    assert [each.seq for each in taken if each] == [2, 3, 4]
    assert feed.take() is None
    assert not feed.behind


def test_a_slow_reader_costs_no_memory_and_is_sent_to_the_log() -> None:
    feed = Feed(0, limit=3)
    for seq in range(1, 1_001):
        feed.offer(change(seq))
    assert len(feed) == 3
    given = [feed.take() for _ in range(3)]
    assert [each.seq for each in given if each] == [1, 2, 3]
    assert feed.behind
    assert feed.given == 3
    # A page of the log, while more comes.
    feed.caught_up([change(seq) for seq in range(4, 504)], head=1_000)
    while (taken := feed.take()) is not None:
        last = taken.seq
    assert (last, feed.behind) == (503, True)
    feed.caught_up([change(seq) for seq in range(504, 1_001)], head=1_000)
    while (taken := feed.take()) is not None:
        last = taken.seq
    assert (last, feed.behind) == (1_000, False)
    feed.offer(change(1_001))
    assert feed.take() == change(1_001)


def test_after_the_board_was_read_anew_the_reader_is_told_and_goes_on_from_there() -> None:
    feed = Feed(0, limit=3)
    for seq in range(1, 10):
        feed.offer(change(seq))
    feed.restart(change(500, "reloaded", "board"))
    feed.offer(change(501))
    first, second = feed.take(), feed.take()
    assert first is not None
    assert second is not None
    assert ((first.entity, first.op), second.seq) == (("board", "reloaded"), 501)


def test_a_change_merges_its_fields_into_the_record() -> None:
    there = board(client(tags=["retail"]))
    there.fold(change(2, stage="won", updated_at="2026-02-01T10:00:00Z"))
    found = there.clients["c"]
    assert (found.stage, found.tags, found.version) == ("won", ["retail"], 2)
    assert found.updated_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert [each.id for each in there.column("won")] == ["c"]


def test_a_record_that_is_newer_than_the_change_stays() -> None:
    there = board(client(version=9, name="Newer"))
    there.fold(change(2, name="Older"))
    assert there.clients["c"].name == "Newer"
    assert there.seq == 2


def test_clients_come_and_go_and_a_copy_stands_still() -> None:
    there = board()
    whole = {
        name: getattr(client(id="n"), name)
        for name in Client.__struct_fields__
        if name not in ("id", "version")
    }
    there.fold(change(2, "created", id_="n", **whole))
    before = there.copy()
    there.fold(change(3, "deleted", id_="n"))
    assert list(before.clients) == ["n"]
    assert list(there.clients) == []


def test_what_it_does_not_know_still_counts() -> None:
    there = board(client())
    there.fold(change(2, entity="of-the-future", whatever=1))
    there.fold(change(3, "updated", "workspace", "w", name="Sales 2027"))
    assert (there.seq, there.workspace.name) == (3, "Sales 2027")


def test_a_change_that_cannot_be_read_is_said_to_be_of_another_version() -> None:
    with pytest.raises(Incompatible):
        board(client()).fold(change(2, name=17))
