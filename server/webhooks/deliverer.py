"""Who delivers: each instance claims webhooks that are due, through the database, and gives each its turn.

A claim is a lease with an end, so that the webhooks of an instance that died are taken over by the others. A commit
of this instance wakes its deliverer at once; a sweep finds what other instances left, and what is to be tried again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from realtime.hub import Hub
from server.webhooks.choosing import chosen
from server.webhooks.ending import switch_off
from server.webhooks.ledger import LeaseLost, Ledger
from server.webhooks.limits import WebhookLimits
from server.webhooks.retrying import GiveUp, RetryPolicy
from server.webhooks.sealing import CannotOpen, Sealing
from server.webhooks.sender import Sender
from server.webhooks.turn import Turn
from storage import Storage
from storage.errors import StorageError
from storage.webhook_records import Due, Subscription

logger = logging.getLogger("clientflow.webhooks")

_DUE_PAGE = 100
_RELEASE_TIMEOUT_S = 2.0
LOST_SECRET = "Its secret cannot be read with this server's key: make a new one."  # noqa: S105


class Deliverer:
    """`running()` owns its tasks. `results` counts deliveries by how they went; `behind` and `lag` are of the last
    sweep: how many webhooks had not been told everything, and how many changes the last of them was behind."""

    def __init__(
        self,
        storage: Storage,
        hub: Hub,
        sender: Sender,
        sealing: Sealing,
        policy: RetryPolicy,
        limits: WebhookLimits,
        instance: str,
    ) -> None:
        self._storage = storage
        self._hub = hub
        self._sender = sender
        self._sealing = sealing
        self._policy = policy
        self._limits = limits
        self._instance = instance
        self._woken: set[str] = set()
        self._followed: set[str] = set()
        self._something = asyncio.Event()
        self._sweep_at = 0.0
        self._crowded = False
        self._turns: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.results: Counter[str] = Counter()
        self.behind = 0
        self.lag = 0
        hub.on_published.append(self._published)

    @property
    def in_flight(self) -> int:
        """How many webhooks are delivered for here now."""
        return len(self._turns)

    def wake(self, workspace_id: str) -> None:
        """Something of this workspace is to be delivered, or may be."""
        self._followed.add(workspace_id)
        self._woken.add(workspace_id)
        self._something.set()

    def _published(self, workspace_id: str) -> None:
        if workspace_id in self._followed:
            self.wake(workspace_id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver while the block runs; then give up the claims, so that others need not wait for them to lapse."""
        async with asyncio.TaskGroup() as tasks:
            claiming = tasks.create_task(self._claim_for_ever(tasks))
            try:
                yield
            finally:
                claiming.cancel()
                for turn in self._turns.values():
                    turn.cancel()

    async def _claim_for_ever(self, tasks: asyncio.TaskGroup) -> None:
        with suppress(StorageError):
            await self._seal_anew()
        while True:
            self._something.clear()
            try:
                for due in await self._due():
                    await self._claim(tasks, due)
            except StorageError as error:
                logger.warning("webhooks wait: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, self._sweep_at - time.monotonic())):
                    await self._something.wait()

    async def _due(self) -> list[Due]:
        """What is to be claimed now, among the workspaces that were woken or, at times, among all."""
        storage, limits = self._storage.webhooks, self._limits
        places = limits.max_in_flight - len(self._turns)
        if places == 0:
            self._crowded = True
            self._sweep_at = time.monotonic() + limits.due_sweep_s
            return []
        woken, self._woken = self._woken, set()
        among: list[str] | None = sorted(woken)
        if time.monotonic() >= self._sweep_at or len(woken) > _DUE_PAGE:
            self._sweep_at = time.monotonic() + limits.due_sweep_s
            self._followed = await storage.followed()
            self.behind, self.lag = await storage.lag()
            among = None
        if among == []:
            return []
        found = await storage.due(await self._storage.now(), _DUE_PAGE, among)
        # One that was set up anew while it is delivered for here: its turn ends first.
        due = [each for each in found if (each.workspace_id, each.id) not in self._turns]
        running = Counter(workspace_id for workspace_id, _ in self._turns)
        some = chosen(due, places, running, limits.max_in_flight_of_workspace)
        self._crowded = len(some) < len(due)
        return list(some)

    async def _claim(self, tasks: asyncio.TaskGroup, due: Due) -> None:
        now = await self._storage.now()
        until = now + timedelta(seconds=self._limits.lease_s)
        subscription = await self._storage.webhooks.claim(due, self._instance, now, until)
        if subscription is None:
            return
        key = due.workspace_id, due.id
        turn = tasks.create_task(self._turn(subscription, now))
        self._turns[key] = turn
        turn.add_done_callback(lambda _: self._ended(key))

    def _ended(self, key: tuple[str, str]) -> None:
        del self._turns[key]
        if self._crowded:
            self._sweep_at = 0.0
        self.wake(key[0])  # for what was committed after the turn last looked

    async def _turn(self, subscription: Subscription, claimed_at: datetime) -> None:
        ledger = Ledger(self._storage, self._limits, self._instance, subscription, claimed_at)
        try:
            gives_up = await self._carried_out(subscription, ledger)
            if gives_up is not None:
                await switch_off(self._storage, self._hub, subscription, gives_up.reason)
        except LeaseLost:
            logger.info("webhook %s is delivered for elsewhere, or has changed", subscription.id)
        except StorageError as error:
            logger.warning("webhook %s waits: %s", subscription.id, error)
        except asyncio.CancelledError:
            await self._release(ledger)
            raise
        except Exception:  # of one webhook, which must not end those of everybody; its lease lapses
            logger.exception("webhook %s could not be delivered for", subscription.id)

    async def _carried_out(self, subscription: Subscription, ledger: Ledger) -> GiveUp | None:
        try:
            keys = self._keys(subscription, claimed_at=ledger.now)
        except CannotOpen:
            ledger.asked = 0
            await ledger.save(release=True)
            return GiveUp(LOST_SECRET)
        async with self._sender.line(subscription.url) as line:
            return await Turn(
                self._storage,
                self._limits,
                self._policy,
                self.results,
                subscription,
                keys,
                ledger,
                line,
            ).run()

    def _keys(self, subscription: Subscription, *, claimed_at: datetime) -> list[bytes]:
        keys = [self._sealing.open(subscription.sealed_secret)]
        former, until = subscription.former_sealed_secret, subscription.former_until
        if former is not None and until is not None and claimed_at < until:
            with suppress(CannotOpen):
                keys.append(self._sealing.open(former))
        return keys

    async def _release(self, ledger: Ledger) -> None:
        """What was delivered is written down even at a shutdown, if the database answers."""
        with suppress(LeaseLost, StorageError, TimeoutError):
            async with asyncio.timeout(_RELEASE_TIMEOUT_S):
                if ledger.held:
                    await ledger.save(release=True)

    async def _seal_anew(self) -> None:
        """After the server's key was changed: secrets that the former one sealed are sealed under the new one."""
        after, storage = ("", ""), self._storage.webhooks
        while rows := await storage.sealed_after(*after, _DUE_PAGE):
            for workspace_id, webhook_id, sealed in rows:
                with suppress(CannotOpen):
                    if (anew := self._sealing.sealed_anew(sealed)) is not None:
                        await storage.reseal(workspace_id, webhook_id, sealed, anew)
            after = rows[-1][:2]
