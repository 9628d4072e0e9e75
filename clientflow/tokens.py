"""What stands behind `Authorization: Bearer`: a fixed token, or a session that is renewed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from clientflow.errors import Refused, Unauthorized
from clientflow.limits import ClientLimits
from clientflow.records import SignedIn
from realtime.problems import Problem, ProblemKind

# Gives the next tokens for (refresh_token, key).
Refresh = Callable[[str, str], Awaitable[SignedIn]]


class Tokens(Protocol):
    async def usable(self) -> str:
        """A token that outlives a request made now. Raises `Unauthorized`, `Unreachable`."""

    async def renewed(self, stale: str) -> str:
        """Another one than `stale`, which was refused or runs out soon. Raises the same."""

    def seconds_left(self) -> float | None:
        """Until the present token runs out; None: it does not."""


class NoToken:
    async def usable(self) -> str:
        raise unauthorized("Sign in first: give a token, or an email address and password.")

    async def renewed(self, stale: str) -> str:
        return await self.usable()

    def seconds_left(self) -> float | None:
        return None


class FixedToken:
    """A personal access token, or any other that nobody renews."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def usable(self) -> str:
        return self._token

    async def renewed(self, stale: str) -> str:
        raise unauthorized("The token is not valid any more.")

    def seconds_left(self) -> float | None:
        return None


class SessionTokens:
    """An access token with the refresh token that replaces it, each used once.

    However many ask at once, one refresh is made. Its Idempotency-Key stays until it was answered, so that an answer
    that was lost is given again, and the session is not taken for stolen. `keep` is told of each new pair.
    """

    def __init__(
        self,
        signed_in: SignedIn,
        refresh: Refresh,
        new_key: Callable[[], str],
        limits: ClientLimits,
        keep: Callable[[SignedIn], None] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._refresh = refresh
        self._new_key = new_key
        self._limits = limits
        self._keep = keep
        self._now = now
        self._renewing = asyncio.Lock()
        self._attempt: str | None = None
        self._over: Unauthorized | None = None
        self._adopt(signed_in)

    @property
    def refresh_token(self) -> str:
        return self._signed_in.refresh_token

    async def usable(self) -> str:
        if self._expires_at - self._now() > self._limits.token_leeway_s:
            return self._signed_in.access_token
        return await self.renewed(self._signed_in.access_token)

    async def renewed(self, stale: str) -> str:
        async with self._renewing:
            if self._over is not None:
                raise self._over
            if self._signed_in.access_token == stale:
                self._attempt = self._attempt or self._new_key()
                try:
                    self._adopt(await self._refresh(self.refresh_token, self._attempt))
                except Refused as error:
                    if error.passing:
                        raise
                    self._over = unauthorized("The session has ended: sign in again.")
                    raise self._over from error
                self._attempt = None
            return self._signed_in.access_token

    def seconds_left(self) -> float | None:
        return self._expires_at - self._now()

    def _adopt(self, signed_in: SignedIn) -> None:
        self._signed_in = signed_in
        self._expires_at = self._now() + signed_in.expires_in
        if self._keep is not None:
            self._keep(signed_in)


def unauthorized(detail: str) -> Unauthorized:
    return Unauthorized(Problem.of(ProblemKind.UNAUTHORIZED, detail))
