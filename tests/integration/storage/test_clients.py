"""Clients as single rows: kept whole, put aside and brought back, ranked by byte."""

import pytest
from msgspec.structs import replace

from storage import errors
from storage.records import AuthoredComment, Client, Money
from tests.integration.storage.board import (
    ACTOR,
    NOON,
    Board,
    a_client,
    a_comment,
    log,
    minutes,
)

FULL = Client(
    id="client-full",
    name="Zoë Müller",
    company="Müller & Söhne",
    email="zoe@example.org",
    phone="+49 30 1234",
    stage="won",
    position="a1",
    value=Money(amount=2**62, currency="EUR"),
    owner_id="user-ann",
    tags=["VIP", "with, comma", "ünïcode"],
    notes="Line one\nLine two",
    next_action_at=minutes(1.5),
    custom={"size": 12, "nested": {"list": [1, None, True, "x"]}, "ratio": 0.25},
    version=7,
    created_at=NOON,
    created_by="user-ann",
    updated_at=minutes(2),
    updated_by="user-ben",
)


async def test_a_client_comes_back_as_it_was_kept(board: Board) -> None:
    await board.has(FULL, a_client("client-bare"))

    assert await board.storage.clients.get(board.id, "client-full") == FULL
    assert await board.storage.clients.get(board.id, "client-bare") == a_client("client-bare")
    assert await board.storage.clients.get(board.id, "client-none") is None


async def test_saving_writes_every_field(board: Board) -> None:
    await board.has(a_client(FULL.id))

    assert await board.storage.clients.save(board.id, FULL)

    assert await board.storage.clients.get(board.id, FULL.id) == FULL
    assert not await board.storage.clients.save(board.id, a_client("client-none"))


async def test_an_id_is_taken_also_by_a_deleted_client(board: Board) -> None:
    await board.has(FULL)
    await board.storage.clients.delete(board.id, FULL.id, version=8, at=NOON, by="user-ann")

    with pytest.raises(errors.Duplicate) as refused:
        await board.has(a_client(FULL.id))

    assert refused.value.field == "id"


async def test_a_deleted_client_is_nowhere_until_it_is_restored(board: Board) -> None:
    clients = board.storage.clients
    await board.has(FULL)

    assert await clients.delete(board.id, FULL.id, version=8, at=minutes(3), by="user-cat")
    assert not await clients.delete(board.id, FULL.id, version=9, at=minutes(3), by="user-cat")
    assert await clients.get(board.id, FULL.id) is None
    assert await clients.ids_in_stage(board.id, "won") == []
    assert await clients.last_position(board.id, "won") is None
    assert not await clients.position_taken(board.id, "won", FULL.position)
    assert not await clients.save(board.id, FULL)
    deleted = await clients.get(board.id, FULL.id, deleted=True)
    assert deleted == replace(FULL, version=8, updated_at=minutes(3), updated_by="user-cat")

    back = replace(deleted, version=9, position="a9")
    assert await clients.restore(board.id, back)
    assert not await clients.restore(board.id, back)
    assert await clients.get(board.id, FULL.id) == back
    assert await clients.get(board.id, FULL.id, deleted=True) is None


async def test_positions_are_ordered_by_byte(board: Board) -> None:
    clients = board.storage.clients
    ranks = ["Zz", "a0", "a0V", "a1", "aB", "ab", "b00"]
    await board.has(*(a_client(f"client-{rank}", position=rank) for rank in reversed(ranks)))

    assert await clients.ids_in_stage(board.id, "lead") == [f"client-{rank}" for rank in ranks]
    assert await clients.last_position(board.id, "lead") == "b00"
    assert await clients.position_after(board.id, "lead", "a0") == "a0V"
    assert await clients.position_after(board.id, "lead", "aB") == "ab"
    assert await clients.position_after(board.id, "lead", "b00") is None
    assert await clients.position_taken(board.id, "lead", "aB")
    assert not await clients.position_taken(board.id, "lead", "ac")
    assert not await clients.position_taken(board.id, "lead", "aB", except_id="client-aB")
    assert await clients.last_position(board.id, "won") is None


async def test_a_place_that_two_clients_share_is_taken_for_either(board: Board) -> None:
    await board.has(a_client("client-1"), a_client("client-2"))

    assert await board.storage.clients.position_taken(board.id, "lead", "a0", except_id="client-1")


async def test_a_number_over_64_bits_is_refused_as_such(board: Board) -> None:
    with pytest.raises(errors.Unstorable):
        await board.has(a_client(value=Money(amount=2**63, currency="EUR")))


async def test_comments_are_paged_with_their_authors_the_newest_last(board: Board) -> None:
    comments = board.storage.comments
    await board.has(a_client("client-1"), a_client("client-2"))
    # Three a minute, so that the order among them is that of their ids.
    written = [
        a_comment("client-1", f"comment-{n}", created_at=minutes(n // 3), body=f"No. {n}")
        for n in range(8)
    ]
    for comment in reversed(written):
        await comments.add(board.id, comment)
    await comments.add(board.id, a_comment("client-2", "comment-x"))

    seen: list[AuthoredComment] = []
    cursor = None
    for size in (3, 3, 2):
        page = await comments.page(board.id, "client-1", 3, cursor)
        assert len(page.items) == size
        seen += page.items
        cursor = page.next

    assert cursor is None
    assert [comment.body for comment in seen] == [comment.body for comment in written]
    assert {comment.author_name for comment in seen} == {"user-ann"}
    assert await comments.get(board.id, "comment-4") == written[4]
    assert await comments.get("workspace-2", "comment-4") is None


async def test_a_comment_needs_its_client(board: Board) -> None:
    with pytest.raises(errors.Missing):
        await board.storage.comments.add(board.id, a_comment("client-none"))


async def test_the_log_is_read_from_any_point_and_by_entity(board: Board) -> None:
    change_log = board.storage.change_log
    async with board.storage.write(board.id) as write:
        one = log(write, "client-1", data={"name": "Zoë", "value": None}, command_id="c-1")
        other = log(write, "client-2")
        two = log(
            write,
            "client-1",
            op="updated",
            version=2,
            data={"tags": ["a", "b"]},
            previous={"tags": []},
        )
        note = log(write, "client-1", entity="comment")

    assert one.actor == ACTOR
    assert await change_log.since(board.id, 0, 10) == [one, other, two, note]
    assert await change_log.since(board.id, 1, 2) == [other, two]
    assert await change_log.since(board.id, 4, 10) == []
    assert await change_log.history(board.id, "client", "client-1", 10) == [two, one]
    assert await change_log.history(board.id, "client", "client-1", 1) == [two]
    assert await change_log.history(board.id, "client", "client-1", 1, before_seq=3) == [one]
    assert await change_log.floor(board.id) == 1
