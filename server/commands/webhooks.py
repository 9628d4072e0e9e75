"""Commands on webhooks. The log tells members that one was made or changed, but neither its URL nor its secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET

from realtime.messages import (
    CreateWebhook,
    DeleteWebhook,
    ReplayDelivery,
    ReplayWebhook,
    RotateWebhookSecret,
    SendTest,
    UpdateWebhook,
)
from server.commands.context import Context, Handler, Result
from server.errors import Conflict, Gone, Invalid, NotFound, PreconditionFailed, TooMany
from server.ids import new_id
from server.webhooks.deliverer import Deliverer
from server.webhooks.events import PATTERNS, TEST_EVENT
from server.webhooks.guard import Guard, NotAllowed
from server.webhooks.sealing import Sealing
from server.webhooks.signing import new_key
from server.webhooks.wire import shown_webhook, stored_answer
from storage.webhook_records import Delivery, Subscription

NO_SUCH_WEBHOOK = "There is no such webhook in this workspace."
NO_SUCH_DELIVERY = "There is no such delivery of this webhook: the oldest are forgotten."
_TOLD = ("description", "events", "enabled", "disabled_reason")  # in the log, to every member
_RETRY_AFTER_S = 10


def handlers(deliverer: Deliverer, guard: Guard, sealing: Sealing) -> dict[type, Handler]:
    return {
        CreateWebhook: partial(create, deliverer=deliverer, guard=guard, sealing=sealing),
        UpdateWebhook: partial(update, deliverer=deliverer, guard=guard),
        DeleteWebhook: delete,
        RotateWebhookSecret: partial(rotate, sealing=sealing),
        SendTest: partial(send_test, deliverer=deliverer),
        ReplayDelivery: partial(redeliver, deliverer=deliverer),
        ReplayWebhook: partial(replay, deliverer=deliverer),
    }


async def create(
    context: Context,
    command: CreateWebhook,
    *,
    deliverer: Deliverer,
    guard: Guard,
    sealing: Sealing,
) -> Result:
    """Delivered is what is changed from now on."""
    draft, storage = command.data, context.storage
    limit = context.limits.webhooks.max_webhooks
    if len(await storage.webhooks.of_workspace(context.workspace_id)) >= limit:
        raise Conflict(f"A workspace has at most {limit} webhooks.")
    _check_url(guard, draft.url)
    _check_events(draft.events)
    webhook = Subscription(
        workspace_id=context.workspace_id,
        id=new_id(),
        url=draft.url,
        description=draft.description,
        events=draft.events,
        enabled=draft.enabled,
        sealed_secret=sealing.seal(new_key()),
        created_at=context.now,
        created_by=context.actor.id,
        updated_at=context.now,
        cursor=context.write.seq + 1,
        due_at=context.now,
    )
    await storage.webhooks.add(webhook)
    context.record("webhook", "created", webhook.id, 1, _told(webhook, _TOLD))
    after = partial(deliverer.wake, context.workspace_id)
    return Result(201, stored_answer(webhook), webhook.version, after)


async def update(
    context: Context, command: UpdateWebhook, *, deliverer: Deliverer, guard: Guard
) -> Result:
    """Whatever failed before is tried again at once, at the place where it was."""
    webhook = await _found(context, command.webhook_id, command.if_version)
    given = {
        name: value
        for name in ("url", "events", "description", "enabled")
        if (value := getattr(command.data, name)) is not UNSET
    }
    if "url" in given:
        _check_url(guard, given["url"])
    if "events" in given:
        _check_events(given["events"])
    changed = {name: value for name, value in given.items() if value != getattr(webhook, name)}
    if not changed:
        return Result(200, shown_webhook(webhook), webhook.version)
    if "enabled" in changed and webhook.disabled_reason is not None:
        changed["disabled_reason"] = None
    saved = msgspec.structs.replace(
        webhook, **changed, version=webhook.version + 1, updated_at=context.now
    )
    told = [name for name in _TOLD if name in changed]
    await context.storage.webhooks.save(saved)
    context.record(
        "webhook", "updated", saved.id, saved.version, _told(saved, told), _told(webhook, told)
    )
    return await _going_on(context, deliverer, saved, saved.cursor)


async def delete(context: Context, command: DeleteWebhook) -> Result:
    webhook = await _found(context, command.webhook_id)
    version = webhook.version + 1
    await context.storage.webhooks.delete(context.workspace_id, webhook.id)
    context.record("webhook", "deleted", webhook.id, version, {}, _told(webhook, _TOLD))
    return Result(204, None, version)


async def rotate(context: Context, command: RotateWebhookSecret, *, sealing: Sealing) -> Result:
    """Both secrets sign for a while, so that the receiver may change over without missing anything."""
    webhook = await _found(context, command.webhook_id)
    overlap = timedelta(seconds=context.limits.webhooks.secret_overlap_s)
    saved = msgspec.structs.replace(
        webhook,
        sealed_secret=sealing.seal(new_key()),
        former_sealed_secret=webhook.sealed_secret,
        former_until=context.now + overlap,
        version=webhook.version + 1,
        updated_at=context.now,
    )
    await context.storage.webhooks.save(saved)
    context.record("webhook", "updated", saved.id, saved.version, {})
    await context.storage.webhooks.interrupt(context.workspace_id, saved.id)
    return Result(200, stored_answer(saved), saved.version)


async def send_test(context: Context, command: SendTest, *, deliverer: Deliverer) -> Result:
    """A message that tells of no change; even to a webhook that is switched off."""
    webhook = await _found(context, command.webhook_id)
    id_ = new_id()
    return await _asked(
        context,
        deliverer,
        webhook,
        Delivery(
            id=id_,
            kind="test",
            message_id=f"msg_{id_}",
            seq=None,
            event=TEST_EVENT,
            status="pending",
            attempt=1,
            at=context.now,
        ),
    )


async def redeliver(context: Context, command: ReplayDelivery, *, deliverer: Deliverer) -> Result:
    """The same message once more, under the same id; even to a webhook that is switched off."""
    webhook = await _found(context, command.webhook_id)
    delivery = await context.storage.webhook_deliveries.get(
        context.workspace_id, webhook.id, command.delivery_id
    )
    if delivery is None:
        raise NotFound(NO_SUCH_DELIVERY)
    if delivery.kind == "gap" or delivery.seq is None:
        raise Conflict("This delivery has told of no change: there is nothing to send again.")
    floor = await context.storage.change_log.floor(context.workspace_id)
    if floor is None or delivery.seq < floor:
        raise Gone("The change has been cut from the log.")
    again = Delivery(
        id=new_id(),
        kind="replay",
        message_id=delivery.message_id,
        seq=delivery.seq,
        event=delivery.event,
        status="pending",
        attempt=delivery.attempt + 1,
        at=context.now,
    )
    return await _asked(context, deliverer, webhook, again)


async def replay(context: Context, command: ReplayWebhook, *, deliverer: Deliverer) -> Result:
    """Everything after `since`, or, where it has not come so far, nothing before."""
    webhook, since = await _found(context, command.webhook_id), command.data.since
    if since > context.write.seq:
        raise Invalid.field("since", f"The log's last change is {context.write.seq}")
    floor = await context.storage.change_log.floor(context.workspace_id)
    first = context.write.seq + 1 if floor is None else floor
    if since < first - 1:
        raise Gone(f"The log is kept from change {first}: nothing before it can be sent again.")
    return await _going_on(context, deliverer, webhook, since)


async def _going_on(
    context: Context, deliverer: Deliverer, webhook: Subscription, cursor: int
) -> Result:
    """At once, after `cursor`, as if nothing had failed."""
    await context.storage.webhooks.rewind(context.workspace_id, webhook.id, cursor, context.now)
    shown = msgspec.structs.replace(
        webhook, cursor=cursor, attempt=0, failing_since=None, due_at=context.now
    )
    after = partial(deliverer.wake, context.workspace_id)
    return Result(200, shown_webhook(shown), webhook.version, after)


async def _asked(
    context: Context, deliverer: Deliverer, webhook: Subscription, delivery: Delivery
) -> Result:
    limit = context.limits.webhooks.max_asked
    if webhook.asked >= limit:
        raise TooMany(f"{limit} deliveries wait for this webhook already.", _RETRY_AFTER_S)
    await context.storage.webhook_deliveries.add(context.workspace_id, webhook.id, delivery)
    await context.storage.webhooks.ask(context.workspace_id, webhook.id)
    return Result(202, delivery, after=partial(deliverer.wake, context.workspace_id))


async def _found(context: Context, webhook_id: str, if_version: int | None = None) -> Subscription:
    webhook = await context.storage.webhooks.get(context.workspace_id, webhook_id)
    if webhook is None:
        raise NotFound(NO_SUCH_WEBHOOK)
    if if_version is not None and if_version != webhook.version:
        raise PreconditionFailed(
            f"The webhook is at version {webhook.version}, not {if_version}: read it again."
        )
    return webhook


def _check_url(guard: Guard, url: str) -> None:
    try:
        guard.target(url)
    except NotAllowed as refusal:
        raise Invalid.field("url", str(refusal)) from None


def _check_events(patterns: Sequence[str]) -> None:
    for number, pattern in enumerate(patterns):
        if pattern not in PATTERNS:
            raise Invalid.field(f"events[{number}]", f"Must be one of {', '.join(PATTERNS)}")


def _told(webhook: Subscription, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(webhook, name) for name in names}
