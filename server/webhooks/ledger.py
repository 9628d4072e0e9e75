"""What the holder of a lease has done and not yet written down."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from server.ids import new_id, new_id_after
from server.webhooks.limits import WebhookLimits
from storage import Storage
from storage.webhook_records import Delivery, Progress, Subscription


class LeaseLost(Exception):
    """Somebody else delivers now, or the webhook is set up anew, or gone."""


class Ledger:
    """Writes progress and deliveries together, some at a time.

    What a dead instance had not written is delivered once more, under the same ids.
    """

    def __init__(
        self,
        storage: Storage,
        limits: WebhookLimits,
        holder: str,
        subscription: Subscription,
        claimed_at: datetime,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`claimed_at`: by the database's clock, just before the lease was taken."""
        self._storage = storage
        self._limits = limits
        self._holder = holder
        self._subscription = subscription
        self._clock = clock
        self._read_clock(claimed_at, clock())
        self._made: list[Delivery] = []
        self._settled: list[Delivery] = []
        self._last_id = new_id()
        self.held = True
        self.cursor = subscription.cursor
        self.attempt = subscription.attempt
        self.failing_since = subscription.failing_since
        self.due_at = subscription.due_at
        self.asked = subscription.asked
        self._asked_at_start = subscription.asked

    @property
    def now(self) -> datetime:
        """The time by the database's clock, as it was last read."""
        return self._clock_read + timedelta(seconds=self._clock() - self._saved_at)

    def next_id(self) -> str:
        """For a delivery: in the order in which they are made."""
        self._last_id = new_id_after(self._last_id)
        return self._last_id

    def made(self, delivery: Delivery) -> None:
        self._made.append(delivery)

    def settled(self, delivery: Delivery) -> None:
        """One that was asked for is done."""
        self._settled.append(delivery)
        self.asked -= 1

    async def keep(self) -> None:
        """Save if it is time, so that neither the lease runs out nor much has to be repeated. Raises `LeaseLost`."""
        now, limits = self._clock(), self._limits
        if (
            len(self._made) >= limits.save_every
            or now - self._saved_at >= limits.save_every_s
            or now > self._lease_ends - 2 * limits.delivery_timeout_s
        ):
            await self.save()

    async def save(self, *, release: bool = False) -> None:
        """Raises `LeaseLost` and StorageError; nothing of it is then written."""
        began, storage, webhook = self._clock(), self._storage, self._subscription
        now = await storage.now()
        done = Progress(
            cursor=self.cursor,
            attempt=self.attempt,
            failing_since=self.failing_since,
            due_at=self.due_at,
            answered=self._asked_at_start - self.asked,
            leased_until=None if release else now + timedelta(seconds=self._limits.lease_s),
        )
        async with storage.transaction():
            asked = await storage.webhooks.progress(webhook, self._holder, done)
            if asked is None:
                self.held = False
                raise LeaseLost(webhook.id)
            deliveries = storage.webhook_deliveries
            for delivery in self._settled:
                await deliveries.settle(webhook.workspace_id, webhook.id, delivery)
            for delivery in self._made:
                await deliveries.add(webhook.workspace_id, webhook.id, delivery)
            if self._made:
                kept = self._limits.max_deliveries_kept
                await deliveries.trim(webhook.workspace_id, webhook.id, kept)
        self.asked = self._asked_at_start = asked
        self._made.clear()
        self._settled.clear()
        self._read_clock(now, began)
        self.held = not release

    def _read_clock(self, now: datetime, at: float) -> None:
        self._clock_read, self._saved_at = now, at
        self._lease_ends = at + self._limits.lease_s
