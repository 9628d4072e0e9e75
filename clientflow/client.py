"""The async client: who is signed in, and the way to workspaces."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Literal, Self

import httpx

from clientflow.limits import ClientLimits
from clientflow.records import Joined, PersonalToken, SignedIn, User, WorkspaceInfo
from clientflow.rest import Rest, new_key, segment
from clientflow.tokens import FixedToken, NoToken, SessionTokens, Tokens
from clientflow.workspace import AsyncWorkspace


class AsyncClientFlow:
    """A ClientFlow server, as one person reaches it.

        async with AsyncClientFlow("http://localhost:8000", token="cfp_…") as flow:
            async for client in flow.workspace(workspace_id).clients.list(stage="lead"):
                print(client.name)

    `token` is a personal access token, or an access token that is used until it runs out; without one, `sign_in`.
    `transport` and `chance` (a random number from 0 to 1) are for tests.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        limits: ClientLimits | None = None,
        trust_env: bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Raises `ValueError` for what is no address."""
        self._limits = limits or ClientLimits()
        self._http = httpx.AsyncClient(trust_env=trust_env, transport=transport)
        tokens: Tokens = NoToken() if token is None else FixedToken(token)
        self._rest = Rest(self._http, url, tokens, self._limits, chance)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    @property
    def url(self) -> str:
        return self._rest.origin

    def workspace(self, workspace_id: str) -> AsyncWorkspace:
        return AsyncWorkspace(self._rest, workspace_id)

    async def workspaces(self) -> AsyncIterator[WorkspaceInfo]:
        """Those one belongs to."""
        async for workspace in self._rest.items("/workspaces", WorkspaceInfo):
            yield workspace

    async def create_workspace(self, name: str, *, key: str | None = None) -> WorkspaceInfo:
        return await self._rest.write("POST", "/workspaces", WorkspaceInfo, {"name": name}, key=key)

    async def accept_invite(self, code: str) -> Joined:
        """Twice gives the same answer."""
        return await self._rest.write("POST", f"/invites/{segment(code)}/accept", Joined)

    async def sign_in(
        self, email: str, password: str, *, keep: Callable[[SignedIn], None] | None = None
    ) -> User:
        """The session is renewed by itself; `keep` is told of each pair of tokens. Raises `Unauthorized`."""
        credentials = {"email": email, "password": password}
        return self._adopt(await self._rest.open("/auth/login", SignedIn, credentials), keep)

    async def register(
        self,
        email: str,
        password: str,
        name: str,
        *,
        keep: Callable[[SignedIn], None] | None = None,
    ) -> User:
        """Make an account and sign in. Raises `Conflict`, `Invalid`."""
        person = {"email": email, "password": password, "name": name}
        return self._adopt(await self._rest.open("/auth/register", SignedIn, person), keep)

    async def sign_out(self) -> None:
        """End the session of `sign_in`."""
        tokens = self._rest.tokens
        self._rest.tokens = NoToken()
        if isinstance(tokens, SessionTokens):
            body = {"refresh_token": tokens.refresh_token}
            await self._rest.open("/auth/logout", object, body, key=new_key())

    async def me(self) -> User:
        """Raises `Unauthorized`."""
        return await self._rest.get("/auth/me", User)

    async def tokens(self) -> Sequence[PersonalToken]:
        """One's personal access tokens, without their secrets."""
        return [token async for token in self._rest.items("/tokens", PersonalToken)]

    async def create_token(
        self,
        name: str,
        scopes: Sequence[Literal["read", "write"]] = ("read", "write"),
        *,
        workspace_id: str | None = None,
        expires_at: datetime | None = None,
        key: str | None = None,
    ) -> PersonalToken:
        """Its `token` is the secret. A personal access token cannot make another one: sign in."""
        draft = {
            "name": name,
            "scopes": list(scopes),
            "workspace_id": workspace_id,
            "expires_at": expires_at,
        }
        return await self._rest.write("POST", "/tokens", PersonalToken, draft, key=key)

    async def delete_token(self, token_id: str) -> None:
        await self._rest.write("DELETE", f"/tokens/{segment(token_id)}", object)

    def _adopt(self, signed_in: SignedIn, keep: Callable[[SignedIn], None] | None) -> User:
        async def refresh(refresh_token: str, key: str) -> SignedIn:
            body = {"refresh_token": refresh_token}
            return await self._rest.open("/auth/refresh", SignedIn, body, key=key)

        self._rest.tokens = SessionTokens(signed_in, refresh, new_key, self._limits, keep)
        return signed_in.user
