"""The rows as the rest of the program sees them: frozen, in the wire form of the contract.

Every datetime is aware and in UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    pass


class User(Record, frozen=True, kw_only=True):
    id: str
    email: str
    name: str
    created_at: datetime


class Account(User, frozen=True, kw_only=True):
    """A user with the secret that a login is checked against; never leaves the server."""

    password_hash: str

    @property
    def user(self) -> User:
        """What others may see of it."""
        return User(id=self.id, email=self.email, name=self.name, created_at=self.created_at)


class RefreshToken(Record, frozen=True, kw_only=True):
    """One link of a family: each use makes the next; a second use of one betrays a theft."""

    id: str
    family_id: str
    user_id: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    signed_in_at: datetime | None = None
    user_agent: str | None = None


class SignIn(Record, frozen=True, kw_only=True):
    """An open session: a family of refresh tokens of which one can still be used."""

    id: str
    signed_in_at: datetime | None
    last_used_at: datetime
    user_agent: str | None


class Revocation(Record, frozen=True, kw_only=True):
    """A session (a family of refresh tokens) or a personal token that ended before it ran out."""

    id: int
    at: datetime
    user_id: str
    session_id: str | None = None
    token_id: str | None = None


class PersonalToken(Record, frozen=True, kw_only=True):
    id: str
    user_id: str
    name: str
    scopes: list[str]
    workspace_id: str | None = None
    expires_at: datetime | None = None
    created_at: datetime
    last_used_at: datetime | None = None


class Workspace(Record, frozen=True, kw_only=True):
    id: str
    name: str
    seq: int
    created_at: datetime
    created_by: str


class Membership(Workspace, frozen=True, kw_only=True):
    """A workspace as one of its members lists it."""

    role: str


class Member(Record, frozen=True, kw_only=True):
    user_id: str
    name: str
    email: str
    role: str
    joined_at: datetime


class Invite(Record, frozen=True, kw_only=True):
    id: str
    workspace_id: str
    email: str | None = None
    role: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    accepted_by: str | None = None


class Stage(Record, frozen=True, kw_only=True):
    """A column of the board; `position` is its plain place from left to right."""

    id: str
    key: str
    name: str
    color: str
    position: int
    version: int = 1


class Money(Record, frozen=True, kw_only=True):
    """`amount` in the currency's minor unit."""

    amount: int
    currency: str


class Client(Record, frozen=True, kw_only=True):
    """A card of the board: `stage` is a stage's key, `position` a rank that sorts by byte."""

    id: str
    name: str
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    stage: str
    position: str
    value: Money | None = None
    owner_id: str | None = None
    tags: list[str] = []
    notes: str = ""
    next_action_at: datetime | None = None
    custom: dict[str, Any] = {}
    version: int = 1
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str


class Comment(Record, frozen=True, kw_only=True):
    id: str
    client_id: str
    author_id: str
    body: str
    created_at: datetime
    version: int = 1


class AuthoredComment(Comment, frozen=True, kw_only=True):
    author_name: str


class Actor(Record, frozen=True, kw_only=True):
    """Who made a change, under the name of that time; `via` socket, rest, assistant or import."""

    id: str
    name: str
    via: str


class Change(Record, frozen=True, kw_only=True):
    """One row of a workspace's log. `data` is what is new, `previous` what it replaced."""

    workspace_id: str
    seq: int
    at: datetime
    actor: Actor
    entity: str
    op: str
    id: str
    version: int
    data: dict[str, Any]
    previous: dict[str, Any]
    command_id: str | None = None


class Outcome(Record, frozen=True, kw_only=True):
    """The answer a command got, kept so that its repetition gets the same; `result` is JSON."""

    fingerprint: str
    status: int
    seq: int | None = None
    version: int | None = None
    result: bytes


class Page(Record, Generic[T], frozen=True, kw_only=True):
    """Some rows in order; `next` is the cursor of the following page, None on the last."""

    items: list[T]
    next: str | None = None


class ClientQuery(Record, frozen=True, kw_only=True):
    """Which clients, in which order. Several stages, owners or tags mean any of them.

    `q`: every word of it stands somewhere in name, company, email, phone, notes or tags, whatever
    the case and accents. `owners` may hold None for clients without one. `sort` is one of
    `clients.SORTS`, with a leading "-" for descending; rows without a value stand last either way.
    """

    q: str | None = None
    stages: list[str] = []
    owners: list[str | None] = []
    tags: list[str] = []
    sort: str = "position"
    limit: int = 50
    after: str | None = None
