"""Webhooks and deliveries as admins see them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from server.webhooks.sealing import CannotOpen, Sealing
from server.webhooks.signing import secret_of
from storage.webhook_records import DeliveryKind, DeliveryStatus, Subscription


class ShownWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """`seq`: the last change that is done with. While it fails, `failing_since` and `next_attempt_at` are set.

    `disabled_reason`: why the server switched it off. `former_secret_until`: so long the secret before signs too.
    """

    id: str
    url: str
    description: str
    events: list[str]
    enabled: bool
    disabled_reason: str | None
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    former_secret_until: datetime | None
    seq: int
    failing_since: datetime | None
    next_attempt_at: datetime | None


class WebhookWithSecret(ShownWebhook, frozen=True, kw_only=True):
    """`secret` is shown this once."""

    secret: str


class ShownDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt. `message_id` was its webhook-id; it is the same in every attempt of one message.

    `kind`: change (by itself), replay or test (asked for), gap (skipped: the log had been cut). `seq`: the change that
    it told of. `response_body`: the first of the receiver's answer.
    """

    id: str
    kind: DeliveryKind
    message_id: str
    seq: int | None
    event: str
    status: DeliveryStatus
    attempt: int
    at: datetime
    duration_ms: int | None
    response_status: int | None
    response_body: str | None
    error: str | None


def shown_webhook(subscription: Subscription) -> ShownWebhook:
    return msgspec.convert(_shown(subscription), ShownWebhook)


def stored_answer(subscription: Subscription) -> dict[str, object]:
    """With the secret as it may be kept: sealed."""
    return {**_shown(subscription), "sealed_secret": subscription.sealed_secret}


def with_secret(answer: bytes, sealing: Sealing) -> bytes:
    """`stored_answer` as whoever asked sees it; without the secret once no key of the server opens it."""
    webhook = msgspec.json.decode(answer)
    try:
        webhook["secret"] = secret_of(sealing.open(webhook.pop("sealed_secret")))
    except CannotOpen:
        webhook["secret"] = ""
    return msgspec.json.encode(webhook)


def _shown(subscription: Subscription) -> dict[str, object]:
    fails = subscription.attempt > 0
    return {
        **{
            name: getattr(subscription, name)
            for name in ShownWebhook.__struct_fields__
            if name not in ("former_secret_until", "seq", "next_attempt_at")
        },
        "former_secret_until": subscription.former_until,
        "seq": subscription.cursor,
        "next_attempt_at": subscription.due_at if fails and subscription.enabled else None,
    }
