"""Who is here and what they look at: soft state, replicated between instances, kept with a time to live.

Each instance tells the others of its own sockets (`set`, `gone`), repeats that while they live, and asks for what the
others hold when it opens a workspace (`ask`). What is not repeated within its time to live is forgotten, so a lost
message or a dead instance heals by itself; nothing of it is in the change log. (Phoenix.Presence has the same
model; its CRDT is not needed here, since every entry has one writer: the instance that holds the socket.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from realtime.messages import Editing, PresenceState

TIME_TO_LIVE_S = 30.0
REPEAT_INTERVAL_S = 10.0
MESSAGE_BYTES = 7_500  # of entries: a Postgres NOTIFY carries less than 8,000 in all


class Person(msgspec.Struct, frozen=True):
    """One member as others see them, folded over all their sockets."""

    id: str
    name: str
    viewing: str | None
    editing: Editing | None
    sessions: int


class PeopleFrame(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="presence"
):
    """`users`, which is everyone, at welcome; later one of the others each time."""

    users: list[Person] | UnsetType = UNSET
    joined: Person | UnsetType = UNSET
    left: Person | UnsetType = UNSET
    updated: Person | UnsetType = UNSET


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One socket's presence, as instances exchange it. `changed`: counts up with each state of that socket."""

    session: str
    user_id: str
    name: str
    state: PresenceState
    changed: int = 0


class SetEntries(msgspec.Struct, frozen=True, tag_field="k", tag="set"):
    instance: str
    entries: list[Entry]


class GoneSessions(msgspec.Struct, frozen=True, tag_field="k", tag="gone"):
    instance: str
    sessions: list[str]


class Ask(msgspec.Struct, frozen=True, tag_field="k", tag="ask"):
    instance: str


Gossip: TypeAlias = SetEntries | GoneSessions | Ask
EventName: TypeAlias = Literal["joined", "updated", "left"]


@dataclass(frozen=True)
class PresenceEvent:
    """What this instance's sockets are told."""

    name: EventName
    person: Person

    @property
    def frame(self) -> PeopleFrame:
        return msgspec.structs.replace(PeopleFrame(), **{self.name: self.person})


@dataclass
class _Seen:
    entry: Entry
    instance: str
    expires_at: float


@dataclass
class PresenceBoard:
    """The presence of one workspace as one instance knows it. Time is passed in, in seconds."""

    instance: str
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _sessions_of: dict[str, dict[str, None]] = field(default_factory=dict)

    def people(self) -> list[Person]:
        return [self._person(user_id) for user_id in self._sessions_of]

    def enter(self, session: str, user_id: str, name: str) -> list[PresenceEvent]:
        """A socket of this instance has joined."""
        return self._put(
            Entry(session, user_id, name, PresenceState()), self.instance, float("inf")
        )

    def shows(self, session: str, state: PresenceState) -> bool:
        """Whether this is what is known of a socket of this instance already."""
        seen = self._seen.get(session)
        return seen is not None and seen.entry.state == state

    def update(self, session: str, state: PresenceState) -> list[PresenceEvent]:
        """A socket of this instance looks at something else."""
        seen = self._seen.get(session)
        if seen is None:
            return []
        entry = msgspec.structs.replace(seen.entry, state=state, changed=seen.entry.changed + 1)
        return self._put(entry, self.instance, float("inf"))

    def leave(self, session: str) -> list[PresenceEvent]:
        """A socket has gone."""
        return self._drop(session)

    def hear(self, gossip: Gossip, now: float) -> list[PresenceEvent]:
        """Take what another instance tells."""
        events: list[PresenceEvent] = []
        if gossip.instance == self.instance:
            return events
        if isinstance(gossip, SetEntries):
            for entry in gossip.entries:
                events += self._put(entry, gossip.instance, now + TIME_TO_LIVE_S)
        elif isinstance(gossip, GoneSessions):
            for session in gossip.sessions:
                events += self._drop(session)
        return events

    def expire(self, now: float) -> list[PresenceEvent]:
        """Forget what was not repeated in time."""
        events: list[PresenceEvent] = []
        for session in [s for s, seen in self._seen.items() if seen.expires_at <= now]:
            events += self._drop(session)
        return events

    def tell(self, *sessions: str) -> list[SetEntries]:
        """Gossip of these sockets of this instance (none given: all of them), in messages of bounded size."""
        own = [
            seen.entry
            for session in sessions or self._seen
            if (seen := self._seen.get(session)) is not None and seen.instance == self.instance
        ]
        messages: list[SetEntries] = []
        room = 0
        for entry in own:
            size = len(msgspec.json.encode(entry)) + 1
            if size > room:
                messages.append(SetEntries(self.instance, []))
                room = MESSAGE_BYTES
            messages[-1].entries.append(entry)
            room -= size
        return messages

    def _put(self, entry: Entry, instance: str, expires_at: float) -> list[PresenceEvent]:
        known = self._sessions_of.get(entry.user_id)
        before = self._person(entry.user_id) if known else None
        current = self._seen.get(entry.session)
        if current is not None and current.entry.changed > entry.changed:
            return []
        if current is not None and current.entry.user_id != entry.user_id:
            # A session belongs to one person: who says otherwise is at fault, and the last word counts.
            return self._drop(entry.session) + self._put(entry, instance, expires_at)
        self._seen[entry.session] = _Seen(entry, instance, expires_at)
        sessions = self._sessions_of.setdefault(entry.user_id, {})
        if current is None or current.entry.state != entry.state:
            # The latest to change stands last and speaks for the person.
            sessions.pop(entry.session, None)
        sessions[entry.session] = None
        after = self._person(entry.user_id)
        if before is None:
            return [PresenceEvent("joined", after)]
        return _updated(before, after)

    def _drop(self, session: str) -> list[PresenceEvent]:
        seen = self._seen.get(session)
        if seen is None:
            return []
        user_id = seen.entry.user_id
        before = self._person(user_id)
        del self._seen[session]
        sessions = self._sessions_of[user_id]
        del sessions[session]
        if not sessions:
            del self._sessions_of[user_id]
            return [PresenceEvent("left", msgspec.structs.replace(before, sessions=0))]
        after = self._person(user_id)
        return _updated(before, after)

    def _person(self, user_id: str) -> Person:
        sessions = self._sessions_of[user_id]
        states = [self._seen[session].entry.state for session in reversed(sessions)]
        name = self._seen[next(reversed(sessions))].entry.name
        viewing = next((state.viewing for state in states if state.viewing), None)
        editing = next((state.editing for state in states if state.editing), None)
        return Person(user_id, name, viewing, editing, len(sessions))


def _updated(before: Person, after: Person) -> list[PresenceEvent]:
    """A change of `sessions` alone is not told."""
    changed = (before.viewing, before.editing) != (after.viewing, after.editing)
    return [PresenceEvent("updated", after)] if changed else []
