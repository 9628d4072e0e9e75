"""What goes out and comes in by the query, where that is no record and no command's data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from realtime import messages
from realtime.problems import Problem
from realtime.validation import pattern
from server.errors import Invalid
from server.limits import Limits
from storage.assistant_records import MessageStatus, ProposalStatus
from storage.client_pages import SORTS
from storage.records import Actor, Client, Comment, Invite, PersonalToken

T = TypeVar("T")
_SORT = pattern(
    rf"\A-?({'|'.join(SORTS)})\Z",
    f"Must be one of {', '.join(SORTS)}, with '-' in front for descending",
)


class Listed(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Some of a list. `next_cursor` asks for the following page; null on the last."""

    items: Sequence[T]
    next_cursor: str | None = None


class ListedClients(Listed[Client], frozen=True, kw_only=True):
    """`seq`: the last change before the list was read. Whoever applies every later one misses none."""

    seq: int


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=Limits.max_page_items)] = Limits.default_page_items
    cursor: Annotated[str, Meta(description="The next_cursor of the page before.")] | None = None


class WholeListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of a list that is short: it comes whole unless less is asked for."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 1000
    cursor: Annotated[str, Meta(description="The next_cursor of the page before.")] | None = None

    def page_of(self, items: Sequence[T], name_of: Callable[[T], str]) -> Listed[T]:
        """The part asked for; `name_of` gives what tells one item from the others. Raises `Invalid`."""
        start = 0
        if self.cursor is not None:
            names = [name_of(item) for item in items]
            if self.cursor not in names:
                raise Invalid.field("cursor", "Names nothing of this list: read it from its start")
            start = names.index(self.cursor) + 1
        page, rest = items[start : start + self.limit], items[start + self.limit :]
        return Listed(items=page, next_cursor=name_of(page[-1]) if rest else None)


class ClientListQuery(msgspec.Struct, frozen=True, kw_only=True):
    # Each word and tag is a part of the statement: both databases bound how many it may have.
    q: Annotated[
        messages.Line,
        Meta(
            description="Every word stands in name, company, email, phone, notes or tags, "
            "whatever case and accents."
        ),
    ] = ""
    stage: Annotated[
        list[messages.Reference],
        Meta(max_length=Limits.max_stages, description="Keys of stages: any of them."),
    ] = []
    owner: Annotated[
        list[messages.Reference],
        Meta(
            max_length=Limits.max_members,
            description="Ids of users: any of them; none: clients without an owner.",
        ),
    ] = []
    tag: Annotated[messages.Tags, Meta(description="Any of them.")] = []
    sort: Annotated[str, Meta(pattern=_SORT)] = "position"
    limit: Annotated[int, Meta(ge=1, le=Limits.max_client_page_items)] = Limits.default_page_items
    cursor: Annotated[str, Meta(description="The next_cursor of the page before.")] | None = None


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=Limits.max_page_items)] = Limits.default_page_items
    cursor: Annotated[int, Meta(ge=1, le=2**62)] = 2**62


class ChangesQuery(msgspec.Struct, frozen=True, kw_only=True):
    since: Annotated[int, Meta(ge=0, le=2**62, description="The last seq that the caller has.")] = 0
    limit: Annotated[int, Meta(ge=1, le=Limits.max_changes_page)] = Limits.max_changes_page
    wait: Annotated[
        int,
        Meta(ge=0, le=3600, description="Seconds for which an empty answer is held back."),
    ] = 0


class StageRemoval(msgspec.Struct, frozen=True, kw_only=True):
    move_to: (
        Annotated[messages.StageKey, Meta(description="Key of the stage that takes its clients.")]
        | None
    ) = None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """`seq`: the log's last number."""

    changes: list[messages.Change]
    seq: int


class FieldChange(
    msgspec.Struct, frozen=True, kw_only=True, rename={"before": "from", "after": "to"}
):
    field: str
    before: Any
    after: Any


class HistoryItem(msgspec.Struct, frozen=True, kw_only=True):
    seq: int
    at: datetime
    actor: Actor
    op: Annotated[
        str, Meta(extra_json_schema={"enum": ["created", "updated", "deleted", "restored"]})
    ]
    version: int
    changes: list[FieldChange]


class Bulk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    operations: messages.Operations


class BulkResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of one operation: the client and its version (null once deleted), or the problem."""

    status: int
    version: int | None = None
    result: Client | None = None
    problem: Problem | None = None


class BulkResults(msgspec.Struct, frozen=True, kw_only=True):
    """In the order of the operations. `seq`: the log's last number once they were done."""

    results: list[BulkResult]
    seq: int


class TokenWithSecret(PersonalToken, frozen=True, kw_only=True):
    """`token` is the secret, which is shown this once."""

    token: str


class InviteWithCode(Invite, frozen=True, kw_only=True):
    """`url` opens the browser app with the invite."""

    code: str
    url: str


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    workspace_id: str
    role: messages.Role


class Person(msgspec.Struct, frozen=True):
    id: str
    name: str


class Usage(msgspec.Struct, frozen=True):
    """In the model's tokens."""

    prompt_tokens: int
    completion_tokens: int


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A change that the assistant would make. `before`: the fields of `data` as they were at `base_version`;
    `stale`: the client has changed since."""

    id: str
    message_id: str
    op: Literal["client.create", "client.update", "comment.create"]
    client_id: str | None
    client_name: str
    reason: str
    data: dict[str, Any]
    before: dict[str, Any] | None
    base_version: int | None
    status: ProposalStatus
    stale: bool
    decided_by: Person | None
    decided_at: datetime | None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A question and its reply. `text` grows while the status is streaming."""

    id: str
    workspace_id: str
    prompt: str
    status: MessageStatus
    asked_by: Person
    created_at: datetime
    finished_at: datetime | None
    provider: str
    model: str
    problem: Problem | None
    usage: Usage | None
    proposals: list[Proposal]
    retry_of: str | None
    client_id: str | None
    text: str


class Asked(messages.Question, frozen=True):
    """`client_id`: the client that the question is about."""

    client_id: messages.Reference | None = None


class Written(msgspec.Struct, frozen=True, kw_only=True):
    message: Message


class Decided(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The proposal, and what it has made."""

    proposal: Proposal
    client: Client | None = None
    comment: Comment | None = None


class RowError(msgspec.Struct, frozen=True, kw_only=True):
    """`row` counts as a spreadsheet does: the header is row 1."""

    row: int
    field: str
    message: str


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the rows. `stopped`: a row that failed ended it."""

    id: str
    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int
    stopped: bool
    errors: list[RowError]


class PreviewedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a row would do, and the client's fields that it gives."""

    row: int
    action: Literal["create", "update", "fail"]
    client: dict[str, Any] | None
    errors: list[RowError]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds, and what its rows would do."""

    columns: list[str]
    mapping: dict[str, str | None]
    delimiter: str
    encoding: str
    rows: int
    failed: int
    preview: list[PreviewedRow]
    errors: list[RowError]
