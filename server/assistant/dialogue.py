"""One reply's conversation: the model speaks, asks for tools, gets what they found, and speaks again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, cast

from server.assistant.faults import too_long
from server.assistant.limits import AssistantLimits
from server.assistant.provider import (
    AnyTurn,
    End,
    Fault,
    FaultKind,
    Provider,
    ReplyTurn,
    Text,
    ToolCall,
    ToolTurn,
    Usage,
)
from server.assistant.tokens import estimated_turns, tokens_in
from server.assistant.toolbox import Toolbox

_CUT_SHORT = {
    "length": (FaultKind.TOO_LONG, "The model stopped at its own limit of length: ask for less."),
    "filtered": (FaultKind.FILTERED, "The model's provider withheld the rest of this reply."),
}


class Dialogue:
    """`say` is given the reply's text piece by piece. `usage` is what it has cost so far."""

    def __init__(
        self,
        provider: Provider,
        toolbox: Toolbox,
        limits: AssistantLimits,
        say: Callable[[str], None],
    ) -> None:
        self._provider = provider
        self._toolbox = toolbox
        self._limits = limits
        self._say = say
        self._said_chars = 0
        self._earlier = Usage(0, 0)  # rounds that are over
        self._round_usage: Usage | None = None  # the provider's own count of the present one
        self._asked_tokens = 0
        self._said_bytes = 0

    @property
    def usage(self) -> Usage:
        now = self._round_usage or Usage(self._asked_tokens, tokens_in(self._said_bytes))
        return Usage(
            self._earlier.prompt_tokens + now.prompt_tokens,
            self._earlier.completion_tokens + now.completion_tokens,
        )

    async def run(self, turns: Sequence[AnyTurn]) -> None:
        """Until the model has no more to say. Raises `Fault`."""
        turns = list(turns)
        for left in reversed(range(self._limits.max_rounds)):
            said, calls = await self._round(turns, with_tools=left > 0)
            if not calls:
                return
            turns.append(ReplyTurn(said, tuple(calls)))
            for number, call in enumerate(calls):
                if number < self._limits.max_calls_in_round:
                    content = await self._toolbox.run(call)
                else:
                    content = '{"error":"Too many calls at once."}'
                turns.append(ToolTurn(call.id, call.name, content))

    async def _round(
        self, turns: Sequence[AnyTurn], *, with_tools: bool
    ) -> tuple[str, list[ToolCall]]:
        self._earlier, self._round_usage = self.usage, None
        self._asked_tokens, self._said_bytes = estimated_turns(turns), 0
        fits = self._asked_tokens < self._limits.max_context_tokens
        tools = self._toolbox.specs if with_tools and fits else ()
        pieces, calls = list[str](), list[ToolCall]()
        # Every provider's stream is an async generator.
        stream = cast(Any, self._provider.stream(turns, tools))
        async with contextlib.aclosing(stream) as events:
            async for event in events:
                if isinstance(event, Text) and event.text:
                    if not pieces and self._said_chars:
                        self._add("\n\n")
                    pieces.append(event.text)
                    self._add(event.text)
                elif isinstance(event, ToolCall):
                    calls.append(event)
                elif isinstance(event, Usage):
                    self._round_usage = event
                elif isinstance(event, End) and event.reason in _CUT_SHORT:
                    raise Fault(*_CUT_SHORT[event.reason])
        return "".join(pieces), calls if tools else []

    def _add(self, text: str) -> None:
        room = self._limits.max_reply_chars - self._said_chars
        self._say(text[:room])
        self._said_chars += len(text)
        self._said_bytes += len(text.encode("utf-8", "replace"))
        if len(text) > room:
            raise too_long()
