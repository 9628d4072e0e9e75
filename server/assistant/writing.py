"""One reply while it is written: told as it grows, stored as it grows, ended by itself or from outside."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Literal, TypeAlias

from realtime.hub import Hub
from realtime.reply_events import Wrote
from server.assistant import faults
from server.assistant.conversation import opening
from server.assistant.dialogue import Dialogue
from server.assistant.limits import AssistantLimits
from server.assistant.proposing import Proposer
from server.assistant.provider import Fault, Provider, Usage
from server.assistant.reply_text import Paced, ReplyText
from server.assistant.toolbox import Toolbox
from storage import Storage
from storage.assistant_records import AssistantMessage, MessageStatus, Proposal
from storage.errors import StorageError

logger = logging.getLogger("clientflow.assistant")
Stop: TypeAlias = Literal["cancelled", "interrupted"]


class Writing:
    """`run` returns when the reply is over, however it ended; `outcome` then says how."""

    def __init__(
        self,
        storage: Storage,
        hub: Hub,
        provider: Provider,
        limits: AssistantLimits,
        message: AssistantMessage,
        proposed: Callable[[Proposal, int], None],
    ) -> None:
        self.message = message
        self.lost = False  # storage says that the reply is not this instance's any more
        self._storage = storage
        self._hub = hub
        self._limits = limits
        self._text = ReplyText()
        self._told = 0
        self._stored: str | None = None
        self._paced = Paced(1 / limits.deltas_per_s, self._tell)
        toolbox = Toolbox(storage, message, Proposer(storage, message, proposed))
        self._dialogue = Dialogue(provider, toolbox, limits, self._say)
        self._stopped: Stop | None = None
        self._fault: Fault | None = None
        self._task: asyncio.Task[None] | None = None
        self._began = time.monotonic()
        self.first_text_after_s: float | None = None

    @property
    def took_s(self) -> float:
        return time.monotonic() - self._began

    @property
    def text(self) -> str:
        return self._text.text

    @property
    def usage(self) -> Usage:
        return self._dialogue.usage

    async def run(self) -> None:
        self._task = asyncio.create_task(self._write())
        keeping = asyncio.create_task(self._keep())
        try:
            if self._stopped is not None:
                self._task.cancel()
            await asyncio.wait([self._task])
        finally:
            for task in (self._task, keeping):
                task.cancel()
            await asyncio.gather(self._task, keeping, return_exceptions=True)
        self._paced.now()

    def stop(self, why: Stop) -> None:
        """End it: the model's answer is closed at once."""
        if self._stopped is None:
            self._stopped = why
        if self._task is not None:
            self._task.cancel()

    def tell_again(self) -> None:
        """All that has been told of the text so far."""
        message, told = self.message, self.text[: self._told]
        self._hub.tell_reply(
            message.workspace_id, Wrote(message_id=message.id, offset=0, text=told)
        )

    def outcome(self) -> tuple[MessageStatus, Fault | None]:
        if self._fault is not None:
            return "error", self._fault
        if self._stopped is None or (self._task is not None and not self._task.cancelled()):
            return "done", None
        return self._stopped, faults.interrupted() if self._stopped == "interrupted" else None

    async def _write(self) -> None:
        try:
            async with asyncio.timeout(self._limits.max_reply_s):
                turns = await opening(self._storage, self.message, self._limits)
                await self._dialogue.run(turns)
        except Fault as fault:
            self._fault = fault
        except TimeoutError:
            self._fault = faults.too_slow()
        except StorageError as error:
            logger.warning("reply %s ends without the database: %s", self.message.id, error)
            self._fault = faults.storage_away()
        except Exception:
            logger.exception("reply %s failed", self.message.id)
            self._fault = faults.internal()

    def _say(self, text: str) -> None:
        if self.first_text_after_s is None:
            self.first_text_after_s = self.took_s
        self._text.append(text)
        self._paced.due()

    def _tell(self) -> None:
        new = self.text[self._told :]
        if new:
            event = Wrote(message_id=self.message.id, offset=self._told, text=new)
            self._told += len(new)
            self._hub.tell_reply(self.message.workspace_id, event)

    async def _keep(self) -> None:
        """Store the text so far, now and then, which also shows that this instance is alive."""
        loop = asyncio.get_running_loop()
        renewed_at = loop.time()
        while True:
            await asyncio.sleep(self._limits.store_interval_s)
            due = loop.time() - renewed_at >= self._limits.renew_interval_s
            text, usage = self.text, self.usage
            if text == self._stored and not due:
                continue
            try:
                grown = await self._storage.assistant_messages.grow(
                    self.message, text, (usage.prompt_tokens, usage.completion_tokens)
                )
            except StorageError as error:
                logger.warning("reply %s waits for the database: %s", self.message.id, error)
                continue
            self._stored, renewed_at = text, loop.time()
            if grown is None:
                self.lost = True
                self.stop("interrupted")
            elif grown.cancelled:
                self.stop("cancelled")
