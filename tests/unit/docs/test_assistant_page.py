"""docs/assistant.md: its messages have the form of the server's, its questions are understood."""

import re
from datetime import UTC, datetime

import msgspec
import pytest

from server.assistant.local.analyses import analysis_of
from server.assistant.local.question import Call, Question, Situation
from server.assistant.wire import shown_message
from storage.assistant_records import AssistantMessage, Proposal
from tests.unit.docs.markdown import Page

ASSISTANT = Page("docs/assistant.md")
NOW = datetime(2026, 1, 5, tzinfo=UTC)
EXAMPLES = [
    sentence
    for row in ASSISTANT.table("Ask for", "For example")
    for sentence in re.split(r"(?<=[.?]) ", row["For example"])
]
SITUATION = msgspec.convert(
    {
        "workspace": "Sales",
        "now": NOW,
        "asked_by": {"id": "u1", "name": "Ana"},
        "stages": [{"key": key, "name": key.title()} for key in ("lead", "proposal", "won")],
        "client_in_question": None,
    },
    Situation,
)


def test_the_message_shown_has_the_fields_of_one() -> None:
    message = AssistantMessage(
        workspace_id="w",
        id="m",
        prompt="?",
        asked_by_id="u",
        asked_by_name="Ana",
        provider="local",
        model="x",
        instance="i",
        created_at=NOW,
        updated_at=NOW,
    )
    proposal = Proposal(
        workspace_id="w",
        id="p",
        message_id="m",
        op="client.update",
        client_name="Acme",
        reason="",
        data={},
    )
    shown = shown_message(message, [proposal])
    (example,) = (value for block in ASSISTANT.blocks("json message") for value in block.values())

    assert list(example) == list(shown)
    assert list(example["proposals"][0]) == list(shown["proposals"][0])


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 15


@pytest.mark.parametrize("sentence", EXAMPLES)
def test_every_question_shown_is_one_the_analyst_looks_into(sentence: str) -> None:
    first = next(analysis_of(Question(sentence, SITUATION)))

    assert all(isinstance(call, Call) for call in first)
    tools = {call.name for call in first}
    assert tools & {
        "board_summary",
        "due_clients",
        "quiet_clients",
        "recent_changes",
        "search_clients",
        "propose_change",
    }
