"""What a model is to the rest: a conversation goes in, events come out.

A provider has no way to the board. It may ask for tools, which the dialogue runs for it.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal, Protocol, TypeAlias

import msgspec


class _Value(msgspec.Struct, frozen=True):
    pass


class ToolCall(_Value, frozen=True):
    """`arguments` is JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str


class Turn(_Value, frozen=True):
    """`system` instructs, `user` asks."""

    role: Literal["system", "user"]
    text: str


class ReplyTurn(_Value, frozen=True):
    """What the model has said, and the tools it asked for."""

    text: str
    calls: tuple[ToolCall, ...] = ()


class ToolTurn(_Value, frozen=True):
    """What a tool found: data as JSON text, whatever is written in it."""

    call_id: str
    name: str
    content: str


AnyTurn: TypeAlias = Turn | ReplyTurn | ToolTurn


class ToolSpec(_Value, frozen=True):
    """`parameters` is a JSON schema."""

    name: str
    description: str
    parameters: dict[str, Any]


class Text(_Value, frozen=True):
    """The reply goes on with `text`."""

    text: str


class Usage(_Value, frozen=True):
    prompt_tokens: int
    completion_tokens: int


class End(_Value, frozen=True):
    """The model has said all for now. `length`: it was cut at its own limit; `filtered`: it may not say more."""

    reason: Literal["stop", "tools", "length", "filtered"]


ProviderEvent: TypeAlias = Text | ToolCall | Usage | End


class FaultKind(enum.Enum):
    """Why a reply could not be written; the values are the metric's labels."""

    NO_KEY = "no_key"
    REFUSED = "refused"
    RATE_LIMITED = "rate_limited"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    STALLED = "stalled"
    CUT = "cut"
    MALFORMED = "malformed"
    TOO_LONG = "too_long"
    FILTERED = "filtered"
    NOT_A_MEMBER = "not_a_member"
    STORAGE = "storage"
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"


class Fault(Exception):
    """A reply cannot be finished. `detail` is for people, and holds nothing that a provider has said."""

    def __init__(self, kind: FaultKind, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


class Provider(Protocol):
    name: str
    model: str

    def stream(
        self, turns: Sequence[AnyTurn], tools: Sequence[ToolSpec]
    ) -> AsyncIterator[ProviderEvent]:
        """The next part of the reply; the last event is an `End`. Raises `Fault`.

        Whoever closes the iterator early closes what is behind it.
        """
        ...

    async def close(self) -> None: ...
