"""The text of a reply, folded from pieces that may come twice, late or never."""

from datetime import UTC, datetime
from typing import Any

from clientflow.records import Message, Person
from clientflow.replies import ReplyText
from realtime.messages import AssistantFrame

AT = datetime(2026, 1, 5, tzinfo=UTC)


def message(text: str = "", status: str = "streaming", **more: Any) -> Message:
    return Message(
        id="m",
        workspace_id="w",
        prompt="?",
        status=status,
        asked_by=Person(id="u", name="Ana"),
        created_at=AT,
        provider="local",
        model="x",
        text=text,
        **more,
    )


def heard(reply: ReplyText, event: Any, offset: int, text: str = "", **more: Any) -> None:
    reply.heard(AssistantFrame(event=event, message_id="m", offset=offset, text=text, **more))


def told(**fields: Any) -> dict[str, Any]:
    about = {"id": "m", "workspace_id": "w", "prompt": "?", "provider": "local", "model": "x"}
    asked = {"asked_by": {"id": "u", "name": "Ana"}, "created_at": "2026-01-05T00:00:00Z"}
    return {**about, **asked, "status": "done", **fields}


def proposal(status: str) -> dict[str, Any]:
    about = {"id": "p", "message_id": "m", "op": "client.update", "client_name": "Acme"}
    return {**about, "reason": "", "data": {"stage": "won"}, "status": status}


def test_pieces_are_joined_by_their_code_points() -> None:
    reply = ReplyText(message())
    heard(reply, "started", 0)
    heard(reply, "delta", 0, "né 🚲")
    heard(reply, "delta", 4, "!")
    heard(reply, "delta", 3, "🚲!?")
    assert reply.text == "né 🚲!?"
    assert not reply.hole


def test_a_missing_piece_is_noticed_and_read() -> None:
    reply = ReplyText(message("one "))
    heard(reply, "delta", 8, "three")
    assert reply.hole
    reply.read(message("one two three"))
    assert (reply.text, reply.hole) == ("one two three", False)


def test_the_end_tells_whether_all_of_it_is_here() -> None:
    reply = ReplyText(message("one "))
    heard(reply, "done", 7, message=told())
    assert reply.hole
    assert not reply.over
    reply.read(message("one two", "done"))
    assert reply.over
    assert reply.text == "one two"


def test_whoever_joins_in_the_middle_gets_the_text_so_far() -> None:
    reply = ReplyText(message())
    heard(reply, "started", 0, "so far", message=told(status="streaming"))
    heard(reply, "delta", 6, " so good")
    heard(reply, "done", 14, message=told())
    assert (reply.text, reply.over) == ("so far so good", True)


def test_a_decision_stays_whatever_older_news_comes_after_it() -> None:
    reply = ReplyText(message())
    heard(reply, "proposal", 0, proposal=proposal("open"))
    heard(reply, "proposal", 0, proposal=proposal("applied"))
    heard(reply, "done", 0, message=told(proposals=[proposal("open")]))
    assert [each.status for each in reply.proposals] == ["applied"]
