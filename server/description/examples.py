"""An example of every type that goes over the wire: instances of the types themselves, so that they cannot be wrong."""

from __future__ import annotations

import typing
from datetime import UTC, datetime
from typing import Any, TypeVar

from realtime import messages
from realtime.problems import FieldError, Problem, ProblemKind
from server.api import shapes
from server.description.schemas import alternatives
from server.identity.accounts import Credentials, PasswordChange, RefreshRequest, Registration
from server.identity.personal_tokens import TokenDraft
from server.identity.sessions import OpenSession, SignedIn
from server.webhooks.wire import ShownDelivery, ShownWebhook, WebhookWithSecret
from storage import records

T = TypeVar("T")
_MADE = datetime(2026, 1, 5, 9, 31, 12, 4000, tzinfo=UTC)
_LATER = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
WORKSPACE_ID = "01a20fa1fac07c1d9d1c0fb6b0c7a1b2"
CLIENT_ID = "01a20fa1fae57e058ea213063f0339c0"
USER_ID = "01a20fa1fabd7bfaa8671d6c8e328a79"
MESSAGE_ID = "01a20fa1fb117a0c8a5c4d2f6e7b8c9d"
PROPOSAL_ID = "01a20fa1fb127b1d9b6d5e3f7a8c9d0e"
TOKEN_ID = "01a20fa1fb0f7e0f8d3a2b1c0d9e8f7a"  # noqa: S105
_OTHER_ID = "01a20fa1fb0e7d0e8c2f1a0b9c8d7e6f"
_PASSWORD = "correct horse battery"  # noqa: S105
_HOOK = "https://hooks.example.com/clientflow"
_EVENTS = ["client.*"]

ANA = records.User(id=USER_ID, email="ana@example.com", name="Ana", created_at=_MADE)
CLIENT = records.Client(
    id=CLIENT_ID,
    name="Nordlys Cycles",
    email="post@nordlys.example",
    stage="lead",
    position="a0",
    value=records.Money(amount=1_250_000, currency="EUR"),
    tags=["retail"],
    next_action_at=_LATER,
    custom={"bikes": 40},
    created_at=_MADE,
    created_by=USER_ID,
    updated_at=_MADE,
    updated_by=USER_ID,
)
CHANGE = messages.Change(
    seq=7,
    at=_LATER,
    actor=messages.ChangeActor(USER_ID, "Ana", "rest"),
    entity="client",
    op="updated",
    id=CLIENT_ID,
    version=2,
    data={"stage": "won", "version": 2},
    command_id="order-1047",
)
_COMMENT: dict[str, Any] = {
    "id": _OTHER_ID,
    "client_id": CLIENT_ID,
    "author_id": USER_ID,
    "body": "Called, wants an offer for 40 bikes.",
    "created_at": _MADE,
}
PROPOSAL = shapes.Proposal(
    id=PROPOSAL_ID,
    message_id=MESSAGE_ID,
    op="client.update",
    client_id=CLIENT_ID,
    client_name="Nordlys Cycles",
    reason="They have accepted the offer.",
    data={"stage": "won"},
    before={"stage": "lead"},
    base_version=1,
    status="open",
    stale=False,
    decided_by=None,
    decided_at=None,
)
MESSAGE = shapes.Message(
    id=MESSAGE_ID,
    workspace_id=WORKSPACE_ID,
    prompt="Move Nordlys Cycles to won",
    status="done",
    asked_by=shapes.Person(USER_ID, "Ana"),
    created_at=_MADE,
    finished_at=_MADE,
    provider="local",
    model="local",
    problem=None,
    usage=shapes.Usage(prompt_tokens=212, completion_tokens=31),
    proposals=[PROPOSAL],
    retry_of=None,
    client_id=None,
    text="I would move Nordlys Cycles to won.",
)
_TOKEN: dict[str, Any] = {
    "id": TOKEN_ID,
    "user_id": USER_ID,
    "name": "nightly export",
    "scopes": ["read"],
    "created_at": _MADE,
}
_INVITE: dict[str, Any] = {
    "id": _OTHER_ID,
    "workspace_id": WORKSPACE_ID,
    "email": "ben@example.com",
    "role": "editor",
    "created_by": USER_ID,
    "created_at": _MADE,
    "expires_at": _LATER,
}
_WEBHOOK: dict[str, Any] = {
    "id": _OTHER_ID,
    "url": _HOOK,
    "description": "To the shop",
    "events": _EVENTS,
    "enabled": True,
    "disabled_reason": None,
    "version": 1,
    "created_at": _MADE,
    "created_by": USER_ID,
    "updated_at": _MADE,
    "former_secret_until": None,
    "seq": 7,
    "failing_since": None,
    "next_attempt_at": None,
}
_ROW_ERROR = shapes.RowError(row=3, field="value", message="Must be an amount such as 1,250.50")

