"""The one who asks, once the token has been checked."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records import User


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

    @property
    def user_id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def is_token(self) -> bool:
        """Whether a personal access token speaks for the user."""
        return self.token_id is not None

    def may_enter(self, workspace_id: str) -> bool:
        return self.only_workspace_id in (None, workspace_id)
