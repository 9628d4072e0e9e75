"""What instances tell each other, and storage tells them, of an assistant's reply."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    message_id: str


class Began(_Event, frozen=True, tag="began"):
    """`message` in its wire form, without its text."""

    message: dict[str, Any]


class Wrote(_Event, frozen=True, tag="wrote"):
    """`offset`: code points before `text`."""

    offset: int
    text: str


class Proposed(_Event, frozen=True, tag="proposed"):
    """A proposal is new or has been decided on; `revision` is the reply's then."""

    proposal: dict[str, Any]
    revision: int


class Ended(_Event, frozen=True, tag="ended"):
    """`length`: code points of the whole text, which is stored."""

    message: dict[str, Any]
    length: int
    revision: int


ReplyEvent: TypeAlias = Began | Wrote | Proposed | Ended


class ReplyHead(msgspec.Struct, frozen=True):
    """How far a stored reply is."""

    id: str
    running: bool
    revision: int
    length: int


class StoredReply(msgspec.Struct, frozen=True):
    """A reply as storage has it; `message` in its wire form, without its text."""

    message: dict[str, Any]
    text: str
    revision: int

    @property
    def ended(self) -> Ended | None:
        if self.message["status"] == "streaming":
            return None
        return Ended(
            message_id=self.message["id"],
            message=self.message,
            length=len(self.text),
            revision=self.revision,
        )
