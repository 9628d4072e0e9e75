"""A webhook that the server switches off: its admins see it as a change of the workspace."""

from __future__ import annotations

import logging

import msgspec

from realtime.hub import Hub
from server.change_frames import logged_frame
from storage import Storage
from storage.errors import NoSuchWorkspace
from storage.records import Actor
from storage.webhook_records import Webhook

logger = logging.getLogger("clientflow.webhooks")

SYSTEM = Actor(id="system", name="ClientFlow", via="system")


async def switch_off(storage: Storage, hub: Hub, webhook: Webhook, reason: str) -> None:
    """Unless it is off, or gone, already."""
    try:
        async with storage.write(webhook.workspace_id) as write:
            found = await storage.webhooks.get(webhook.workspace_id, webhook.id)
            if found is None or not found.enabled:
                return
            off = msgspec.structs.replace(
                found,
                enabled=False,
                disabled_reason=reason,
                version=found.version + 1,
                updated_at=write.now,
            )
            await storage.webhooks.save(off)
            write.append(
                actor=SYSTEM,
                entity="webhook",
                op="updated",
                id=off.id,
                version=off.version,
                data={"enabled": False, "disabled_reason": reason},
                previous={"enabled": True, "disabled_reason": None},
            )
    except NoSuchWorkspace:
        return
    hub.publish(webhook.workspace_id, [logged_frame(change) for change in write.changes])
    logger.warning("webhook %s is switched off: %s", webhook.id, reason)
