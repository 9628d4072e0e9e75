"""Replies are written by their own instance, ended once, and found by everybody; the board is read for them."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from storage.assistant_records import AssistantMessage, Proposal
from storage.records import Money
from tests.integration.storage.board import NOON, Board, a_client, a_comment, minutes

NOTHING = (None, None)


def a_message(board: Board, message_id: str = "message-1", **fields: Any) -> AssistantMessage:
    message = AssistantMessage(
        workspace_id=board.id,
        id=message_id,
        prompt="How are we doing?",
        asked_by_id="user-ann",
        asked_by_name="Ann",
        provider="local",
        model="a-model",
        instance="here",
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(message, **fields)


def a_proposal(board: Board, proposal_id: str = "proposal-1", **fields: Any) -> Proposal:
    proposal = Proposal(
        workspace_id=board.id,
        id=proposal_id,
        message_id="message-1",
        op="client.update",
        client_id="client-1",
        client_name="Acme",
        reason="Asked for",
        data={"value": {"amount": 5, "currency": "EUR"}},
        before={"value": None},
        base_version=1,
    )
    return replace(proposal, **fields)


async def test_a_reply_grows_and_ends_once(board: Board) -> None:
    messages, message = board.storage.assistant_messages, a_message(board)
    await messages.add(message)

    grown = await messages.grow(message, "Well", (10, 1))
    ended = await messages.finish(message, "Well.", (10, 2), "done", None)

    assert grown == (2, False)
    assert ended is not None
    assert (ended.text, ended.status, ended.revision) == ("Well.", "done", 3)
    assert ended.finished_at == ended.updated_at > NOON
    assert await messages.get(board.id, message.id) == ended
    assert await messages.grow(message, "Well. Or", NOTHING) is None
    assert await messages.finish(message, "No.", NOTHING, "error", None) is None


async def test_another_instance_writes_nothing_into_it(board: Board) -> None:
    messages, message = board.storage.assistant_messages, a_message(board)
    await messages.add(message)

    assert await messages.grow(replace(message, instance="there"), "x", NOTHING) is None
    assert await messages.get(board.id, message.id) == message


async def test_whoever_writes_it_learns_that_it_is_to_stop(board: Board) -> None:
    messages, message = board.storage.assistant_messages, a_message(board)
    await messages.add(message)

    await messages.ask_to_cancel(board.id, message.id, "user-ann")

    assert await messages.grow(message, "", NOTHING) == (2, True)
    await messages.finish(message, "", NOTHING, "cancelled", None)
    await messages.ask_to_cancel(board.id, message.id, "user-bob")
    ended = await messages.get(board.id, message.id)
    assert ended is not None
    assert ended.cancelled_by == "user-ann"


async def test_a_reply_that_nobody_renews_is_interrupted_with_its_text(board: Board) -> None:
    messages = board.storage.assistant_messages
    left, kept = a_message(board), a_message(board, "message-2", updated_at=minutes(5))
    for message in (left, kept):
        await messages.add(message)

    (ended,) = await messages.interrupt_abandoned(minutes(1), minutes(6), "{}")

    assert (ended.id, ended.status, ended.problem) == ("message-1", "interrupted", "{}")
    assert ended.finished_at == minutes(6)
    assert await messages.interrupt_abandoned(minutes(1), minutes(6), "{}") == []
    assert await messages.running(board.id) == 1


async def test_heads_are_those_that_run_and_those_written_to_lately(board: Board) -> None:
    messages = board.storage.assistant_messages
    await messages.add(a_message(board, "old", status="done", text="old"))
    await messages.add(a_message(board, "recent", status="done", updated_at=minutes(5)))
    await messages.add(a_message(board, "running", text="olá ☕"))

    heads = await messages.heads([board.id, "elsewhere"], minutes(1))

    assert {head.id: head.length for head in heads} == {"recent": 0, "running": 5}
    assert await messages.heads(["elsewhere"], minutes(1)) == []


async def test_the_thread_is_paged_newest_first(board: Board) -> None:
    messages = board.storage.assistant_messages
    for number in range(3):
        await messages.add(a_message(board, f"message-{number}", created_at=minutes(number // 2)))

    first = await messages.page(board.id, 2)
    second = await messages.page(board.id, 2, first.next)

    assert [one.id for one in first.items] == ["message-2", "message-1"]
    assert [one.id for one in second.items] == ["message-0"]
    assert second.next is None


async def test_the_tokens_of_a_day_are_those_of_its_replies(board: Board) -> None:
    messages = board.storage.assistant_messages
    assert await messages.tokens_since(board.id, NOON) == 0
    await messages.add(a_message(board, "a", prompt_tokens=10, completion_tokens=5))
    await messages.add(a_message(board, "b"))
    await messages.add(a_message(board, "c", prompt_tokens=7, created_at=NOON - timedelta(days=1)))

    assert await messages.tokens_since(board.id, NOON) == 15


async def test_a_proposal_knows_when_its_client_has_moved_on(board: Board) -> None:
    storage, workspace_id = board.storage, board.id
    await storage.assistant_messages.add(a_message(board))
    client = a_client("client-1")
    await storage.clients.add(workspace_id, client)
    await storage.assistant_proposals.add(a_proposal(board))

    async def stale() -> bool:
        proposal = await storage.assistant_proposals.get(workspace_id, "message-1", "proposal-1")
        assert proposal is not None
        return proposal.stale

    assert not await stale()
    await storage.clients.save(workspace_id, replace(client, version=2))
    assert await stale()
    await storage.clients.delete(workspace_id, "client-1", version=3, at=NOON, by="user-ann")
    assert await stale()


async def test_a_decision_is_kept_with_the_proposal(board: Board) -> None:
    storage, workspace_id = board.storage, board.id
    await storage.assistant_messages.add(a_message(board))
    proposal = a_proposal(board)
    await storage.assistant_proposals.add(proposal)

    await storage.assistant_proposals.decide(
        proposal, "applied", by_id="user-bob", by_name="Bob", at=minutes(1), result_id="client-1"
    )

    found = await storage.assistant_proposals.of_messages(workspace_id, ["message-1", "other"])
    (decided,) = found["message-1"]
    assert (decided.status, decided.decided_by_name, decided.decided_at) == (
        "applied",
        "Bob",
        minutes(1),
    )
    assert (decided.data, decided.before) == (proposal.data, proposal.before)
    assert not decided.stale
    assert await storage.assistant_proposals.count(workspace_id, "message-1") == 1
    assert await storage.assistant_messages.touch(workspace_id, "message-1") == 2
    assert await storage.assistant_messages.touch(workspace_id, "gone") is None


async def test_totals_keep_currencies_apart(board: Board) -> None:
    storage, workspace_id = board.storage, board.id
    values = [Money(amount=5, currency="EUR"), Money(amount=2**40, currency="EUR"), None]
    for value in [*values, Money(amount=7, currency="BRL")]:
        await storage.clients.add(workspace_id, a_client(tags=["a"], value=value))

    by_key = {
        "lead": await storage.assistant_board.totals_by_stage(workspace_id),
        None: await storage.assistant_board.totals_by_owner(workspace_id),
        '["a"]': await storage.assistant_board.totals_by_tags(workspace_id, 10),
    }

    for key, totals in by_key.items():
        assert {total.key for total in totals} == {key}
        found = {total.currency: (total.count, total.amount) for total in totals}
        assert found == {"EUR": (2, 2**40 + 5), "BRL": (1, 7), None: (1, None)}


async def test_who_is_quiet_and_what_is_due(board: Board) -> None:
    storage, workspace_id = board.storage, board.id
    for client in (
        a_client("quiet", next_action_at=minutes(30)),
        a_client("commented", next_action_at=minutes(10)),
        a_client("touched", updated_at=minutes(60), next_action_at=minutes(90)),
        a_client("won", stage="won", next_action_at=minutes(1)),
    ):
        await storage.clients.add(workspace_id, client)
    await storage.comments.add(workspace_id, a_comment("commented", created_at=minutes(50)))
    board_reader = storage.assistant_board

    quiet = await board_reader.quiet(workspace_id, minutes(40), ["won"], 10)
    later = await board_reader.quiet(workspace_id, minutes(55), ["won"], 10)
    due = await board_reader.due(workspace_id, minutes(60), ["won"], 10)

    assert [one.client.id for one in quiet] == ["quiet"]
    assert {one.client.id: one.last_activity_at for one in later} == {
        "quiet": NOON,
        "commented": minutes(50),
    }
    assert [one.id for one in due] == ["commented", "quiet"]


async def test_the_latest_comments_are_told_the_oldest_of_them_first(board: Board) -> None:
    storage = board.storage
    await board.has(a_client("client-1", name="Acme"))
    for number in range(4):
        comment = a_comment("client-1", f"comment-{number}", created_at=minutes(number))
        await storage.comments.add(board.id, comment)

    latest = await storage.assistant_board.latest_comments(board.id, "client-1", 2)

    assert [(one.id, one.author_name) for one in latest] == [
        ("comment-2", "user-ann"),
        ("comment-3", "user-ann"),
    ]


async def test_clients_have_names_even_when_deleted(board: Board) -> None:
    await board.has(a_client("client-1", name="Acme"), a_client("client-2", name="Gone"))
    await board.storage.clients.delete(board.id, "client-2", version=2, at=NOON, by="user-ann")

    names = await board.storage.assistant_board.names(board.id, ["client-1", "client-2", "other"])

    assert names == {"client-1": "Acme", "client-2": "Gone"}
