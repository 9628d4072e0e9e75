"""The one who asks, once the token has been checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.records import User


class Standing:
    """What all who came with one session or personal token share: whether it has been ended meanwhile."""

    __slots__ = ("__weakref__", "ended")

    def __init__(self) -> None:
        self.ended = False


@dataclass(frozen=True)
class Principal:
    """A signed-in user, or a script with a personal access token (which may be narrower than its user).

    `expires_at` is in Unix seconds; None: the token does not run out.
    """

    user: User
    expires_at: float | None
    can_write: bool = True
    only_workspace_id: str | None = None
    token_id: str | None = None
    session_id: str | None = None
    standing: Standing = field(default_factory=Standing, compare=False, repr=False)

    @property
    def user_id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def credential(self) -> str | None:
        """The id of the session or personal token that the principal came with, as revocations name it."""
        return self.session_id or self.token_id

    @property
    def is_token(self) -> bool:
        """Whether a personal access token speaks for the user."""
        return self.token_id is not None

    def may_enter(self, workspace_id: str) -> bool:
        return self.only_workspace_id in (None, workspace_id)
