"""The channel's messages: frozen structs in tagged unions, so that decoding is validating.

Commands are the writes of the whole product. The socket reads them from `command` frames, REST builds them from
bodies; both hand them to one service. A field that a patch leaves out is `UNSET`; null clears it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from realtime.problems import Problem
from realtime.validation import pattern

SUBPROTOCOL = "clientflow.v1"
MAX_SAFE_INTEGER = 2**53 - 1  # the largest integer that JavaScript keeps exact

_NO_NUL = pattern(r"\A[^\x00]*\Z", "Must not contain the character U+0000")
_ID = pattern(r"\A[A-Za-z0-9_-]{8,64}\Z", "Must be 8 to 64 letters, digits, '_' or '-'")
_EMAIL = pattern(
    r"\A([^@\s\x00]+@[^@\s\x00]+)?\Z", "Must be an email address such as ana@example.com"
)
_CURRENCY = pattern(r"\A[A-Z]{3}\Z", "Must be an ISO 4217 code such as EUR")
_RANK = pattern(r"\A[A-Za-z0-9]{2,128}\Z", "Must be a rank string as `position` fields carry it")
_KEY = pattern(r"\A[a-z0-9][a-z0-9_-]{0,39}\Z", "Must be 1 to 40 of a-z, 0-9, '_' and '-'")
_COLOR = pattern(r"\A#[0-9a-fA-F]{6}\Z", "Must be a colour such as #4f46e5")
_EVENTS = pattern(
    r"\A(\*|[a-z]{1,20}\.(\*|[a-z]{1,20}))\Z",
    "Must be an event such as client.updated, client.* or *",
)
COMMAND_ID = pattern(r"\A[\x21-\x7e]{1,255}\Z", "Must be 1 to 255 visible ASCII characters")

Reference = Annotated[
    str, Meta(max_length=255, pattern=_NO_NUL)
]  # an id that is looked up, not made
NewId = Annotated[str, Meta(pattern=_ID)]
CommandId = Annotated[str, Meta(pattern=COMMAND_ID)]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=_NO_NUL)]
Line = Annotated[str, Meta(max_length=200, pattern=_NO_NUL)]
Email = Annotated[str, Meta(max_length=254, pattern=_EMAIL)]
Notes = Annotated[str, Meta(max_length=20_000, pattern=_NO_NUL)]
CommentBody = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=_NO_NUL)]
StageKey = Annotated[str, Meta(pattern=_KEY)]
Color = Annotated[str, Meta(pattern=_COLOR)]
Rank = Annotated[str, Meta(pattern=_RANK)]
Tag = Annotated[str, Meta(min_length=1, max_length=60, pattern=_NO_NUL)]
Tags = Annotated[list[Tag], Meta(max_length=50)]
Moment = Annotated[datetime, Meta(tz=True)]
CustomKey = Annotated[str, Meta(min_length=1, max_length=60, pattern=_NO_NUL)]
CustomText = Annotated[str, Meta(max_length=2_000, pattern=_NO_NUL)]
CustomNumber = Annotated[int, Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
Custom = Annotated[
    dict[CustomKey, CustomText | CustomNumber | float | bool | None], Meta(max_length=50)
]
Version = Annotated[int, Meta(ge=1)]
Seq = Annotated[int, Meta(ge=0)]
Role: TypeAlias = Literal["owner", "admin", "editor", "viewer"]


class _Data(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Input that names its fields exactly: a misspelt one is refused, not dropped."""


class Money(_Data, frozen=True):
    """`amount` in minor units of `currency` (cents for EUR)."""

    amount: Annotated[int, Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
    currency: Annotated[str, Meta(pattern=_CURRENCY)]


class ClientPatch(_Data, frozen=True):
    """The fields of a client that a member may change."""

    name: Name | UnsetType = UNSET
    company: Line | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    phone: Line | UnsetType | None = UNSET
    stage: StageKey | UnsetType = UNSET
    position: Rank | UnsetType = UNSET
    value: Money | UnsetType | None = UNSET
    owner_id: Reference | UnsetType | None = UNSET
    tags: Tags | UnsetType = UNSET
    notes: Notes | UnsetType = UNSET
    next_action_at: Moment | UnsetType | None = UNSET
    custom: Custom | UnsetType = UNSET


class ClientDraft(ClientPatch, frozen=True):
    """A new client. With `id` the sender chooses its id, so that an optimistic copy keeps its own."""

    name: Name
    id: NewId | UnsetType = UNSET


class CommentDraft(_Data, frozen=True):
    body: CommentBody
    id: NewId | UnsetType = UNSET


class StageDraft(_Data, frozen=True):
    """`key` defaults to the name's slug, `position` (0 first) to the end."""

    name: Name
    key: StageKey | UnsetType = UNSET
    color: Color = "#64748b"
    position: Annotated[int, Meta(ge=0, le=1000)] | UnsetType = UNSET


class StagePatch(_Data, frozen=True):
    name: Name | UnsetType = UNSET
    color: Color | UnsetType = UNSET
    position: Annotated[int, Meta(ge=0, le=1000)] | UnsetType = UNSET


class MemberPatch(_Data, frozen=True):
    role: Role


class WorkspacePatch(_Data, frozen=True):
    name: Name


class InviteDraft(_Data, frozen=True):
    """With `email` only that account may accept it."""

    role: Literal["admin", "editor", "viewer"]
    email: Email | None = None


WebhookUrl = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=_NO_NUL)]
EventPattern = Annotated[str, Meta(pattern=_EVENTS)]
EventPatterns = Annotated[list[EventPattern], Meta(min_length=1, max_length=50)]


