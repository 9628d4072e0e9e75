"""What the server answers, as frozen structs. A field of a newer server is passed over.

What is sent has its types in `realtime.messages`, the server's own. These here are the client's: an installed client
meets servers of other versions, so it asks only for what it knows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Literal, TypedDict, TypeVar

import msgspec

from realtime.messages import Money, Role
from realtime.problems import FieldError, Problem

T = TypeVar("T")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    pass


class User(Record, frozen=True, kw_only=True):
    id: str
    email: str
    name: str
    created_at: datetime


class SignedIn(Record, frozen=True, kw_only=True):
    """`expires_in`: seconds until the access token runs out."""

    user: User
    access_token: str
    refresh_token: str
    expires_in: float


class PersonalToken(Record, frozen=True, kw_only=True):
    """`token` is the secret, which is shown once, when it is made."""

    id: str
    name: str
    scopes: list[str]
    workspace_id: str | None = None
    expires_at: datetime | None = None
    created_at: datetime
    last_used_at: datetime | None = None
    token: str | None = None


class WorkspaceInfo(Record, frozen=True, kw_only=True):
    """`role` is one's own; a workspace that was just made or renamed comes without."""

    id: str
    name: str
    seq: int = 0
    created_at: datetime
    created_by: str
    role: Role | None = None


class Stage(Record, frozen=True, kw_only=True):
    id: str
    key: str
    name: str
    color: str
    position: int
    version: int = 1


class Member(Record, frozen=True, kw_only=True):
    user_id: str
    name: str
    email: str
    role: Role
    joined_at: datetime


class Invite(Record, frozen=True, kw_only=True):
    """`code` and `url` are shown once, when it is made."""

    id: str
    email: str | None = None
    role: Role
    expires_at: datetime
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    code: str | None = None
    url: str | None = None


class Joined(Record, frozen=True, kw_only=True):
    """An invite was accepted."""

    workspace_id: str
    role: Role


class Client(Record, frozen=True, kw_only=True):
    """A card of the board. `stage` is a stage's key; `position` sorts within it."""

    id: str
    name: str
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    stage: str
    position: str
    value: Money | None = None
    owner_id: str | None = None
    tags: list[str] = []
    notes: str = ""
    next_action_at: datetime | None = None
    custom: dict[str, Any] = {}
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str


class ClientFields(TypedDict, total=False):
    """The fields of a client that can be set, as keywords; None clears one that may be empty."""

    name: str
    company: str | None
    email: str | None
    phone: str | None
    stage: str
    position: str
    value: Money | None
    owner_id: str | None
    tags: list[str]
    notes: str
    next_action_at: datetime | None
    custom: dict[str, str | int | float | bool | None]


class Comment(Record, frozen=True, kw_only=True):
    id: str
    client_id: str
    author_id: str
    author_name: str | None = None
    body: str
    created_at: datetime


class Actor(Record, frozen=True, kw_only=True):
    id: str
    name: str
    via: str


class FieldChange(Record, frozen=True, kw_only=True, rename={"before": "from", "after": "to"}):
    """One field of a change, on the wire `from` and `to`."""

    field: str
    before: Any = None
    after: Any = None


class HistoryItem(Record, frozen=True, kw_only=True):
    seq: int
    at: datetime
    actor: Actor
    op: str
    version: int
    changes: list[FieldChange]


class BulkResult(Record, frozen=True, kw_only=True):
    """What became of one operation; `result` is the client as it now stands."""

    status: int
    result: Client | None = None
    problem: Problem | None = None


class BulkAnswer(Record, frozen=True, kw_only=True):
    results: list[BulkResult]


class Page(Record, Generic[T], frozen=True, kw_only=True):
    items: list[T]
    next_cursor: str | None = None
    seq: int | None = None


class Person(Record, frozen=True, kw_only=True):
    id: str
    name: str


class Proposal(Record, frozen=True, kw_only=True):
    """A change that the assistant would make: `data` over `before`."""

    id: str
    message_id: str
    op: str
    client_id: str | None = None
    client_name: str
    reason: str
    data: dict[str, Any]
    before: dict[str, Any] | None = None
    base_version: int | None = None
    status: Literal["open", "applied", "dismissed"]
    stale: bool = False
    decided_by: Person | None = None
    decided_at: datetime | None = None


class Message(Record, frozen=True, kw_only=True):
    """A question to the assistant with its reply; in frames of the channel without `text`."""

    id: str
    workspace_id: str
    prompt: str
    status: str
    asked_by: Person
    created_at: datetime
    finished_at: datetime | None = None
    provider: str
    model: str
    problem: Problem | None = None
    usage: dict[str, int] | None = None
    proposals: list[Proposal] = []
    retry_of: str | None = None
    client_id: str | None = None
    text: str = ""


class MessageAnswer(Record, frozen=True, kw_only=True):
    message: Message


class Decided(Record, frozen=True, kw_only=True):
    """A proposal that was applied or dismissed, with what it made."""

    proposal: Proposal
    client: Client | None = None
    comment: Comment | None = None


class RowError(FieldError, frozen=True, kw_only=True):
    """`row` counts as a spreadsheet does: the header is row 1."""

    row: int


class ImportReport(Record, frozen=True, kw_only=True):
    id: str
    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int
    stopped: bool
    errors: list[RowError]


class ImportPreview(Record, frozen=True, kw_only=True):
    """One row of a file and what it would do."""

    row: int
    action: Literal["create", "update", "fail"]
    client: dict[str, Any] | None = None
    errors: list[FieldError] = []


class ImportTrial(Record, frozen=True, kw_only=True):
    columns: list[str]
    mapping: dict[str, str | None]
    delimiter: str
    encoding: str
    rows: int
    failed: int
    preview: list[ImportPreview]
    errors: list[RowError]
