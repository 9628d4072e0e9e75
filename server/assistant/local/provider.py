"""The analyst as a provider: the same conversation in, the same events out as from a model elsewhere.

An analysis is a generator: it yields the tools it needs, is sent what they found, and returns its text. A provider
keeps nothing between two rounds, so each round begins the analysis anew and sends it what was found before.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

import msgspec

from server.assistant.conversation import SITUATION
from server.assistant.local.analyses import analysis_of
from server.assistant.local.question import Call, Question, Situation
from server.assistant.provider import (
    AnyTurn,
    End,
    ProviderEvent,
    Text,
    ToolCall,
    ToolSpec,
    ToolTurn,
    Turn,
    Usage,
)
from server.assistant.tokens import estimated_tokens

_PIECE = re.compile(r"\s*\S+")
_encode = msgspec.json.Encoder().encode
_situation = msgspec.json.Decoder(Situation)
_found = msgspec.json.Decoder(dict[str, object])


class LocalProvider:
    name = "local"
    model = "board-analyst"

    def __init__(self, words_per_s: float) -> None:
        self._pause_s = 1 / words_per_s

    async def stream(
        self, turns: Sequence[AnyTurn], tools: Sequence[ToolSpec]
    ) -> AsyncIterator[ProviderEvent]:
        outcome = self._analyse(turns)
        if isinstance(outcome, str):
            loop = asyncio.get_running_loop()
            due = loop.time()
            for piece in _PIECE.findall(outcome):
                yield Text(piece)
                due += self._pause_s
                await asyncio.sleep(due - loop.time())
            yield Usage(0, estimated_tokens(outcome))
            yield End("stop")
            return
        for number, call in enumerate(outcome):
            yield ToolCall(f"call-{len(turns)}-{number}", call.name, _encode(call.input).decode())
        yield Usage(0, 0)
        yield End("tools")

    async def close(self) -> None:
        """There is nothing to close."""

    @staticmethod
    def _analyse(turns: Sequence[AnyTurn]) -> str | list[Call]:
        """The text, or the calls whose results it needs first."""
        asked = max(
            number
            for number, turn in enumerate(turns)
            if isinstance(turn, Turn) and turn.role == "user"
        )
        question_turn, rules = turns[asked], turns[0]
        assert isinstance(question_turn, Turn)
        assert isinstance(rules, Turn)
        situation = _situation.decode(rules.text.partition(SITUATION)[2])
        results = [_found.decode(t.content) for t in turns[asked:] if isinstance(t, ToolTurn)]
        analysis = analysis_of(Question(question_turn.text, situation))
        try:
            calls = next(analysis)
            while len(results) >= len(calls):
                found, results = results[: len(calls)], results[len(calls) :]
                calls = analysis.send(found)
        except StopIteration as done:
            text: str = done.value
            return text
        return calls