class WebhookDraft(_Data, frozen=True):
    """Changes whose event, such as client.updated, one of `events` names are sent to `url`."""

    url: WebhookUrl
    events: EventPatterns
    description: Line = ""
    enabled: bool = True


class WebhookPatch(_Data, frozen=True):
    url: WebhookUrl | UnsetType = UNSET
    events: EventPatterns | UnsetType = UNSET
    description: Line | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class ReplayFrom(_Data, frozen=True):
    """The changes after `since` are sent, whether or not they have been before."""

    since: Seq


class Question(_Data, frozen=True):
    """With `retry_of` it is asked once more, after a reply that failed."""

    prompt: Annotated[str, Meta(min_length=1, max_length=4_000, pattern=_NO_NUL)]
    retry_of: Reference | None = None


class ReplyReference(_Data, frozen=True):
    message_id: Reference


class ProposalReference(_Data, frozen=True):
    message_id: Reference
    proposal_id: Reference


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", omit_defaults=True):
    """One write. `op` names it on the wire, in the permission table and in the metrics."""


class CreateClient(Command, tag="client.create", frozen=True):
    data: ClientDraft


class UpdateClient(Command, tag="client.update", frozen=True):
    client_id: Reference
    data: ClientPatch
    if_version: Version | None = None


class DeleteClient(Command, tag="client.delete", frozen=True):
    client_id: Reference
    if_version: Version | None = None


class RestoreClient(Command, tag="client.restore", frozen=True):
    client_id: Reference


class CreateComment(Command, tag="comment.create", frozen=True):
    client_id: Reference
    data: CommentDraft


class CreateStage(Command, tag="stage.create", frozen=True):
    data: StageDraft


class UpdateStage(Command, tag="stage.update", frozen=True):
    stage_id: Reference
    data: StagePatch
    if_version: Version | None = None


class DeleteStage(Command, tag="stage.delete", frozen=True):
    """`move_to` is the key of the stage that takes its clients."""

    stage_id: Reference
    move_to: StageKey | None = None


class UpdateMember(Command, tag="member.update", frozen=True):
    user_id: Reference
    data: MemberPatch


class RemoveMember(Command, tag="member.remove", frozen=True):
    user_id: Reference


class CreateInvite(Command, tag="invite.create", frozen=True):
    data: InviteDraft


class DeleteInvite(Command, tag="invite.delete", frozen=True):
    invite_id: Reference


class CreateWebhook(Command, tag="webhook.create", frozen=True):
    data: WebhookDraft


class UpdateWebhook(Command, tag="webhook.update", frozen=True):
    webhook_id: Reference
    data: WebhookPatch
    if_version: Version | None = None


class DeleteWebhook(Command, tag="webhook.delete", frozen=True):
    webhook_id: Reference


class RotateWebhookSecret(Command, tag="webhook.rotate", frozen=True):
    """A new secret; for a while the one before signs as well."""

    webhook_id: Reference


class SendTest(Command, tag="webhook.test", frozen=True):
    webhook_id: Reference


class ReplayDelivery(Command, tag="webhook.redeliver", frozen=True):
    webhook_id: Reference
    delivery_id: Reference


class ReplayWebhook(Command, tag="webhook.replay", frozen=True):
    webhook_id: Reference
    data: ReplayFrom


class UpdateWorkspace(Command, tag="workspace.update", frozen=True):
    data: WorkspacePatch


class DeleteWorkspace(Command, tag="workspace.delete", frozen=True):
    pass


class AskAssistant(Command, tag="assistant.ask", frozen=True):
    """`client_id`: the client that the question is about."""

    data: Question
    client_id: Reference | None = None


