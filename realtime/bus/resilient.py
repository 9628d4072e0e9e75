"""A bus over a server that may be away: what Redis and Postgres have in common.

One runner holds a link, a pair of connections, one to receive on and one to send on. Over a live
link three tasks work, each the only one to ask anything of its connection:

    receive   server -> inbox (bounded) -> broadcaster's listener
    follow    wanted channels -> SUBSCRIBE/UNSUBSCRIBE, one step at a time; else a ping
    drain     outbox (bounded) -> one batch at a time; else a ping

Whichever fails or finds the server silent ends all three: the state is DEGRADED at once and the
runner dials again. What was not sent is not sent later; its channels get a WAKE, here and on the
other instances.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from realtime.bus.backend import BusBackend, BusState
from realtime.bus.backoff import Backoff
from realtime.bus.limits import BusLimits
from realtime.bus.link import Link
from realtime.bus.mailbox import WAKE, Mailbox
from realtime.bus.subscriptions import Subscriptions

logger = logging.getLogger("clientflow.bus")


class ResilientBackend(BusBackend):
    def __init__(
        self,
        limits: BusLimits,
        *,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(limits)
        self.state = BusState.DEGRADED
        self._clock = clock
        self._backoff = Backoff(limits.backoff_first_s, limits.backoff_cap_s, random)
        self._wanted = Subscriptions()
        self._wishes_changed = asyncio.Event()
        self._confirmations: dict[str, asyncio.Event] = {}
        self._outbox = Mailbox(
            messages=limits.send_queue_messages,
            size_bytes=limits.send_queue_bytes,
            lost_channels=limits.lost_channels,
        )
        self._outgoing = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._heard = False  # anything since the receiving connection was last looked at
        self._attempted = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._has_connected = False
        self._changed_at = clock()

    @abstractmethod
    def link(self) -> AbstractAsyncContextManager[Link]:
        """Connects both connections within `connect_timeout_s` and closes them, live or dead."""

    async def connect(self) -> None:
        self._attempted.clear()
        self._runner = asyncio.create_task(self._run(), name=f"bus {self.name}")
        try:
            await self._attempted.wait()
        except asyncio.CancelledError:
            await self.disconnect()
            raise

    async def disconnect(self) -> None:
        if self._runner is None:
            return
        if self.state is BusState.CONNECTED:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.limits.flush_timeout_s):
                    await self._all_sent.wait()
        self._runner.cancel()
        await asyncio.wait({self._runner})
        self._runner = None
        self._lose_link()

    async def subscribe(self, group: str) -> None:
        """Only notes the wish, without suspending (see Bus.subscribe)."""
        self._wanted.want(group)
        self._wishes_changed.set()

    async def unsubscribe(self, group: str) -> None:
        self._wanted.drop(group)
        self._wishes_changed.set()
        if waiting := self._confirmations.pop(group, None):
            waiting.set()

    async def confirmed(self, channel: str) -> None:
        while self.state is BusState.CONNECTED and not self._wanted.settled(channel):
            await self._confirmations.setdefault(channel, asyncio.Event()).wait()

    def enqueue(self, channel: str, message: bytes) -> None:
        if self.state is BusState.CONNECTED:
            if not self._outbox.put(channel, message):
                self.counters.publish_dropped += 1
            self._all_sent.clear()
            self._outgoing.set()
        else:
            self._outbox.lose(channel)
            self.counters.publish_dropped += 1

    def depths(self) -> dict[str, int]:
        return super().depths() | {"sending": len(self._outbox)}

    async def _run(self) -> None:
        # Each link has a task of its own: when a link fails in the very turn in which the runner is
        # cancelled, a TaskGroup raises the fault and swallows the cancellation.
        while True:
            attempt = asyncio.create_task(self._hold_a_link(), name=f"bus {self.name} link")
            try:
                await asyncio.wait({attempt})
            finally:
                attempt.cancel()
                await asyncio.wait({attempt})
            self._degrade(attempt.result())
            await asyncio.sleep(self._backoff.next_delay_s())

    async def _hold_a_link(self) -> Exception:
        """Serves one link until it is lost and returns what was the matter."""
        try:
            async with self.link() as link, asyncio.TaskGroup() as group:
                group.create_task(link.receive(self._hear), name=f"bus {self.name} receive")
                await self._catch_up(link)
                self._connected()
                group.create_task(self._follow(link), name=f"bus {self.name} follow")
                group.create_task(self._drain(link), name=f"bus {self.name} drain")
        except Exception as fault:
            return fault  # whatever a driver may raise, the answer is the same: dial again
        return ConnectionError("the link ended")

    async def _catch_up(self, link: Link) -> None:
        """Tells the others what they missed, then subscribes: a link counts when both have worked.

        The own WAKEs come last, and nothing may suspend between the last confirmation, them and the
        change of state: a subscriber that came while degraded was not made to wait and is
        owed either a confirmation or a WAKE.
        """
        while self._outbox:
            await self._send_batch(link)
        self._wanted.forget()
        while await self._take_step(link):
            pass
        for channel in self._wanted:
            self._wake(channel)

    async def _follow(self, link: Link) -> None:
        while True:
            while await self._take_step(link):
                pass
            self._heard = False
            wished = await _comes(self._wishes_changed, self.limits.ping_interval_s)
            if not wished and not self._heard:
                async with asyncio.timeout(self.limits.reply_timeout_s):
                    await link.ping_receiver()

    async def _take_step(self, link: Link) -> bool:
        step = self._wanted.next_step(self.limits.subscribe_batch_channels)
        if step is None:
            return False
        async with asyncio.timeout(self.limits.reply_timeout_s):
            if step.unsubscribe:
                await link.unsubscribe(step.unsubscribe)
            if step.subscribe:
                await link.subscribe(step.subscribe)
        self._wanted.confirm(step)
        for channel in step.subscribe:
            if waiting := self._confirmations.pop(channel, None):
                waiting.set()
        return True

    async def _drain(self, link: Link) -> None:
        while True:
            while self._outbox:
                await self._send_batch(link)
            self._all_sent.set()
            if not await _comes(self._outgoing, self.limits.ping_interval_s):
                async with asyncio.timeout(self.limits.reply_timeout_s):
                    await link.ping_sender()

    async def _send_batch(self, link: Link) -> None:
        limits = self.limits
        batch = self._outbox.take(limits.send_batch_messages, limits.send_batch_bytes)
        messages = sum(message != WAKE for _, message in batch)
        sent = False
        try:
            async with asyncio.timeout(limits.reply_timeout_s):
                await link.send(batch)
            sent = True
            self.counters.published += messages
        finally:
            if not sent:
                self.counters.publish_dropped += messages
                for channel, _ in batch:
                    self._outbox.lose(channel)

    def _hear(self, channel: str, message: bytes) -> None:
        self._heard = True
        if channel in self._wanted:
            self._receive(channel, message)

    def _connected(self) -> None:
        if self._has_connected:
            self.counters.reconnects += 1
        self._has_connected = True
        away_s = self._clock() - self._changed_at
        logger.info("bus: %s connected after %.1f s", self.name, away_s)
        self._change(BusState.CONNECTED)

    def _degrade(self, fault: Exception) -> None:
        logger.debug("bus: %s has no link", self.name, exc_info=fault)
        if self.state is BusState.CONNECTED:
            if self._clock() - self._changed_at >= self.limits.steady_after_s:
                self._backoff.reset()
            logger.warning("bus: %s degraded: %s", self.name, _reason(fault))
            self._lose_link()
            self._change(BusState.DEGRADED)
        elif not self._attempted.is_set():
            logger.warning("bus: %s degraded from the start: %s", self.name, _reason(fault))
            self._attempted.set()

    def _lose_link(self) -> None:
        self.state = BusState.DEGRADED
        self.counters.publish_dropped += self._outbox.lose_all()
        for waiting in self._confirmations.values():
            waiting.set()
        self._confirmations.clear()

    def _change(self, state: BusState) -> None:
        self.state = state
        self._changed_at = self._clock()
        self._attempted.set()
        for callback in self.on_state:
            # In a turn of the loop of its own: a callback's fault is not the runner's.
            asyncio.get_running_loop().call_soon(callback, state)


async def _comes(event: asyncio.Event, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True


def _reason(fault: BaseException) -> str:
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    if isinstance(fault, TimeoutError):
        return "no answer in time"
    return f"{type(fault).__name__}: {fault}"
