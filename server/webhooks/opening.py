"""Webhooks as the app opens them: what checks addresses, what seals secrets, and who delivers."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

from realtime.hub import Hub
from server.settings import Settings
from server.webhooks.deliverer import Deliverer
from server.webhooks.guard import Guard
from server.webhooks.limits import WebhookLimits
from server.webhooks.retrying import RetryPolicy
from server.webhooks.sealing import Sealing
from server.webhooks.sender import Lookups, Sender
from storage import Storage


@dataclass(frozen=True)
class OpenWebhooks:
    guard: Guard
    sealing: Sealing
    deliverer: Deliverer


@asynccontextmanager
async def open_webhooks(
    storage: Storage, hub: Hub, settings: Settings, limits: WebhookLimits, instance: str
) -> AsyncIterator[OpenWebhooks]:
    """Deliver while the block runs."""
    with closing(Lookups(limits.lookup_threads)) as lookups:
        guard = Guard(
            lookups.addresses, settings.webhook_allowed_networks, settings.webhook_allow_http
        )
        sealing = Sealing(settings.jwt_secret_key, settings.jwt_previous_secret_key)
        policy = RetryPolicy(limits, random.random)
        deliverer = Deliverer(
            storage, hub, Sender(guard, limits), sealing, policy, limits, instance
        )
        async with deliverer.running():
            yield OpenWebhooks(guard, sealing, deliverer)
