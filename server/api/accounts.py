"""/auth and /tokens."""

from __future__ import annotations

import msgspec

from realtime.problems import ProblemKind
from server.api.calls import Call, SignedIn
from server.api.endpoint import endpoint
from server.api.http import Reply
from server.api.shapes import Listed, TokenWithSecret, WholeListQuery
from server.identity.accounts import Credentials, PasswordChange, RefreshRequest, Registration
from server.identity.emails import normalised_email
from server.identity.personal_tokens import TokenDraft
from server.identity.sessions import OpenSession
from server.identity.sessions import SignedIn as Session
from server.rates.addresses import address_of
from storage.records import PersonalToken, User

_UNAUTHORIZED = (ProblemKind.UNAUTHORIZED,)


@endpoint(
    "POST",
    "/auth/register",
    status=201,
    keyed=False,
    secret=True,
    raises=(ProblemKind.CONFLICT, ProblemKind.TOO_MANY),
    rate="register",
)
async def register(call: Call, body: Registration) -> Session:
    """Make an account and sign in."""
    user_agent = call.request.headers.get("user-agent")
    return await call.services.accounts.register(body, user_agent)


@endpoint(
    "POST",
    "/auth/login",
    keyed=False,
    secret=True,
    raises=(ProblemKind.UNAUTHORIZED, ProblemKind.TOO_MANY),
)
async def login(call: Call, body: Credentials) -> Session:
    """Sign in."""
    address = address_of(call.request)
    async with call.services.rates.sign_in(normalised_email(body.email), address):
        return await call.services.accounts.login(body, call.request.headers.get("user-agent"))


@endpoint("POST", "/auth/refresh", secret=True, raises=_UNAUTHORIZED, rate="refresh")
async def refresh(call: Call, body: RefreshRequest) -> Session:
    """Exchange a refresh token for new tokens.

    A second use of one revokes the whole session. With an Idempotency-Key it may be repeated until the token that it
    gave is used.
    """
    return await call.services.accounts.sessions.refresh(body.refresh_token, key=call.key)


@endpoint("POST", "/auth/logout", status=204, keyed=False)
async def logout(call: Call, body: RefreshRequest) -> None:
    """End the session of a refresh token."""
    await call.services.accounts.sessions.end_by(body.refresh_token)


@endpoint("POST", "/auth/logout-all", status=204, keyed=False)
async def logout_all(call: SignedIn) -> None:
    """End every session of one's account, this one too. Personal access tokens stay."""
    await call.services.accounts.sessions.end_all(call.principal)


@endpoint(
    "POST",
    "/auth/password",
    keyed=False,
    secret=True,
    raises=(ProblemKind.CONFLICT, ProblemKind.TOO_MANY),
    rate="password",
)
async def change_password(call: SignedIn, body: PasswordChange) -> Session:
    """Change one's password.

    This session goes on with the tokens of the answer; every other one ends. Personal access tokens stay.
    """
    return await call.services.accounts.change_password(call.principal, body)


@endpoint("GET", "/auth/sessions", raises=(ProblemKind.FORBIDDEN,))
async def list_sessions(call: SignedIn, query: WholeListQuery) -> Listed[OpenSession]:
    """One's open sessions, the last used first."""
    sessions = await call.services.accounts.sessions.list(call.principal)
    return query.page_of(sessions, lambda session: session.id)


@endpoint("DELETE", "/auth/sessions/{session_id}", status=204, remembered=True)
async def end_session(call: SignedIn) -> None:
    """End a session: what uses it is signed out."""
    await call.services.accounts.sessions.end(call.principal, call.path["session_id"])


@endpoint("GET", "/auth/me")
async def me(call: SignedIn) -> User:
    """Who the token speaks for."""
    return call.principal.user


@endpoint("GET", "/tokens", raises=(ProblemKind.FORBIDDEN,))
async def list_tokens(call: SignedIn, query: WholeListQuery) -> Listed[PersonalToken]:
    """One's personal access tokens, without their secrets."""
    tokens = await call.services.accounts.personal_tokens.list(call.principal)
    return query.page_of(tokens, lambda token: token.id)


@endpoint("POST", "/tokens", status=201, secret=True, raises=(ProblemKind.NOT_FOUND,))
async def create_token(call: SignedIn, body: TokenDraft) -> Reply[TokenWithSecret]:
    """Make a personal access token for a script.

    Its secret is shown this once. A personal access token cannot make others.
    """
    tokens = call.services.accounts.personal_tokens
    answer = await tokens.create(call.principal, body, key=call.key)
    return Reply(msgspec.Raw(answer.result))


@endpoint("DELETE", "/tokens/{token_id}", status=204, remembered=True)
async def delete_token(call: SignedIn) -> None:
    """Delete a personal access token; what uses it is signed out."""
    await call.services.accounts.personal_tokens.delete(call.principal, call.path["token_id"])


endpoints = (
    register,
    login,
    refresh,
    logout,
    logout_all,
    change_password,
    list_sessions,
    end_session,
    me,
    list_tokens,
    create_token,
    delete_token,
)