class CancelReply(Command, tag="assistant.cancel", frozen=True):
    data: ReplyReference


class ApplyProposal(Command, tag="assistant.apply", frozen=True):
    data: ProposalReference


class DismissProposal(Command, tag="assistant.dismiss", frozen=True):
    data: ProposalReference


ClientCommand: TypeAlias = CreateClient | UpdateClient | DeleteClient | RestoreClient
Operations = Annotated[list[ClientCommand], Meta(min_length=1, max_length=500)]


class BulkClients(Command, tag="client.bulk", frozen=True):
    """Up to 500 operations in one transaction; each succeeds or is refused by itself."""

    operations: Operations


class ImportClients(Command, tag="client.import", frozen=True):
    """Up to 500 rows in one transaction: each changes the client that it matches, or makes a new one.

    A row gives the fields to set; a new client needs `name`. By `external_id` means by the field of that name in
    `custom`. `source` names what the rows come from: a repetition has the same.
    """

    match: Literal["external_id", "email", "none"]
    rows: Annotated[list[ClientPatch], Meta(min_length=1, max_length=500)]
    source: Reference | None = None


AnyCommand: TypeAlias = (
    ClientCommand
    | BulkClients
    | ImportClients
    | CreateComment
    | CreateStage
    | UpdateStage
    | DeleteStage
    | UpdateMember
    | RemoveMember
    | CreateInvite
    | DeleteInvite
    | CreateWebhook
    | UpdateWebhook
    | DeleteWebhook
    | RotateWebhookSecret
    | SendTest
    | ReplayDelivery
    | ReplayWebhook
    | UpdateWorkspace
    | DeleteWorkspace
    | AskAssistant
    | CancelReply
    | ApplyProposal
    | DismissProposal
)


# Frames from the client


class Hello(msgspec.Struct, frozen=True, tag_field="type", tag="hello"):
    token: str | None = None
    since: Seq | None = None


class CommandFrame(msgspec.Struct, frozen=True, tag_field="type", tag="command"):
    """The envelope alone; the command itself is decoded from the same text, so that its fault can name the id."""

    id: CommandId


class Editing(msgspec.Struct, frozen=True):
    client_id: Reference
    field: Annotated[str, Meta(max_length=60, pattern=_NO_NUL)]


class PresenceState(msgspec.Struct, frozen=True):
    viewing: Reference | None = None
    editing: Editing | None = None


class PresenceFrame(msgspec.Struct, frozen=True, tag_field="type", tag="presence"):
    state: PresenceState


class AuthFrame(msgspec.Struct, frozen=True, tag_field="type", tag="auth"):
    token: str


class Ping(msgspec.Struct, frozen=True, tag_field="type", tag="ping"):
    pass


ClientFrame: TypeAlias = Hello | CommandFrame | PresenceFrame | AuthFrame | Ping


# Frames from the server


class Welcome(msgspec.Struct, frozen=True, tag_field="type", tag="welcome"):
    """`heartbeat`: seconds after which the client should have sent something, a ping for instance."""

    seq: int
    session: str
    user: dict[str, str]
    role: str
    heartbeat: int
    resumed: bool


class Ack(msgspec.Struct, frozen=True, tag_field="type", tag="ack"):
    """Sent after the commit. `result` is the entity as it now stands."""

    id: str
    seq: int | None
    version: int | None
    result: msgspec.Raw


class ErrorFrame(msgspec.Struct, frozen=True, tag_field="type", tag="error"):
    id: str | None
    problem: Problem


class ChangeActor(msgspec.Struct, frozen=True):
    id: str
    name: str
    via: str


class Change(msgspec.Struct, frozen=True):
    """One row of the log as clients see it. `data`: the changed fields, or the whole entity when created."""

    seq: int
    at: datetime
    actor: ChangeActor
    entity: str
    op: str
    id: str
    version: int
    data: dict[str, Any]
    command_id: str | None


class ChangeFrame(Change, frozen=True, tag_field="type", tag="change"):
    pass


class AssistantFrame(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="assistant"
):
    """`offset`: code points of the reply before `text`; at its end, all of them. `message` is without its text."""

    event: Literal["started", "delta", "proposal", "done", "error", "cancelled"]
    message_id: str
    offset: int | None = None
    text: str | None = None
    message: dict[str, Any] | None = None
    proposal: dict[str, Any] | None = None


class ImportFrame(msgspec.Struct, frozen=True, tag_field="type", tag="import"):
    """How far an import has come, in rows; to whoever asked for it. `id`: its Idempotency-Key, if it has one."""

    id: str
    done: int
    total: int


class Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    pass


PONG = msgspec.json.encode(Pong())
