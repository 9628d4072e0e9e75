"""Reads from storage what boards of replies miss: what the bus has lost, or an instance that died never said."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from realtime.bus import Bus, BusState
from realtime.reply_events import ReplyHead, StoredReply
from realtime.topic import Topic
from realtime.topics import LogUnavailable

logger = logging.getLogger("clientflow.hub")
INTERVAL_S = 1.0
UNPROMPTED_EVERY = 5  # intervals, where a bus may lose messages without saying so


class ReplyStore(Protocol):
    """What the watch needs of storage. Each call may raise `LogUnavailable`."""

    async def heads(self, workspace_ids: Sequence[str]) -> dict[str, list[ReplyHead]]:
        """The replies of these workspaces that run, or that were written to in the last half minute."""
        ...

    async def load(self, workspace_id: str, message_id: str) -> StoredReply | None: ...


class ReplyWatch:
    """Asks storage how far the replies are whenever a board of an open topic may miss something."""

    def __init__(
        self,
        store: ReplyStore,
        topics: Iterable[Topic],
        bus: Bus,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._topics = topics
        self._bus = bus
        self._clock = clock
        self._now = asyncio.Event()
        self._everything = False

    def soon(self, everything: bool = False) -> None:
        """Look at once; with `everything` at every open topic."""
        self._everything = self._everything or everything
        self._now.set()

    async def run(self) -> None:
        """For ever."""
        intervals = 0
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL_S):
                    await self._now.wait()
            self._now.clear()
            intervals += 1
            everything = (
                self._everything
                or self._bus.state is BusState.DEGRADED
                or (self._bus.state is not BusState.LOCAL and intervals % UNPROMPTED_EVERY == 0)
            )
            self._everything = False
            try:
                await self._look(everything)
            except LogUnavailable as error:
                self._everything = everything
                logger.warning("database unavailable, replies wait: %s", error)

    async def _look(self, everything: bool) -> None:
        now = self._clock()
        topics = {
            topic.workspace_id: topic for topic in self._topics if topic.delivered is not None
        }
        for topic in topics.values():
            topic.replies.catch_up()
        asked = [id_ for id_, topic in topics.items() if everything or topic.replies.uncertain(now)]
        if not asked:
            return
        heads = await self._store.heads(asked)
        for workspace_id in asked:
            board = topics[workspace_id].replies
            for message_id in board.wanted(heads.get(workspace_id, []), self._clock()):
                stored = await self._store.load(workspace_id, message_id)
                if stored is None:
                    board.forget(message_id)
                else:
                    board.absorb(stored, self._clock())