_EXAMPLES: tuple[Any, ...] = (
    ANA,
    CLIENT,
    MESSAGE,
    PROPOSAL,
    Registration(email="ana@example.com", password=_PASSWORD, name="Ana"),
    Credentials(email="ana@example.com", password=_PASSWORD),
    PasswordChange(current_password=_PASSWORD, new_password="incorrect horse battery"),  # noqa: S106
    RefreshRequest(refresh_token="4Zq0cB9mTjW5…"),  # noqa: S106
    SignedIn(
        user=ANA,
        access_token="eyJhbGciOiJIUzI1NiIs…",  # noqa: S106
        refresh_token="4Zq0cB9mTjW5…",  # noqa: S106
        expires_in=900,
    ),
    OpenSession(
        id=_OTHER_ID,
        signed_in_at=_MADE,
        last_used_at=_LATER,
        user_agent="Mozilla/5.0",
        current=True,
    ),
    TokenDraft(name="nightly export", scopes=["read"]),
    records.PersonalToken(**_TOKEN),
    shapes.TokenWithSecret(**_TOKEN, token="cfp_kq3Zr8…"),  # noqa: S106
    messages.WorkspacePatch(name="Sales"),
    records.Membership(
        id=WORKSPACE_ID, name="Sales", seq=7, created_at=_MADE, created_by=USER_ID, role="owner"
    ),
    messages.StageDraft(name="Negotiation", key="negotiation", color="#0ea5e9", position=2),
    messages.StagePatch(name="In negotiation"),
    records.Stage(id=_OTHER_ID, key="lead", name="Lead", color="#64748b", position=0),
    messages.MemberPatch(role="admin"),
    records.Member(
        user_id=USER_ID, name="Ana", email="ana@example.com", role="owner", joined_at=_MADE
    ),
    messages.InviteDraft(role="editor", email="ben@example.com"),
    records.Invite(**_INVITE),
    shapes.InviteWithCode(
        **_INVITE, code="hT6bXw2…", url="https://board.example.com/#/invite/hT6bXw2…"
    ),
    shapes.Joined(workspace_id=WORKSPACE_ID, role="editor"),
    messages.ClientDraft(
        name="Nordlys Cycles",
        email="post@nordlys.example",
        value=messages.Money(amount=1_250_000, currency="EUR"),
        tags=["retail"],
    ),
    messages.ClientPatch(stage="won"),
    shapes.Bulk(
        operations=[
            messages.CreateClient(data=messages.ClientDraft(name="Kestrel Analytics")),
            messages.UpdateClient(client_id=CLIENT_ID, data=messages.ClientPatch(stage="won")),
        ]
    ),
    shapes.BulkResults(
        results=[
            shapes.BulkResult(status=201, version=1, result=CLIENT),
            shapes.BulkResult(
                status=404,
                problem=Problem.of(
                    ProblemKind.NOT_FOUND, "There is no client nobody in this workspace."
                ),
            ),
        ],
        seq=7,
    ),
    shapes.ListedClients(items=[CLIENT], seq=7),
    shapes.HistoryItem(
        seq=7,
        at=_LATER,
        actor=records.Actor(id=USER_ID, name="Ana", via="rest"),
        op="updated",
        version=2,
        changes=[shapes.FieldChange(field="stage", before="lead", after="won")],
    ),
    messages.CommentDraft(body="Called, wants an offer for 40 bikes."),
    records.AuthoredComment(**_COMMENT, author_name="Ana"),
    shapes.Changes(changes=[CHANGE], seq=7),
    shapes.Asked(prompt="Move Nordlys Cycles to won"),
    shapes.Written(message=MESSAGE),
    shapes.Decided(proposal=PROPOSAL, client=CLIENT),
    shapes.Imported(
        id="fair-2026",
        rows=120,
        created=100,
        updated=18,
        unchanged=1,
        failed=1,
        stopped=False,
        errors=[_ROW_ERROR],
    ),
    shapes.Trial(
        columns=["Nome", "E-mail"],
        mapping={"Nome": "name", "E-mail": "email"},
        delimiter=";",
        encoding="UTF-8",
        rows=1,
        failed=0,
        preview=[
            shapes.PreviewedRow(
                row=2, action="create", client={"name": "Padaria Aurora"}, errors=[]
            )
        ],
        errors=[],
    ),
    messages.WebhookDraft(url=_HOOK, events=_EVENTS, description="To the shop"),
    messages.WebhookPatch(enabled=False),
    messages.ReplayFrom(since=6),
    ShownWebhook(**_WEBHOOK),
    WebhookWithSecret(**_WEBHOOK, secret="whsec_C2FVsBQIhrscChlQIMV…"),  # noqa: S106
    ShownDelivery(
        id=_OTHER_ID,
        kind="change",
        message_id="7.01a20fa1fb0e7d0e8c2f1a0b9c8d7e6f",
        seq=7,
        event="client.updated",
        status="succeeded",
        attempt=1,
        at=_LATER,
        duration_ms=84,
        response_status=200,
        response_body="ok",
        error=None,
    ),
)
_BY_TYPE = {type(example): example for example in _EXAMPLES}


def example_of(type_: type[T]) -> T:
    """That of a type which has one. Raises `KeyError`."""
    example: T = _BY_TYPE[type_]
    return example


def examples_of(type_: Any) -> list[Any]:
    """One of each alternative of a type; of a list, one with one item. Raises `KeyError` for a type without any."""
    return [_example(part) for part in alternatives(type_)]


def _example(type_: Any) -> Any:
    if typing.get_origin(type_) is shapes.Listed:
        return shapes.Listed(items=[_BY_TYPE[item] for item in typing.get_args(type_)])
    return _BY_TYPE[type_]


def problem_example(kind: ProblemKind) -> Problem:
    """A problem of this kind as it may come."""
    details = {
        ProblemKind.INVALID: "name: This field is needed",
        ProblemKind.NOT_FOUND: "There is no such client in this workspace.",
        ProblemKind.FORBIDDEN: "client.create needs the role editor or higher; yours is viewer.",
    }
    errors = (FieldError("name", "This field is needed"),) if kind is ProblemKind.INVALID else ()
    return Problem.of(kind, details.get(kind, f"{kind.title}."), errors)
