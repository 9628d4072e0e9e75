"""One turn of one webhook: what it has to be told, in order, until all is said, it fails, or others wait."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from server.webhooks.events import GAP_EVENT, wanted
from server.webhooks.ledger import Ledger
from server.webhooks.limits import WebhookLimits
from server.webhooks.messages import Message, change_id, change_message, ping_message
from server.webhooks.retrying import Answer, GiveUp, RetryPolicy
from server.webhooks.sender import Line
from server.webhooks.signing import signed_headers
from storage import Storage
from storage.records import Change
from storage.webhook_records import Delivery, DeliveryStatus, Subscription

CUT = "The change has been cut from the log."


@dataclass
class Turn:
    """`results` counts deliveries by how they went."""

    storage: Storage
    limits: WebhookLimits
    policy: RetryPolicy
    results: Counter[str]
    subscription: Subscription
    keys: Sequence[bytes]
    ledger: Ledger
    line: Line
    clock: Callable[[], float] = time.monotonic

    async def run(self) -> GiveUp | None:
        """Gives why it should be switched off, if it should be. Raises `LeaseLost` and StorageError."""
        ends = self.clock() + self.limits.turn_s
        gives_up: GiveUp | None = None
        while True:
            await self._deliver_asked()
            if not self.subscription.enabled or self.ledger.due_at > self.ledger.now:
                break
            gives_up, is_over = await self._deliver_page()
            if is_over or self.clock() >= ends:
                break
        if not self.ledger.attempt:
            self.ledger.due_at = self.ledger.now  # behind those that have waited since
        await self.ledger.save(release=True)
        return gives_up

    # The log

    async def _deliver_page(self) -> tuple[GiveUp | None, bool]:
        """Some changes; and whether there is nothing more to do now."""
        ledger = self.ledger
        changes = await self._page()
        for change in changes:
            if change.seq > ledger.cursor + 1:
                self._skip_to(change.seq - 1)
            message = change_message(change)
            if wanted(self.subscription.events, message.event):
                answer = await self._send(message)
                if not answer.succeeded:
                    return self._failed(message, answer), True
                self._record(message, answer, ledger.attempt + 1)
                ledger.attempt, ledger.failing_since = 0, None
            ledger.cursor = change.seq
            if (change.entity, change.id) == ("webhook", self.subscription.id):
                return None, True  # what follows goes by how it is set up now
            await ledger.keep()
        return None, not changes

    async def _page(self) -> Sequence[Change]:
        """The next changes. What was cut from the log before it was sent is skipped, and said so."""
        workspace_id, log = self.subscription.workspace_id, self.storage.change_log
        changes = await log.since(workspace_id, self.ledger.cursor, self.limits.turn_page_changes)
        if changes:
            return changes
        head = await self.storage.workspaces.head(workspace_id) or 0
        changes = await log.since(workspace_id, self.ledger.cursor, self.limits.turn_page_changes)
        if not changes and head > self.ledger.cursor:
            self._skip_to(head)
        return changes

    def _skip_to(self, seq: int) -> None:
        """Note that the changes up to `seq` are not in the log any more."""
        first, ledger = self.ledger.cursor + 1, self.ledger
        ledger.made(
            Delivery(
                id=ledger.next_id(),
                kind="gap",
                message_id=change_id(self.subscription.workspace_id, seq),
                seq=seq,
                event=GAP_EVENT,
                status="skipped",
                attempt=0,
                at=ledger.now,
                error=f"Changes {first} to {seq} were cut from the log before they could be sent.",
            )
        )
        self.results["skipped"] += 1
        ledger.cursor = seq

    def _failed(self, message: Message, answer: Answer) -> GiveUp | None:
        ledger, now = self.ledger, self.ledger.now
        ledger.attempt += 1
        ledger.failing_since = ledger.failing_since or now
        self._record(message, answer, ledger.attempt)
        verdict = self.policy.after(answer, ledger.attempt, ledger.failing_since, now)
        if isinstance(verdict, GiveUp):
            ledger.due_at = now + timedelta(seconds=self.limits.max_retry_s)
            return verdict
        ledger.due_at = now + timedelta(seconds=verdict.delay_s)
        return None

    # What was asked for

    async def _deliver_asked(self) -> None:
        """Tests and repetitions: once each, whatever comes of it."""
        webhook, ledger = self.subscription, self.ledger
        while ledger.asked > 0:
            pending = await self.storage.webhook_deliveries.pending(
                webhook.workspace_id, webhook.id, self.limits.max_asked
            )
            for delivery in pending:
                ledger.settled(await self._asked_for(delivery))
                await ledger.save()
            if not pending:
                ledger.asked = 0  # they were forgotten with other old deliveries
                await ledger.save()

    async def _asked_for(self, delivery: Delivery) -> Delivery:
        webhook = self.subscription
        if delivery.seq is None:
            message = ping_message(webhook.workspace_id, delivery.id, delivery.at)
        else:
            found = await self.storage.change_log.since(webhook.workspace_id, delivery.seq - 1, 1)
            if not found or found[0].seq != delivery.seq:
                return msgspec.structs.replace(delivery, status="failed", error=CUT)
            message = change_message(found[0])
        return self._outcome(delivery, await self._send(message))

    # Both

    async def _send(self, message: Message) -> Answer:
        await self.ledger.keep()
        timestamp = int(self.ledger.now.timestamp())
        headers = signed_headers(self.keys, message.id, timestamp, message.body)
        return await self.line.send(message.body, headers)

    def _record(self, message: Message, answer: Answer, attempt: int) -> None:
        delivery = Delivery(
            id=self.ledger.next_id(),
            kind="change",
            message_id=message.id,
            seq=message.seq,
            event=message.event,
            status="pending",
            attempt=attempt,
            at=self.ledger.now,
        )
        self.ledger.made(self._outcome(delivery, answer))

    def _outcome(self, delivery: Delivery, answer: Answer) -> Delivery:
        status: DeliveryStatus = "succeeded" if answer.succeeded else "failed"
        self.results[status] += 1
        return msgspec.structs.replace(
            delivery,
            status=status,
            at=self.ledger.now,
            duration_ms=answer.duration_ms,
            response_status=answer.status,
            response_body=answer.body,
            error=answer.error,
        )
