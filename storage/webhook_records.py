"""Webhooks and their deliveries as the rest of the program sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from storage.records import Record

DeliveryKind: TypeAlias = Literal["change", "replay", "test", "gap"]
DeliveryStatus: TypeAlias = Literal["pending", "succeeded", "failed", "skipped"]


class Webhook(Record, frozen=True, kw_only=True):
    """Where changes of a workspace are sent. `disabled_reason`: why it is not enabled, if the server did it."""

    workspace_id: str
    id: str
    url: str
    description: str
    events: list[str]
    enabled: bool
    disabled_reason: str | None = None
    sealed_secret: str
    former_sealed_secret: str | None = None
    former_until: datetime | None = None
    version: int = 1
    created_at: datetime
    created_by: str
    updated_at: datetime


class Subscription(Webhook, frozen=True, kw_only=True):
    """A webhook with how far it is.

    All changes up to `cursor` are done. `attempt`: how often the next one has failed, since `failing_since`.
    `asked`: tests and repetitions that wait.
    """

    cursor: int
    attempt: int = 0
    failing_since: datetime | None = None
    due_at: datetime
    asked: int = 0


class Due(Record, frozen=True, kw_only=True):
    """A subscription with something to do, and how many changes it is behind."""

    workspace_id: str
    id: str
    behind: int


class Progress(Record, frozen=True, kw_only=True):
    """How far the holder of a lease has come; `leased_until` None gives the lease back."""

    cursor: int
    attempt: int
    failing_since: datetime | None
    due_at: datetime
    answered: int = 0
    leased_until: datetime | None


class Delivery(Record, frozen=True, kw_only=True):
    """One attempt to deliver. `message_id` is the same in every attempt of one message.

    `seq`: the change that it tells of; of a gap, the last one that was skipped; None in a test.
    """

    id: str
    kind: DeliveryKind
    message_id: str
    seq: int | None
    event: str
    status: DeliveryStatus
    attempt: int
    at: datetime
    duration_ms: int | None = None
    response_status: int | None = None
    response_body: str | None = None
    error: str | None = None
