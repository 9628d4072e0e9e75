"""The assistant's running replies as the sockets of one workspace on one instance see them.

A reply's text only ever grows at its end. So whatever comes, from the instance that writes it, over the bus or out of
storage, in any order, more than once or not at all, is a piece of the same text: a board keeps the longest beginning
that it knows and gives each socket what it has not been given yet. A reply ends with exactly the text that is stored.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from realtime.frames import Frame
from realtime.reply_events import (
    Began,
    Ended,
    Proposed,
    ReplyEvent,
    ReplyHead,
    StoredReply,
    Wrote,
)
from realtime.reply_frames import delta_frame, end_frame, proposal_frame, started_frame

SLOW_READER_BYTES = 16 * 1024  # waiting for a reader, beyond which it gets no more deltas
SILENCE_S = 2.0  # without an event, after which a reply is looked up
MAX_EARLY_DELTAS = 2_000
MAX_ENDED = 512


class Reader(Protocol):
    """What a board needs of a socket."""

    session_id: str

    def send(self, frame: Frame) -> None: ...

    def backlog_bytes(self) -> int:
        """How much waits to be read."""
        ...


class _Reply:
    __slots__ = (
        "early",
        "end",
        "heard_at",
        "lagging",
        "message",
        "proposals",
        "shown",
        "text",
        "told",
    )

    def __init__(self, now: float) -> None:
        self.message: dict[str, Any] | None = None
        self.text = ""
        self.told = 0  # how much of it every socket has that keeps up
        self.shown = False
        self.early: dict[int, str] = {}  # pieces behind a hole, by offset
        self.end: Ended | None = None
        self.proposals: dict[str, int] = {}  # the revision at which each was last told
        self.lagging: dict[str, int] = {}  # by session: how much of the text a slow reader has
        self.heard_at = now

    @property
    def has_hole(self) -> bool:
        return self.message is None or bool(self.early) or self.end is not None


class ReplyBoard:
    """Belongs to a topic. Events come to `offer`, what storage has to `absorb`."""

    def __init__(self, subscribers: Callable[[], Iterable[Reader]]) -> None:
        self._subscribers = subscribers
        self._running: dict[str, _Reply] = {}
        self._ended: OrderedDict[str, int] = OrderedDict()  # the revision at which each was told
        self._looked_up = False

    # What comes

    def offer(self, event: ReplyEvent, now: float) -> None:
        """Take an event, whenever and however often it comes."""
        if event.message_id in self._ended:
            self._offer_ended(event)
            return
        if isinstance(event, Proposed) and event.message_id not in self._running:
            self._forget_late(event.message_id, event.revision)
            self._tell_proposal(event)
            return
        reply = self._running.setdefault(event.message_id, _Reply(now))
        reply.heard_at = now
        if isinstance(event, Began):
            if reply.message is None:
                reply.message = event.message
        elif isinstance(event, Wrote):
            self._extend(reply, event.offset, event.text)
        elif isinstance(event, Proposed):
            self._propose(reply, event)
        elif reply.end is None:
            reply.end = event
            reply.message = event.message
        self._settle(event.message_id, reply)

    def absorb(self, stored: StoredReply, now: float) -> None:
        """Take a reply as storage has it."""
        message_id, end = stored.message["id"], stored.ended
        if message_id in self._ended:
            if stored.revision > self._ended[message_id]:
                self._forget_late(message_id, stored.revision)
                for proposal in stored.message["proposals"]:
                    self._send_all(proposal_frame(message_id, proposal))
            return
        reply = self._running.setdefault(message_id, _Reply(now))
        reply.heard_at = now
        if reply.message is None:
            reply.message = stored.message
        self._extend(reply, 0, stored.text)
        if end is not None:
            reply.end = end
            reply.message = end.message
        self._settle(message_id, reply)

    # Sockets

    def joined(self, subscriber: Reader) -> None:
        """Show a new socket what is being written, with the text so far."""
        for message_id, reply in self._running.items():
            if reply.shown and reply.message is not None:
                subscriber.send(started_frame(message_id, reply.text, reply.message))

    def left(self, session_id: str) -> None:
        for reply in self._running.values():
            reply.lagging.pop(session_id, None)

    def catch_up(self) -> None:
        """Give the slow readers that have read meanwhile what they miss."""
        for message_id, reply in self._running.items():
            if reply.lagging:
                self._tell_text(message_id, reply)

    # What is missing

    def uncertain(self, now: float) -> bool:
        """Whether storage may know more than has come here."""
        return not self._looked_up or any(
            reply.has_hole or now - reply.heard_at > SILENCE_S for reply in self._running.values()
        )

    def wanted(self, heads: Sequence[ReplyHead], now: float) -> list[str]:
        """The replies to read from storage, now that it has told how far they are."""
        wanted: list[str] = []
        for head in heads:
            if head.id in self._ended:
                if head.revision > self._ended[head.id]:
                    wanted.append(head.id)
            elif (reply := self._running.get(head.id)) is not None:
                if not head.running or reply.message is None or head.length > len(reply.text):
                    wanted.append(head.id)
            elif head.running or self._looked_up:
                wanted.append(head.id)
            else:  # it had ended before anybody here could see it
                self._forget_late(head.id, head.revision)
        known = {head.id for head in heads}
        wanted += [
            message_id
            for message_id, reply in self._running.items()
            if message_id not in known and (reply.has_hole or now - reply.heard_at > SILENCE_S)
        ]
        self._looked_up = True
        return wanted

    def forget(self, message_id: str) -> None:
        """Storage does not have this reply."""
        self._running.pop(message_id, None)

    # Within

    def _offer_ended(self, event: ReplyEvent) -> None:
        told = self._ended[event.message_id]
        if isinstance(event, Proposed) and event.revision > told:
            self._forget_late(event.message_id, event.revision)
            self._tell_proposal(event)

    def _forget_late(self, message_id: str, revision: int) -> None:
        """The reply is over: of what comes of it later, only what is newer than `revision` counts."""
        self._ended[message_id] = revision
        self._ended.move_to_end(message_id)
        if len(self._ended) > MAX_ENDED:
            self._ended.popitem(last=False)

    def _extend(self, reply: _Reply, offset: int, text: str) -> None:
        if offset > len(reply.text):
            if len(reply.early) >= MAX_EARLY_DELTAS:
                reply.early.clear()  # storage has them all
            if len(text) > len(reply.early.get(offset, "")):
                reply.early[offset] = text
            return
        reply.text += text[len(reply.text) - offset :]
        for early in sorted(reply.early):
            if early > len(reply.text):
                break
            reply.text += reply.early.pop(early)[len(reply.text) - early :]

    def _propose(self, reply: _Reply, event: Proposed) -> None:
        id_ = event.proposal["id"]
        if event.revision <= reply.proposals.get(id_, 0):
            return
        reply.proposals[id_] = event.revision
        if reply.message is not None:
            others = [other for other in reply.message["proposals"] if other["id"] != id_]
            proposals = sorted([*others, event.proposal], key=lambda proposal: proposal["id"])
            reply.message = {**reply.message, "proposals": proposals}
        if reply.shown:
            self._tell_proposal(event)

    def _settle(self, message_id: str, reply: _Reply) -> None:
        """Tell the sockets what is new."""
        if reply.message is None:
            return
        end = reply.end
        if end is not None and len(reply.text) > end.length:
            # Its instance died before all that it had told was stored.
            reply.text = reply.text[: end.length]
            reply.shown = False
        if not reply.shown:
            reply.shown, reply.told = True, len(reply.text)
            reply.lagging.clear()
            self._send_all(started_frame(message_id, reply.text, reply.message))
        if end is None or len(reply.text) < end.length:
            self._tell_text(message_id, reply)
            return
        self._tell_text(message_id, reply, whatever_waits=True)
        self._send_all(end_frame(end))
        del self._running[message_id]
        self._forget_late(message_id, end.revision)

    def _tell_text(self, message_id: str, reply: _Reply, *, whatever_waits: bool = False) -> None:
        """Give each socket what it has not been given, unless too much waits for its reader already."""
        length, frames = len(reply.text), dict[int, Frame]()
        for subscriber in self._subscribers():
            told = reply.lagging.get(subscriber.session_id, reply.told)
            if told == length:
                continue
            if not whatever_waits and subscriber.backlog_bytes() > SLOW_READER_BYTES:
                reply.lagging[subscriber.session_id] = told
                continue
            if told not in frames:
                frames[told] = delta_frame(message_id, told, reply.text[told:])
            subscriber.send(frames[told])
            reply.lagging.pop(subscriber.session_id, None)
        reply.told = length

    def _tell_proposal(self, event: Proposed) -> None:
        self._send_all(proposal_frame(event.message_id, event.proposal))

    def _send_all(self, frame: Frame) -> None:
        for subscriber in self._subscribers():
            subscriber.send(frame)
