"""The dialogue between a model and the tools: rounds, bounds, and what it costs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from server.assistant.dialogue import Dialogue
from server.assistant.limits import AssistantLimits
from server.assistant.provider import (
    AnyTurn,
    End,
    Fault,
    FaultKind,
    ProviderEvent,
    ReplyTurn,
    Text,
    ToolCall,
    ToolSpec,
    ToolTurn,
    Turn,
    Usage,
)
from server.assistant.tokens import estimated_tokens, estimated_turns
from server.assistant.tool_inputs import SPECS

CALL = ToolCall("call-1", "board_summary", "{}")
ASKED = [Turn("system", "rules"), Turn("user", "How are we doing?")]


class Scripted:
    """A model that says what stands in its script, one list a round."""

    name = "scripted"
    model = "none"

    def __init__(self, *rounds: list[ProviderEvent]) -> None:
        self.rounds = list(rounds)
        self.asked: list[tuple[list[AnyTurn], Sequence[ToolSpec]]] = []
        self.closed = 0

    async def stream(
        self, turns: Sequence[AnyTurn], tools: Sequence[ToolSpec]
    ) -> AsyncIterator[ProviderEvent]:
        self.asked.append((list(turns), tools))
        try:
            for event in self.rounds.pop(0):
                yield event
        finally:
            self.closed += 1

    async def close(self) -> None:
        pass


class Tools:
    specs = SPECS

    def __init__(self, found: str = "{}") -> None:
        self.found = found
        self.calls: list[ToolCall] = []

    async def run(self, call: ToolCall) -> str:
        self.calls.append(call)
        return self.found


async def said(model: Scripted, tools: Any = None, **limits: Any) -> tuple[str, Usage]:
    pieces: list[str] = []
    dialogue = Dialogue(model, tools or Tools(), AssistantLimits(**limits), pieces.append)
    try:
        await dialogue.run(ASKED)
    finally:
        model.text = "".join(pieces)  # type: ignore[attr-defined]
    return "".join(pieces), dialogue.usage


async def test_a_model_is_given_what_its_tools_found_and_goes_on() -> None:
    model = Scripted([Text("Let me look."), CALL, End("tools")], [Text("All well."), End("stop")])
    tools = Tools('{"count":3}')

    text, _ = await said(model, tools)

    assert text == "Let me look.\n\nAll well."
    assert tools.calls == [CALL]
    turns, offered = model.asked[1]
    assert turns[2:] == [
        ReplyTurn("Let me look.", (CALL,)),
        ToolTurn("call-1", "board_summary", '{"count":3}'),
    ]
    assert offered == SPECS


async def test_the_last_round_has_no_tools() -> None:
    model = Scripted([CALL, End("tools")], [CALL, Text("Enough."), End("stop")])

    text, _ = await said(model, max_rounds=2)

    assert text == "Enough."
    assert [bool(tools) for _, tools in model.asked] == [True, False]


async def test_a_conversation_that_has_grown_too_long_gets_no_more_tools() -> None:
    model = Scripted([CALL, End("tools")], [Text("Enough."), End("stop")])

    await said(model, Tools("x" * 4_000), max_context_tokens=500)

    assert [bool(tools) for _, tools in model.asked] == [True, False]


async def test_too_many_tools_at_once_are_answered_without_being_run() -> None:
    model = Scripted([*[CALL] * 5, End("tools")], [Text("Well."), End("stop")])
    tools = Tools()

    await said(model, tools, max_calls_in_round=3)

    assert len(tools.calls) == 3
    answered = [turn for turn in model.asked[1][0] if isinstance(turn, ToolTurn)]
    assert ["error" in turn.content for turn in answered] == [False] * 3 + [True] * 2


async def test_a_reply_is_cut_at_its_limit_and_the_model_let_go() -> None:
    model = Scripted([Text("12345"), Text("67890"), Text("never"), End("stop")])

    with pytest.raises(Fault) as fault:
        await said(model, max_reply_chars=8)

    assert fault.value.kind is FaultKind.TOO_LONG
    assert model.text == "12345678"  # type: ignore[attr-defined]
    assert model.closed == 1


@pytest.mark.parametrize(
    ("reason", "kind"), [("length", FaultKind.TOO_LONG), ("filtered", FaultKind.FILTERED)]
)
async def test_a_model_that_was_cut_short_says_so(reason: Any, kind: FaultKind) -> None:
    with pytest.raises(Fault) as fault:
        await said(Scripted([Text("Well"), End(reason)]))
    assert fault.value.kind is kind


async def test_the_providers_count_is_what_it_costs_and_an_estimate_where_there_is_none() -> None:
    counted = [CALL, Usage(100, 10), End("tools")]
    _, usage = await said(Scripted(counted, [Text("Well."), Usage(150, 5), End("stop")]))
    assert usage == Usage(250, 15)

    _, usage = await said(Scripted([Text("Well, well."), End("stop")]))
    assert usage == Usage(estimated_turns(ASKED), estimated_tokens("Well, well."))


def test_a_token_is_four_bytes() -> None:
    assert estimated_tokens("") == 0
    assert estimated_tokens("abcde") == 2
    assert estimated_tokens("☕") == 1
    assert estimated_turns([Turn("user", "abcd")]) == 5
