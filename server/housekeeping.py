"""Forgetting what was kept long enough: changes, answers to commands, refresh tokens that ran out, revocations."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from server.limits import Limits
from storage import Storage
from storage.errors import StorageError

logger = logging.getLogger("clientflow.housekeeping")


class Housekeeping:
    """Cleans up now and then, in small transactions; of several instances one at a time does it.

    What is old is told by the database's clock: an instance whose own clock jumps forgets nothing.
    """

    def __init__(self, storage: Storage, limits: Limits, change_log_retention_days: int) -> None:
        self._storage = storage
        self._limits = limits
        self._keep_changes = timedelta(days=change_log_retention_days)

    async def run(self) -> None:
        """For ever. A database that is away is tried again next time."""
        while True:
            await asyncio.sleep(self._limits.housekeeping_interval_s * random.uniform(0.5, 1.0))
            try:
                await self.clean()
            except StorageError as error:
                logger.warning("housekeeping waits: %s", error)

    async def clean(self) -> int:
        """One round; gives the number of changes cut from the logs."""
        storage, now = self._storage, await self._storage.now()
        kept_since = now - timedelta(days=self._limits.outcomes_kept_days)
        await self._in_batches(partial(storage.outcomes.prune, kept_since))
        await self._in_batches(partial(storage.refresh_tokens.prune, now))
        followed_since = now - timedelta(days=self._limits.revocations_kept_days)
        await self._in_batches(partial(storage.revocations.prune, followed_since))
        delivered_since = now - timedelta(days=self._limits.webhooks.deliveries_kept_days)
        await self._in_batches(partial(storage.webhook_deliveries.prune, delivered_since))
        return await self._cut_logs(now - self._keep_changes) if self._keep_changes else 0

    async def _cut_logs(self, before: datetime) -> int:
        retention, cut, after = self._storage.retention, 0, ""
        while workspaces := await retention.logged_workspaces(after, 100):
            for workspace_id in workspaces:
                cut += await self._in_batches(partial(retention.cut_log, workspace_id, before))
            after = workspaces[-1]
        if cut:
            logger.info("%d changes older than %s were cut from the log", cut, self._keep_changes)
        return cut

    async def _in_batches(self, forget: Callable[[int], Awaitable[int]]) -> int:
        """Each batch is a transaction of its own, so that no writer waits long."""
        gone, limit = 0, self._limits.housekeeping_batch_rows
        while True:
            async with self._storage.transaction():
                if not await self._storage.retention.alone():
                    return gone
                batch = await forget(limit)
            gone += batch
            if batch < limit:
                return gone
