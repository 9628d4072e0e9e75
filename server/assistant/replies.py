"""The replies that this instance writes: each a task that is owned here, stored as it grows, and ended for sure."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from realtime.histogram import SLOW, Histogram
from realtime.hub import Hub
from realtime.reply_events import Began, Ended, Proposed
from realtime.topics import LogUnavailable, NoSuchTopic
from server.assistant import faults
from server.assistant.limits import AssistantLimits
from server.assistant.provider import FaultKind, Provider
from server.assistant.wire import shown_proposal, shown_without_text
from server.assistant.writing import Writing
from storage import Storage
from storage.assistant_records import AssistantMessage, Proposal
from storage.errors import StorageError

logger = logging.getLogger("clientflow.assistant")


class Replies:
    """`running()` owns the tasks. `errors` counts the replies that failed, by kind; `tokens` what replies cost;
    `ended` how they ended.
    """

    def __init__(
        self,
        storage: Storage,
        hub: Hub,
        provider: Provider,
        limits: AssistantLimits,
        instance: str,
    ) -> None:
        self.provider = provider
        self.limits = limits
        self.instance = instance
        self.errors: Counter[FaultKind] = Counter()
        self.tokens: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.first_text_seconds = Histogram(SLOW)
        self.reply_seconds = Histogram(SLOW)
        self._storage = storage
        self._hub = hub
        self._writing: dict[str, Writing] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping = False

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def full(self) -> bool:
        return len(self._tasks) >= self.limits.max_replies_on_instance

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write replies while the block runs; those that are not finished then are interrupted, with their text."""
        self._hub.on_stop.append(self._stop)
        self._hub.on_followed.append(self._tell_again)
        watching = asyncio.create_task(self._end_abandoned_for_ever())
        try:
            yield
        finally:
            self._stopping = True
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            self._hub.on_stop.remove(self._stop)
            self._hub.on_followed.remove(self._tell_again)
            for writing in self._writing.values():
                writing.stop("interrupted")
            if self._tasks:
                _, late = await asyncio.wait(
                    set(self._tasks.values()), timeout=self.limits.finish_at_shutdown_timeout_s
                )
                for task in late:
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)
            await self.provider.close()

    def start(self, message: AssistantMessage) -> None:
        """Write the reply to a question that has just been committed."""
        task = asyncio.create_task(self._reply(message))
        self._tasks[message.id] = task
        task.add_done_callback(partial(self._done, message.id))

    def _done(self, message_id: str, task: asyncio.Task[None]) -> None:
        del self._tasks[message_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("reply %s was left unfinished", message_id, exc_info=error)

    def stop(self, workspace_id: str, message_id: str) -> None:
        """End a reply, on whichever instance it is written. Where word does not get through, storage tells it."""
        self._hub.stop_reply(workspace_id, message_id)

    def tell_proposal(self, proposal: Proposal, revision: int) -> None:
        """Show a proposal that is new or has been decided on."""
        self._hub.tell_reply(
            proposal.workspace_id,
            Proposed(
                message_id=proposal.message_id,
                proposal=shown_proposal(proposal),
                revision=revision,
            ),
        )

    def _stop(self, message_id: str) -> None:
        if (writing := self._writing.get(message_id)) is not None:
            writing.stop("cancelled")

    def _tell_again(self, workspace_id: str) -> None:
        """Another instance has begun to follow the workspace: it knows no more than what was stored last."""
        for writing in self._writing.values():
            if writing.message.workspace_id == workspace_id:
                writing.tell_again()

    async def _reply(self, message: AssistantMessage) -> None:
        workspace_id = message.workspace_id
        async with contextlib.AsyncExitStack() as stack:
            # Followed here, word to stop it arrives over the bus; else from storage, a little later.
            with contextlib.suppress(NoSuchTopic, LogUnavailable):
                await stack.enter_async_context(self._hub.hold(workspace_id))
            self._hub.tell_reply(
                workspace_id, Began(message_id=message.id, message=shown_without_text(message))
            )
            writing = Writing(
                self._storage, self._hub, self.provider, self.limits, message, self.tell_proposal
            )
            self._writing[message.id] = writing
            try:
                if self._stopping:
                    writing.stop("interrupted")
                await writing.run()
            finally:
                del self._writing[message.id]
            await self._finish(writing)

    async def _finish(self, writing: Writing) -> None:
        """Store the end, then tell it."""
        status, fault = writing.outcome()
        usage = writing.usage
        self.tokens["prompt"] += usage.prompt_tokens
        self.tokens["completion"] += usage.completion_tokens
        self.ended[status] += 1
        self.reply_seconds.observe(writing.took_s)
        if writing.first_text_after_s is not None:
            self.first_text_seconds.observe(writing.first_text_after_s)
        if fault is not None:
            self.errors[fault.kind] += 1
        if writing.lost:
            return  # another instance, or nobody, has it now
        message, deadline = writing.message, self._deadline()
        while True:
            try:
                ended = await self._storage.assistant_messages.finish(
                    message,
                    writing.text,
                    (usage.prompt_tokens, usage.completion_tokens),
                    status,
                    None if fault is None else faults.problem_text(fault),
                )
                proposals = await self._storage.assistant_proposals.of_messages(
                    message.workspace_id, [message.id]
                )
                break
            except StorageError as error:
                logger.warning("the end of reply %s waits for the database: %s", message.id, error)
                if asyncio.get_running_loop().time() > deadline:
                    return  # nobody renews it any more: it is ended as abandoned
                await asyncio.sleep(self.limits.store_interval_s)
        if ended is not None:
            self._tell_end(ended, proposals.get(ended.id, ()))

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self.limits.finish_reply_timeout_s

    async def _end_abandoned_for_ever(self) -> None:
        """Whichever instance sees it first ends a reply whose own instance has died, or lost the database."""
        was_away = False
        while True:
            await asyncio.sleep(self.limits.abandoned_check_interval_s)
            try:
                now = await self._storage.now()
                if not was_away:  # else every instance may first renew what it writes
                    await self._end_abandoned(now)
                was_away = False
            except StorageError as error:
                was_away = True
                logger.warning("replies are not looked after: %s", error)

    async def _end_abandoned(self, now: datetime) -> None:
        fault = faults.interrupted()
        abandoned = await self._storage.assistant_messages.interrupt_abandoned(
            now - timedelta(seconds=self.limits.abandoned_after_s), now, faults.problem_text(fault)
        )
        for message in abandoned:
            self.errors[fault.kind] += 1
            proposals = await self._storage.assistant_proposals.of_messages(
                message.workspace_id, [message.id]
            )
            self._tell_end(message, proposals.get(message.id, ()))

    def _tell_end(self, message: AssistantMessage, proposals: Sequence[Proposal]) -> None:
        self._hub.tell_reply(
            message.workspace_id,
            Ended(
                message_id=message.id,
                message=shown_without_text(message, proposals),
                length=len(message.text),
                revision=message.revision,
            ),
        )
