"""What the assistant keeps, and what it reads of a board, as the rest of the program sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias

from storage.records import Client, Record

MessageStatus: TypeAlias = Literal["streaming", "done", "error", "cancelled", "interrupted"]
ProposalStatus: TypeAlias = Literal["open", "applied", "dismissed"]


class AssistantMessage(Record, frozen=True, kw_only=True):
    """A question and its reply. `problem` is a problem (RFC 9457) as JSON; `instance` writes the reply."""

    workspace_id: str
    id: str
    prompt: str
    text: str = ""
    status: MessageStatus = "streaming"
    asked_by_id: str
    asked_by_name: str
    client_id: str | None = None
    retry_of: str | None = None
    provider: str
    model: str
    problem: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cancelled_by: str | None = None
    instance: str
    revision: int = 1
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None = None


class Proposal(Record, frozen=True, kw_only=True):
    """A change that the assistant would make. `before`: the fields of `data` as they stood at `base_version`."""

    workspace_id: str
    id: str
    message_id: str
    op: str
    client_id: str | None = None
    client_name: str
    reason: str
    data: dict[str, Any]
    before: dict[str, Any] | None = None
    base_version: int | None = None
    status: ProposalStatus = "open"
    result_id: str | None = None
    decided_by_id: str | None = None
    decided_by_name: str | None = None
    decided_at: datetime | None = None


class SeenProposal(Proposal, frozen=True, kw_only=True):
    """With the version of its client as it now is; None: there is no such client (any more)."""

    client_version: int | None = None

    @property
    def stale(self) -> bool:
        if self.status != "open" or self.client_id is None:
            return False
        if self.client_version is None:
            return True
        return self.base_version is not None and self.client_version != self.base_version


class ReplyHead(Record, frozen=True, kw_only=True):
    """How far a stored reply is, without its text. `length` in code points."""

    workspace_id: str
    id: str
    status: MessageStatus
    revision: int
    length: int


class Total(Record, frozen=True, kw_only=True):
    """Clients that have `key` in common. `amount`: their values in minor units of `currency`; None without one."""

    key: str | None
    currency: str | None
    count: int
    amount: int | None


class ClientActivity(Record, frozen=True, kw_only=True):
    """A client, and when it was last changed or commented on."""

    client: Client
    last_activity_at: datetime
