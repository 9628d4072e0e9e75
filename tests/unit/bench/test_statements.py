import pickle

import pytest

from bench.bare.statements import (
    Board,
    NoWriteFound,
    Numbered,
    Place,
    last_two_alike,
    read_trace,
    statements,
    transactions,
)

ONE, OTHER = 1, 2  # connections


def write(seq: int, version: int, key: str) -> list[tuple[int, str, tuple]]:
    return [
        (ONE, "LOCK w", ("w-1",)),
        (ONE, "UPDATE c", ("w-1", "c-1", version, "notes", f"2026-01-01T00:00:0{version}+00:00")),
        (ONE, "INSERT o", (key, seq, version, b"same")),
    ]


def test_a_transaction_is_what_its_connection_ran_between_begin_and_commit():
    trace = [
        (ONE, "SELECT before", ()),
        (ONE, "BEGIN IMMEDIATE", ()),
        (OTHER, "BEGIN", ()),
        (OTHER, "SELECT other", ()),
        (ONE, "SELECT one", ()),
        (OTHER, "ROLLBACK", ()),
        (ONE, "COMMIT", ()),
    ]

    assert transactions(trace) == [[(ONE, "SELECT one", ())]]


def test_the_last_two_writes_with_the_same_statements_are_taken():
    sweep = [(ONE, "SELECT heads", ())]
    first, second = write(7, 3, "key-a"), write(8, 4, "key-b")

    assert last_two_alike([sweep, first, second, sweep]) == (first, second)


def test_a_trace_of_one_write_shows_nothing():
    with pytest.raises(NoWriteFound):
        last_two_alike([write(7, 3, "key-a")])


def test_a_write_elsewhere_has_its_own_ids_and_numbers_and_a_new_key():
    traced = Numbered("w-1", "c-1", seq=8, version=4)
    lock, update, insert = statements(write(7, 3, "key-a"), write(8, 4, "key-b"), traced)

    elsewhere = Place(Board("w-2", seq=20), "c-2", version=1)
    numbered = elsewhere.next()

    assert lock.bound(numbered) == ["w-2"]
    assert update.bound(numbered) == ["w-2", "c-2", 2, "notes", "2026-01-01T00:00:04+00:00"]
    key, seq, version, same = insert.bound(numbered)
    assert (seq, version, same) == (21, 2, b"same")
    assert len(key) == len("key-b")
    assert key != insert.bound(numbered)[0]


def test_clients_of_one_workspace_never_share_a_seq():
    board = Board("w", seq=5)
    ana, ben = Place(board, "a", 1), Place(board, "b", 1)

    assert [ana.next().seq, ben.next().seq, ana.next().seq] == [6, 7, 8]
    assert (ana.version, ben.version) == (3, 2)


def test_a_trace_is_read_as_it_was_noted(tmp_path):
    notes = write(7, 3, "key-a")
    (tmp_path / "trace").write_bytes(b"".join(map(pickle.dumps, notes)))

    assert list(read_trace(tmp_path / "trace")) == notes
