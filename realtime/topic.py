"""One workspace's stream of changes on one instance: in order, without holes, to every socket once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from realtime.counters import HubCounters
from realtime.frames import Frame, Outgoing, bundled
from realtime.presence import PresenceBoard
from realtime.problems import CloseCode
from realtime.replies import ReplyBoard


@dataclass(frozen=True)
class LoggedFrame:
    """A row of the change log as it goes to sockets. `entity`, `op` and `id` say what it touched, undecoded.

    `since`: when it was committed, by this process's clock; None when it was read from the log. `trace`: the
    traceparent of its command (W3C Trace Context), or nothing.
    """

    seq: int
    entity: str
    op: str
    id: str
    frame: Frame
    since: float | None = None
    trace: str = ""


class Subscriber(Protocol):
    """A socket that has joined. `send` and `close` return at once; `send` closes a reader that is too slow.

    `cursor`: the last change that it had when it was attached.
    """

    session_id: str
    user_id: str
    cursor: int

    def welcome(self, seq: int, resumed: bool) -> None: ...

    def send(self, outgoing: Outgoing) -> None: ...

    def close(self, code: CloseCode, reason: str) -> None: ...

    def backlog_bytes(self) -> int:
        """How much waits to be read."""
        ...

    async def drained(self) -> bool:
        """Wait until little is left to send; False when the socket has ended."""
        ...


class Topic:
    """Delivers the changes of one workspace to this instance's sockets.

    `delivered` is the last seq handed to the live sockets. A later change that is not the next waits in `_early`
    until the hole is filled, by the bus or from the log. None until the hub knows the log's head.

    What goes to every live socket is gathered, and leaves in one write for each with the next `flush`, for which
    `want_flush` asks. `traced` is told of a change that has a trace, and to how many sockets it went.
    """

    def __init__(
        self,
        workspace_id: str,
        instance: str,
        *,
        max_early: int,
        want_flush: Callable[[Topic], None],
        counters: HubCounters | None = None,
        traced: Callable[[LoggedFrame, int], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.workspace_id = workspace_id
        self.delivered: int | None = None
        self.presence = PresenceBoard(instance)
        self.replies = ReplyBoard(lambda: self.subscribers)
        self.passed: set[Callable[[], None]] = set()  # called after each delivery, by long polls
        self._want_flush = want_flush
        self._counters = counters or HubCounters()
        self._traced = traced
        self._clock = clock
        self._batch: list[Frame] = []
        self._gathered: list[tuple[int, LoggedFrame]] = []  # the batch's changes, with their places
        self._live: dict[str, Subscriber] = {}
        self._late: dict[
            str, tuple[Subscriber, int]
        ] = {}  # live, but not for the batch's first so many
        self._ahead: dict[str, Subscriber] = {}  # resumed from the log beyond `delivered`
        self._resuming: dict[str, Subscriber] = {}  # still being sent the log
        self._early: dict[int, LoggedFrame] = {}
        self._max_early = max_early
        self._opened_at = 0  # what happened up to there was not seen here
        self._last_member_change = 0
        self._is_deleted = False
        self.log_head = 0  # the highest seq that is known to be in the log

    @property
    def head(self) -> int:
        """`delivered` of an opened topic."""
        assert self.delivered is not None, "an opened topic knows its head"
        return self.delivered

    @property
    def subscribers(self) -> list[Subscriber]:
        late = [subscriber for subscriber, _ in self._late.values()]
        return [*self._live.values(), *late, *self._ahead.values(), *self._resuming.values()]

    def __len__(self) -> int:
        return len(self._live) + len(self._late) + len(self._ahead) + len(self._resuming)

    def begin_resume(self, subscriber: Subscriber) -> None:
        """`subscriber` is being sent the log: it gets no changes from here yet, but everything else."""
        self._resuming[subscriber.session_id] = subscriber

    def attach(self, subscriber: Subscriber) -> None:
        """From here on `subscriber` gets every change after its cursor, which is `delivered` or beyond."""
        self._resuming.pop(subscriber.session_id, None)
        if self.delivered is None or subscriber.cursor > self.delivered:
            self._ahead[subscriber.session_id] = subscriber
        else:
            self._follow(subscriber)

    def detach(self, subscriber: Subscriber) -> None:
        self._live.pop(subscriber.session_id, None)
        self._late.pop(subscriber.session_id, None)
        self._ahead.pop(subscriber.session_id, None)
        self._resuming.pop(subscriber.session_id, None)

    def start_at(self, head: int) -> None:
        """The log's head is `head`: everything up to it is history."""
        self.delivered = head
        self._opened_at = head
        self._deliver_early()

    @property
    def has_hole(self) -> bool:
        """Whether the log has changes that no live socket has been given."""
        return self.delivered is not None and self.log_head > self.delivered

    def offer(self, change: LoggedFrame) -> None:
        """Take a change from the bus, the log or a commit here: in any order, any number of times."""
        self.log_head = max(self.log_head, change.seq)
        if self.delivered is not None and change.seq <= self.delivered:
            return
        if self.delivered is not None and change.seq == self.delivered + 1:
            self._deliver(change)
        else:
            if len(self._early) >= self._max_early:
                self._early.clear()  # the log has them all
            self._early[change.seq] = change
        self._deliver_early()

    def behind(self, head: int) -> None:
        """The log is known to reach to `head`."""
        self.log_head = max(self.log_head, head)

    def settle(self, known: int) -> None:
        """The log was read to its end: what was thought to be in it, up to `known`, is not."""
        if self.log_head == known:
            self.log_head = self.head
        for seq in [seq for seq in self._early if seq <= known]:
            del self._early[seq]

    def has_same_members(self, since: int, until: int) -> bool:
        """Whether it knows that nobody came, left or changed their role after `since`, up to `until` at least."""
        known_up_to = -1 if self.delivered is None or self._is_deleted else self.delivered
        return max(self._opened_at, self._last_member_change) <= since and until <= known_up_to

    def broadcast(self, frame: Frame) -> None:
        """Send what is in no log (presence, for instance) to every socket."""
        self._gather(frame)
        for subscriber in [*self._ahead.values(), *self._resuming.values()]:
            subscriber.send(frame)

    def tell(self, user_id: str, frame: Frame) -> None:
        """Send what concerns one member to that member's sockets."""
        for subscriber in self.subscribers:
            if subscriber.user_id == user_id:
                subscriber.send(frame)

    def flush(self) -> None:
        """Send what was gathered."""
        batch, self._batch = self._batch, []
        gathered, self._gathered = self._gathered, []
        late, self._late = self._late, {}
        counters = self._counters
        if batch:
            outgoing, live = bundled(batch), list(self._live.values())
            for subscriber in live:
                subscriber.send(outgoing)
            counters.frames += len(batch) * len(live)
            counters.deliveries += len(gathered) * len(live)
        for subscriber, missed in late.values():
            if missed < len(batch):
                subscriber.send(bundled(batch[missed:]))
                counters.frames += len(batch) - missed
                counters.deliveries += sum(place >= missed for place, _ in gathered)
            self._live[subscriber.session_id] = subscriber
        if gathered:
            self._note_delivered([change for _, change in gathered])

    def _note_delivered(self, changes: Sequence[LoggedFrame]) -> None:
        self._counters.changes += len(changes)
        now = self._clock()
        for change in changes:
            if change.since is not None:
                self._counters.delivered(change.since, now)
            if change.trace and self._traced is not None:
                self._traced(change, len(self._live))

    def close_deleted(self) -> None:
        self._is_deleted = True
        self.close_all(CloseCode.NO_SUCH_WORKSPACE, "the workspace has been deleted")

    def close_all(self, code: CloseCode, reason: str) -> None:
        self.flush()
        for subscriber in self.subscribers:
            subscriber.close(code, reason)

    def _deliver_early(self) -> None:
        if self.delivered is None:
            return
        for seq in [seq for seq in self._early if seq <= self.delivered]:
            del self._early[seq]
        while (change := self._early.pop(self.delivered + 1, None)) is not None:
            self._deliver(change)

    def _deliver(self, change: LoggedFrame) -> None:
        self.delivered = change.seq
        if change.entity == "member":
            self._last_member_change = change.seq
        if change.entity == "member" and change.op == "deleted":
            self.flush()
            for subscriber in self.subscribers:
                # One that resumed beyond this removal was let in again after it.
                if subscriber.user_id == change.id and subscriber.cursor < change.seq:
                    subscriber.close(CloseCode.NOT_A_MEMBER, "no longer a member of this workspace")
        self._gather(change.frame, change)
        for subscriber in list(self._ahead.values()):
            if change.seq > subscriber.cursor:
                subscriber.send(change.frame)
            if change.seq >= subscriber.cursor:
                del self._ahead[subscriber.session_id]
                self._follow(subscriber)
        for wake in list(self.passed):
            wake()

    def _follow(self, subscriber: Subscriber) -> None:
        """From here on it gets what the live ones get; what is gathered already is not news to it."""
        if self._batch:
            self._late[subscriber.session_id] = (subscriber, len(self._batch))
        else:
            self._live[subscriber.session_id] = subscriber

    def _gather(self, frame: Frame, change: LoggedFrame | None = None) -> None:
        if not self._live and not self._late:
            return
        if change is not None:
            self._gathered.append((len(self._batch), change))
        self._batch.append(frame)
        if len(self._batch) == 1:
            self._want_flush(self)

    @property
    def pending(self) -> int:
        """What waits: to leave together, or for a change before it."""
        return len(self._batch) + len(self._early)
