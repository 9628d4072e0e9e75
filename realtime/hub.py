"""The hub: which sockets of this instance follow which workspace, and how changes reach them.

Changes come from three sides, in any order and more than once: this instance's own commits, the bus, and the change
log. A topic delivers each once and in order; whatever the bus loses, the hub reads from the log: at once when a later
change shows a hole or the bus says so, and in any case with the sweep, which compares every open topic with the log's
head each second. The log is the truth, the bus is only speed.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager

import msgspec

from realtime.bus import Bus
from realtime.counters import HubCounters
from realtime.frames import Frame
from realtime.messages import PresenceState
from realtime.presence import (
    REPEAT_INTERVAL_S,
    Ask,
    GoneSessions,
    Gossip,
    PeopleFrame,
    PresenceEvent,
)
from realtime.problems import CloseCode
from realtime.reply_events import ReplyEvent
from realtime.reply_watch import ReplyStore, ReplyWatch
from realtime.topic import LoggedFrame, Subscriber, Topic
from realtime.topics import ChangeLog, HubLimits, Topics, channel_of

_encode = msgspec.json.Encoder().encode
_gossip = msgspec.json.Decoder(Gossip)
_reply_event = msgspec.json.Decoder(ReplyEvent)


class Hub:
    """Belongs to one event loop. `running()` owns its tasks; everything else is called within.

    Under load a frame waits up to `coalesce_window_s` for others to leave with it.
    """

    def __init__(
        self,
        *,
        log: ChangeLog,
        replies: ReplyStore,
        bus: Bus,
        instance: str,
        limits: HubLimits | None = None,
        coalesce_window_s: float = 0.01,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        traced: Callable[[LoggedFrame, int], None] | None = None,
    ) -> None:
        self.counters = HubCounters()
        self._wall_clock = wall_clock
        self._log = log
        self._bus = bus
        self._instance = instance
        self._limits = limits or HubLimits()
        self._clock = clock
        self._draining = False
        self._topics = Topics(
            log=log,
            bus=bus,
            instance=instance,
            limits=self._limits,
            coalesce_window_s=coalesce_window_s,
            receive=self._receive,
            opened=self._opened,
            woken=self._look_for_replies,
            counters=self.counters,
            traced=traced,
            clock=clock,
        )
        self._watch = ReplyWatch(replies, self._topics, bus, clock)
        self.on_stop: list[Callable[[str], None]] = []  # called with a reply that is to be stopped
        self.on_followed: list[
            Callable[[str], None]
        ] = []  # with a workspace another instance has opened
        self.on_published: list[
            Callable[[str], None]
        ] = []  # with a workspace this instance has changed

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the topics true while the block runs, then close every socket with 1012."""
        async with self._topics.running(), asyncio.TaskGroup() as tasks:
            repeater = tasks.create_task(self._repeat_presence_for_ever())
            watcher = tasks.create_task(self._watch.run())
            try:
                yield
            finally:
                repeater.cancel()
                watcher.cancel()

    @property
    def draining(self) -> bool:
        return self._draining

    @property
    def topics(self) -> int:
        return len(self._topics)

    @property
    def sockets(self) -> int:
        return sum(len(topic) for topic in self._topics)

    @property
    def pending(self) -> int:
        """Frames and changes that wait in topics."""
        return sum(topic.pending for topic in self._topics)

    def backlogs(self) -> Iterator[int]:
        """The bytes that wait for each socket's reader."""
        for topic in self._topics:
            for subscriber in topic.subscribers:
                yield subscriber.backlog_bytes()

    # Sockets

    async def join(
        self, workspace_id: str, subscriber: Subscriber, *, since: int | None, name: str
    ) -> None:
        """Welcome `subscriber` and give it every change after `since`, then every new one.

        Raises `NoSuchTopic` and `LogUnavailable`, both before the welcome.
        """
        async with self._topics.hold(workspace_id) as topic:
            if since is None or not await self._resume(topic, subscriber, since, name):
                subscriber.cursor = topic.head
                self._welcome(topic, subscriber, subscriber.cursor, name, resumed=False)
                topic.attach(subscriber)
            if self._topics.stopping:
                subscriber.close(CloseCode.RESTARTING, "the server is restarting")

    def has_same_members(self, workspace_id: str, since: int, until: int) -> bool:
        """Whether it is known that nobody came, left or changed their role after `since`, up to `until` at least."""
        topic = self._topics.get(workspace_id)
        return topic is not None and topic.has_same_members(since, until)

    def leave(self, workspace_id: str, subscriber: Subscriber) -> None:
        """The socket has ended."""
        topic = self._topics.get(workspace_id)
        if topic is None:
            return
        topic.detach(subscriber)
        topic.replies.left(subscriber.session_id)
        events = topic.presence.leave(subscriber.session_id)
        self._tell(topic, events, [GoneSessions(self._instance, [subscriber.session_id])])

    def announce(self, workspace_id: str, subscriber: Subscriber, state: PresenceState) -> None:
        """Show the others what this member is doing."""
        topic = self._topics.get(workspace_id)
        if topic is not None and not topic.presence.shows(subscriber.session_id, state):
            events = topic.presence.update(subscriber.session_id, state)
            self._tell(topic, events, topic.presence.tell(subscriber.session_id))

    async def wait_past(self, workspace_id: str, seq: int, timeout_s: float) -> None:
        """Return when the workspace has a change after `seq`, after `timeout_s`, or when draining.

        Raises like `join`.
        """
        async with self._topics.hold(workspace_id) as topic:
            moved = asyncio.Event()
            topic.passed.add(moved.set)
            try:
                async with asyncio.timeout(timeout_s):
                    while topic.head <= seq and not self._draining:
                        moved.clear()
                        await moved.wait()
            except TimeoutError:
                pass
            finally:
                topic.passed.discard(moved.set)

    def drain(self) -> None:
        """The server is about to stop: nobody waits any longer. Sockets go on until they are closed."""
        self._draining = True
        for topic in self._topics:
            for wake in list(topic.passed):
                wake()

    # What goes out

    def publish(self, workspace_id: str, changes: Sequence[LoggedFrame]) -> None:
        """Deliver committed changes here and tell the other instances."""
        now, at = self._clock(), self._wall_clock()
        for change in changes:
            self._topics.offer(workspace_id, dataclasses.replace(change, since=now))
            self._bus.publish(channel_of(workspace_id), _change_envelope(change, at))
        for tell in self.on_published:
            tell(workspace_id)

    def broadcast(self, workspace_id: str, payload: bytes) -> None:
        """Send `payload`, a JSON object that is in no log, to every socket of the workspace on every instance."""
        topic = self._topics.get(workspace_id)
        if topic is not None:
            topic.broadcast(Frame(payload))
        self._bus.publish(
            channel_of(workspace_id), b"e %s\n%s" % (self._instance.encode(), payload)
        )

    def tell(self, workspace_id: str, user_id: str, payload: bytes) -> None:
        """Send `payload`, a JSON object that is in no log, to one member's sockets on every instance."""
        topic = self._topics.get(workspace_id)
        if topic is not None:
            topic.tell(user_id, Frame(payload))
        header = b"m %s %s\n" % (self._instance.encode(), user_id.encode())
        self._bus.publish(channel_of(workspace_id), header + payload)

    def tell_reply(self, workspace_id: str, event: ReplyEvent) -> None:
        """Show what is new of an assistant's reply here and tell the other instances."""
        topic = self._topics.get(workspace_id)
        if topic is not None:
            topic.replies.offer(event, self._clock())
        self._bus.publish(
            channel_of(workspace_id), b"a %s\n%s" % (self._instance.encode(), _encode(event))
        )

    def stop_reply(self, workspace_id: str, message_id: str) -> None:
        """Tell the instance that writes this reply to stop, whichever it is."""
        self._stop_here(message_id)
        self._bus.publish(channel_of(workspace_id), b"s %s" % message_id.encode())

    def hold(self, workspace_id: str) -> AbstractAsyncContextManager[Topic]:
        """Follow the workspace for the block, though nobody has joined. Raises like `join`."""
        return self._topics.hold(workspace_id)

    def close_workspace(self, workspace_id: str) -> None:
        """The workspace has been deleted: end its sockets on every instance."""
        topic = self._topics.get(workspace_id)
        if topic is not None:
            topic.close_deleted()
        self._bus.publish(channel_of(workspace_id), b"x")

    def _receive(self, topic: Topic, message: bytes) -> None:
        header, _, payload = message.partition(b"\n")
        kind, *words = header.decode().split(" ")
        if kind == "c":
            self._topics.offer(topic.workspace_id, self._change(words, payload))
        elif kind == "e":
            (origin,) = words
            if origin != self._instance:
                topic.broadcast(Frame(payload))
        elif kind == "m":
            origin, user_id = words
            if origin != self._instance:
                topic.tell(user_id, Frame(payload))
        elif kind == "a":
            (origin,) = words
            if origin != self._instance:
                topic.replies.offer(_reply_event.decode(payload), self._clock())
        elif kind == "s":
            (message_id,) = words
            self._stop_here(message_id)
        elif kind == "p":
            self._hear(topic, payload)
        elif kind == "x":
            topic.close_deleted()

    def _change(self, words: Sequence[str], payload: bytes) -> LoggedFrame:
        """What `_change_envelope` made; a newer instance may have added words at the end."""
        seq, entity, op, id_, at, trace, *_ = [*words, "", ""]
        since = self._clock() - max(0.0, self._wall_clock() - float(at)) if at else None
        return LoggedFrame(int(seq), entity, op, id_, Frame(payload), since, trace)

    async def _resume(self, topic: Topic, subscriber: Subscriber, since: int, name: str) -> bool:
        """Send the log after `since` and attach; False (and nothing sent) if it does not reach back."""
        if since > topic.head:
            # The subscriber may know more than this instance was told, but not more than the log.
            heads = await self._log.heads([topic.workspace_id])
            if since > heads.get(topic.workspace_id, -1):
                return False
        page: list[LoggedFrame] = []
        if since < topic.head:
            page = await self._page_after(topic, since)
            if not page or page[0].seq != since + 1:
                return False
        subscriber.cursor = since
        self._welcome(topic, subscriber, max(topic.head, since), name, resumed=True)
        topic.begin_resume(subscriber)
        unread = 0
        while True:
            for change in page:
                subscriber.cursor = change.seq
                subscriber.send(change.frame)
                self.counters.resumed += 1
                unread += len(change.frame.payload)
                if unread > self._limits.resume_burst_bytes:
                    unread = 0
                    if not await subscriber.drained():
                        return True
            if subscriber.cursor >= topic.head:
                topic.attach(subscriber)
                return True
            unread = 0
            if not await subscriber.drained():
                return True
            page = await self._page_after(topic, subscriber.cursor)
            if not page or page[0].seq != subscriber.cursor + 1:
                # The log was cut, or the workspace deleted, while it was being sent.
                subscriber.close(CloseCode.RESTARTING, "the log has moved on: come back")
                return True

    async def _page_after(self, topic: Topic, seq: int) -> list[LoggedFrame]:
        return await self._log.since(topic.workspace_id, seq, self._limits.log_page_changes)

    # Presence

    def _welcome(
        self, topic: Topic, subscriber: Subscriber, seq: int, name: str, *, resumed: bool
    ) -> None:
        subscriber.welcome(seq, resumed)
        session = subscriber.session_id
        events = topic.presence.enter(session, subscriber.user_id, name)
        self._send_people(topic, subscriber)
        topic.replies.joined(subscriber)
        self._tell(topic, events, topic.presence.tell(session))

    def _send_people(self, topic: Topic, subscriber: Subscriber) -> None:
        people = topic.presence.people()
        subscriber.send(Frame(_encode(PeopleFrame(users=people))))

    def _opened(self, topic: Topic) -> None:
        self._gossip_out(topic, [Ask(self._instance)])
        self._watch.soon()

    def _look_for_replies(self) -> None:
        self._watch.soon(everything=True)

    def _stop_here(self, message_id: str) -> None:
        for stop in self.on_stop:
            stop(message_id)

    def _hear(self, topic: Topic, payload: bytes) -> None:
        gossip = _gossip.decode(payload)
        self._show(topic, topic.presence.hear(gossip, self._clock()))
        if isinstance(gossip, Ask) and gossip.instance != self._instance:
            self._gossip_out(topic, topic.presence.tell())
            for tell in self.on_followed:
                tell(topic.workspace_id)

    def _tell(self, topic: Topic, events: list[PresenceEvent], gossip: Sequence[Gossip]) -> None:
        self._show(topic, events)
        self._gossip_out(topic, gossip)

    def _show(self, topic: Topic, events: list[PresenceEvent]) -> None:
        for event in events:
            topic.broadcast(Frame(_encode(event.frame)))

    def _gossip_out(self, topic: Topic, gossip: Sequence[Gossip]) -> None:
        for message in gossip:
            self._bus.publish(channel_of(topic.workspace_id), b"p\n" + _encode(message))

    async def _repeat_presence_for_ever(self) -> None:
        while True:
            await asyncio.sleep(REPEAT_INTERVAL_S)
            for topic in self._topics:
                self._show(topic, topic.presence.expire(self._clock()))
                self._gossip_out(topic, topic.presence.tell())


def _change_envelope(change: LoggedFrame, at: float) -> bytes:
    """`at`: when it was committed, by the time of day, which is all that instances have in common."""
    header = f"c {change.seq} {change.entity} {change.op} {change.id} {at:.6f} {change.trace}\n"
    return header.encode() + change.frame.payload
