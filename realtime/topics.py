"""The topics that this instance has open: subscribed on the bus, swept and repaired from the log."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from realtime.bus import WAKE, Bus, BusState
from realtime.counters import HubCounters
from realtime.pace import Pace
from realtime.problems import CloseCode
from realtime.topic import LoggedFrame, Topic

logger = logging.getLogger("clientflow.hub")


class ChangeLog(Protocol):
    """What the hub needs of storage. Each call may raise `LogUnavailable`."""

    async def heads(self, workspace_ids: Sequence[str]) -> dict[str, int]:
        """The last seq of each workspace that exists."""
        ...

    async def since(self, workspace_id: str, seq: int, limit: int) -> list[LoggedFrame]:
        """The first `limit` changes after `seq`, in order."""
        ...


class LogUnavailable(Exception):
    """The database cannot be reached now; what it holds is delivered later."""


class NoSuchTopic(Exception):
    """There is no workspace of that id."""


@dataclass(frozen=True)
class HubLimits:
    sweep_interval_s: float = 1.0
    log_page_changes: int = 500
    resume_burst_bytes: int = 256 * 1024  # sent of the log before the reader has to keep up
    max_early_changes: int = 2_000
    topic_linger_s: float = 10.0


class Topics:
    """Opens a workspace's topic with the first who needs it, keeps it true, and closes it when idle.

    `woken` is called when the bus has lost something.
    `receive` gets every bus message but WAKE; ValueError or DecodeError: it cannot be read.
    """

    def __init__(
        self,
        *,
        log: ChangeLog,
        bus: Bus,
        instance: str,
        limits: HubLimits,
        coalesce_window_s: float,
        receive: Callable[[Topic, bytes], None],
        opened: Callable[[Topic], None],
        woken: Callable[[], None],
        counters: HubCounters,
        traced: Callable[[LoggedFrame, int], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counters = counters
        self._traced = traced
        self._log = log
        self._bus = bus
        self._instance = instance
        self._limits = limits
        self._coalesce_window_s = coalesce_window_s
        self._receive = receive
        self._opened = opened
        self._woken = woken
        self._clock = clock
        self._open: dict[str, _OpenTopic] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._sweep_now = asyncio.Event()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Topic]:
        return iter([held.topic for held in self._open.values()])

    @property
    def stopping(self) -> bool:
        return self._tasks is None

    def get(self, workspace_id: str) -> Topic | None:
        held = self._open.get(workspace_id)
        return held.topic if held else None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Own the tasks while the block runs; then close every socket with 1012."""
        self._bus.on_state.append(self._bus_changed)
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                sweeper = tasks.create_task(self._sweep_for_ever())
                try:
                    yield
                finally:
                    self._tasks = None
                    sweeper.cancel()
                    for held in list(self._open.values()):
                        held.topic.close_all(CloseCode.RESTARTING, "the server is restarting")
                        held.pump.cancel()
                        if held.repair is not None:
                            held.repair.cancel()
        finally:
            self._bus.on_state.remove(self._bus_changed)

    @contextlib.asynccontextmanager
    async def hold(self, workspace_id: str) -> AsyncIterator[Topic]:
        """The workspace's topic, opened if need be, and kept open for the block.

        Raises `NoSuchTopic` and `LogUnavailable`.
        """
        held = await self._opened_topic(workspace_id)
        if self.stopping:
            raise LogUnavailable("the server is stopping")
        held.holds += 1
        try:
            yield held.topic
        finally:
            held.holds -= 1

    async def _opened_topic(self, workspace_id: str) -> _OpenTopic:
        while (held := self._open.get(workspace_id)) is not None:
            if held.topic.delivered is not None:
                return held
            await held.settled.wait()
        return await self._start(workspace_id)

    async def _start(self, workspace_id: str) -> _OpenTopic:
        if self._tasks is None:
            raise LogUnavailable("the server is stopping")
        topic = Topic(
            workspace_id,
            self._instance,
            max_early=self._limits.max_early_changes,
            want_flush=self._flusher(Pace(self._coalesce_window_s)),
            counters=self._counters,
            traced=self._traced,
            clock=self._clock,
        )
        subscribed = asyncio.Event()
        held = _OpenTopic(topic, idle_since=self._clock())
        held.pump = self._tasks.create_task(self._pump(held, subscribed))
        # When the hub stops, the pump may be cancelled before it has begun.
        held.pump.add_done_callback(lambda _: subscribed.set())
        self._open[workspace_id] = held
        try:
            await subscribed.wait()
            heads = await self._log.heads([workspace_id])
            if workspace_id not in heads:
                raise NoSuchTopic(workspace_id)
        except BaseException:
            self._stop(held)
            raise
        finally:
            held.settled.set()
        topic.start_at(heads[workspace_id])
        self._repair_if_needed(held)
        self._opened(topic)
        return held

    def _flusher(self, pace: Pace) -> Callable[[Topic], None]:
        loop = asyncio.get_running_loop()

        def flush(topic: Topic) -> None:
            began = self._clock()
            topic.flush()
            pace.sent(began, self._clock())

        def later(topic: Topic) -> None:
            if delay := pace.delay(self._clock()):
                loop.call_later(delay, flush, topic)
            else:
                loop.call_soon(flush, topic)

        return later

    def _stop(self, held: _OpenTopic) -> None:
        held.pump.cancel()
        if self._open.get(held.topic.workspace_id) is held:
            del self._open[held.topic.workspace_id]

    async def _pump(self, held: _OpenTopic, subscribed: asyncio.Event) -> None:
        async with self._bus.subscribe(channel_of(held.topic.workspace_id)) as messages:
            subscribed.set()
            async for message in messages:
                self._take(held.topic, message)

    def _take(self, topic: Topic, message: bytes) -> None:
        if message == WAKE:
            self._sweep_now.set()
            self._woken()
            return
        try:
            self._receive(topic, message)
        except (ValueError, msgspec.DecodeError, RecursionError):
            # Another version of the server speaks on this bus. What it meant is in the log.
            logger.warning("unreadable message on the bus: %.100r", message)
            self._sweep_now.set()

    def offer(self, workspace_id: str, change: LoggedFrame) -> None:
        """Take a committed change, from whichever side; nothing to do where nobody follows."""
        held = self._open.get(workspace_id)
        if held is not None:
            held.topic.offer(change)
            self._repair_if_needed(held)

    def _repair_if_needed(self, held: _OpenTopic) -> None:
        if held.topic.has_hole and held.repair is None and self._tasks is not None:
            held.repair = self._tasks.create_task(self._repair(held))

    async def _repair(self, held: _OpenTopic) -> None:
        """Read what is missing from the log. When the database is away, the sweep comes back to it."""
        topic, page_size = held.topic, self._limits.log_page_changes
        try:
            while True:
                known = topic.log_head
                changes = await self._log.since(topic.workspace_id, topic.head, page_size)
                if changes and changes[0].seq > topic.head + 1:
                    # The log no longer reaches back: only a reload of the board helps.
                    topic.close_all(CloseCode.RESTARTING, "too far behind, resume")
                    topic.start_at(changes[0].seq - 1)
                before = topic.head
                for change in changes:
                    topic.offer(change)
                self._counters.repaired += topic.head - before
                if len(changes) < page_size:
                    topic.settle(known)
                    break
        except LogUnavailable as error:
            logger.warning("log unavailable, repair of %s waits: %s", topic.workspace_id, error)
            held.repair = None
        else:
            held.repair = None
            self._repair_if_needed(held)  # what showed while the last page was being read

    def _bus_changed(self, state: BusState) -> None:
        self._sweep_now.set()

    async def _sweep_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limits.sweep_interval_s):
                    await self._sweep_now.wait()
            self._sweep_now.clear()
            self._close_idle()
            if not self._open:
                continue
            try:
                await self._sweep()
            except LogUnavailable as error:
                logger.warning("log unavailable, sweep waits: %s", error)

    async def _sweep(self) -> None:
        asked = {id_: held for id_, held in self._open.items() if held.topic.delivered is not None}
        heads = await self._log.heads(list(asked))
        for workspace_id, held in asked.items():
            head = heads.get(workspace_id)
            if head is None:
                held.topic.close_deleted()
                continue
            held.topic.behind(head)
            self._repair_if_needed(held)

    def _close_idle(self) -> None:
        now = self._clock()
        for held in list(self._open.values()):
            if held.holds or len(held.topic):
                held.idle_since = now
            elif (
                held.topic.delivered is not None
                and now - held.idle_since > self._limits.topic_linger_s
            ):
                self._stop(held)


class _OpenTopic:
    __slots__ = ("holds", "idle_since", "pump", "repair", "settled", "topic")

    pump: asyncio.Task[None]

    def __init__(self, topic: Topic, idle_since: float) -> None:
        self.topic = topic
        self.repair: asyncio.Task[None] | None = None
        self.settled = asyncio.Event()  # opened, or given up
        self.holds = 0
        self.idle_since = idle_since


def channel_of(workspace_id: str) -> str:
    """The bus channel of a workspace."""
    return f"clientflow:{workspace_id}"
