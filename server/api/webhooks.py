"""/workspaces/{w}/webhooks with their deliveries."""

from __future__ import annotations

import msgspec

from realtime import messages
from realtime.problems import ProblemKind
from server.api.calls import SignedIn, Visit
from server.api.endpoint import endpoint
from server.api.http import Reply
from server.api.shapes import Listed, PageQuery, WholeListQuery
from server.commands.webhooks import NO_SUCH_DELIVERY, NO_SUCH_WEBHOOK
from server.errors import NotFound
from server.webhooks.wire import ShownDelivery, ShownWebhook, WebhookWithSecret, shown_webhook
from storage.webhook_records import Subscription

_WEBHOOKS = "/workspaces/{workspace_id}/webhooks"
_WEBHOOK = f"{_WEBHOOKS}/{{webhook_id}}"
_DELIVERIES = f"{_WEBHOOK}/deliveries"
_DELIVERY = f"{_DELIVERIES}/{{delivery_id}}"


@endpoint("GET", _WEBHOOKS, "webhook.read")
async def list_webhooks(call: Visit, query: WholeListQuery) -> Listed[ShownWebhook]:
    """The workspace's webhooks, the oldest first, with how far each is."""
    found = await call.services.storage.webhooks.of_workspace(call.member.id)
    shown = [shown_webhook(webhook) for webhook in found]
    return query.page_of(shown, lambda webhook: webhook.id)


@endpoint(
    "POST",
    _WEBHOOKS,
    "webhook.create",
    status=201,
    located=True,
    secret=True,
    raises=(ProblemKind.CONFLICT,),
)
async def create_webhook(call: SignedIn, body: messages.WebhookDraft) -> Reply[WebhookWithSecret]:
    """Have changes sent to an address from now on.

    `events` are names of an entity and an operation such as `client.updated`, or `client.*`, or `*` for all.
    `secret` is shown in this answer only.
    """
    return await call.run(messages.CreateWebhook(data=body))


@endpoint("GET", _WEBHOOK, "webhook.read")
async def get_webhook(call: Visit) -> Reply[ShownWebhook]:
    """One webhook, with how far it is."""
    webhook = await _found(call)
    return Reply(shown_webhook(webhook), webhook.version)


@endpoint("PATCH", _WEBHOOK, "webhook.update", strict=True)
async def update_webhook(call: SignedIn, body: messages.WebhookPatch) -> Reply[ShownWebhook]:
    """Change the fields given. Whatever failed before is tried again at once.

    One that is switched on again goes on where it stopped.
    """
    command = messages.UpdateWebhook(
        webhook_id=call.path["webhook_id"], data=body, if_version=call.if_version
    )
    return await call.run(command)


@endpoint("DELETE", _WEBHOOK, "webhook.delete", status=204)
async def delete_webhook(call: SignedIn) -> Reply[None]:
    """Delete a webhook and its deliveries."""
    return await call.run(messages.DeleteWebhook(webhook_id=call.path["webhook_id"]))


@endpoint("POST", f"{_WEBHOOK}/secret", "webhook.rotate", secret=True)
async def rotate_webhook_secret(call: SignedIn) -> Reply[WebhookWithSecret]:
    """Make a new secret, shown in this answer only. For a day the one before signs as well."""
    return await call.run(messages.RotateWebhookSecret(webhook_id=call.path["webhook_id"]))


@endpoint(
    "POST",
    f"{_WEBHOOK}/test",
    "webhook.test",
    status=202,
    rate="webhook-test",
    raises=(ProblemKind.TOO_MANY,),
)
async def send_webhook_test(call: SignedIn) -> Reply[ShownDelivery]:
    """Send a message of the type `webhook.test`. How it went, the delivery shows."""
    return await call.run(messages.SendTest(webhook_id=call.path["webhook_id"]))


@endpoint("POST", f"{_WEBHOOK}/replay", "webhook.replay", raises=(ProblemKind.GONE,))
async def replay_webhook(call: SignedIn, body: messages.ReplayFrom) -> Reply[ShownWebhook]:
    """Send every change after `since`, whether it has been sent or not.

    With the seq of the last change, all that waits is left out.
    """
    command = messages.ReplayWebhook(webhook_id=call.path["webhook_id"], data=body)
    return await call.run(command)


@endpoint("GET", _DELIVERIES, "webhook.read")
async def list_deliveries(call: Visit, query: PageQuery) -> Listed[ShownDelivery]:
    """What was sent lately, the newest first, with the receiver's answers."""
    webhook, deliveries = await _found(call), call.services.storage.webhook_deliveries
    found = await deliveries.latest(call.member.id, webhook.id, query.limit + 1, query.cursor)
    items = msgspec.convert(found[: query.limit], list[ShownDelivery], from_attributes=True)
    return Listed(items=items, next_cursor=items[-1].id if len(found) > query.limit else None)


@endpoint("GET", _DELIVERY, "webhook.read")
async def get_delivery(call: Visit) -> ShownDelivery:
    """One delivery."""
    delivery = await call.services.storage.webhook_deliveries.get(
        call.member.id, call.path["webhook_id"], call.path["delivery_id"]
    )
    if delivery is None:
        raise NotFound(NO_SUCH_DELIVERY)
    return msgspec.convert(delivery, ShownDelivery, from_attributes=True)


@endpoint(
    "POST",
    f"{_DELIVERY}/replay",
    "webhook.redeliver",
    status=202,
    rate="webhook-test",
    raises=(ProblemKind.CONFLICT, ProblemKind.GONE, ProblemKind.TOO_MANY),
)
async def replay_delivery(call: SignedIn) -> Reply[ShownDelivery]:
    """Send the message of a delivery once more, under the same webhook-id."""
    command = messages.ReplayDelivery(
        webhook_id=call.path["webhook_id"], delivery_id=call.path["delivery_id"]
    )
    return await call.run(command)


async def _found(call: Visit) -> Subscription:
    webhook = await call.services.storage.webhooks.get(call.member.id, call.path["webhook_id"])
    if webhook is None:
        raise NotFound(NO_SUCH_WEBHOOK)
    return webhook


endpoints = (
    list_webhooks,
    create_webhook,
    get_webhook,
    update_webhook,
    delete_webhook,
    rotate_webhook_secret,
    send_webhook_test,
    replay_webhook,
    list_deliveries,
    get_delivery,
    replay_delivery,
)
