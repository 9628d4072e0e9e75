"""Sessions: each is a family of refresh tokens, with the access tokens that were made beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

import msgspec

from server.errors import Forbidden, NotFound, Unauthorized
from server.identity.derived import DerivedSecrets
from server.identity.principal import Principal
from server.identity.revocations import Revocations
from server.identity.tokens import AccessTokens
from server.ids import digest, new_id, new_secret
from server.times import utc_now
from storage import Storage
from storage.records import RefreshToken, SignIn, User

MAX_USER_AGENT_CHARS = 200


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """`expires_in`: seconds until the access token runs out (RFC 6749, section 5.1)."""

    user: User
    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int


class OpenSession(SignIn, frozen=True, kw_only=True):
    """`current`: it is the one that the list was asked for with."""

    current: bool


class Sessions:
    """Opens, renews and ends them. What ends one is stored with its revocation, which every instance follows."""

    def __init__(
        self,
        storage: Storage,
        access: AccessTokens,
        secrets: DerivedSecrets,
        revocations: Revocations,
        refresh_lifetime: timedelta,
    ) -> None:
        self._storage = storage
        self._access = access
        self._secrets = secrets
        self._revocations = revocations
        self._lifetime = refresh_lifetime

    async def open(self, user: User, password_hash: str, user_agent: str | None) -> SignedIn:
        """A new session of `user`, whose password was checked against this hash.

        Raises `Unauthorized` when the password has been changed since.
        """
        shown_agent = "".join(filter(str.isprintable, user_agent or ""))[:MAX_USER_AGENT_CHARS]
        async with self._storage.transaction():
            account = await self._storage.users.held(user.id)
            if account is None or account.password_hash != password_hash:
                raise Unauthorized("The password has just been changed: sign in with the new one.")
            return await self._granted(user, new_id(), new_secret(), shown_agent or None)

    async def refresh(self, refresh_token: str, *, key: str | None) -> SignedIn:
        """Exchange a refresh token for the next of its family.

        One that was used before was stolen, from the client or by it: the whole family is revoked
        (RFC 9700, section 4.14.2). But who lost the answer may ask again with the same `key`, as
        long as the next token has not been used: a thief of the token does not know the key.
        Raises `Unauthorized`.
        """
        tokens = self._storage.refresh_tokens
        token = await tokens.by_hash(digest(refresh_token))
        if token is None or token.revoked_at is not None or token.expires_at <= utc_now():
            raise Unauthorized("The refresh token is not valid any more: sign in again.")
        following = self._secrets.next_refresh_tokens(refresh_token, key) if key else [new_secret()]
        async with self._storage.transaction():
            account = await self._storage.users.held(token.user_id)
            if account is None:
                raise Unauthorized("This account no longer exists.")
            if await tokens.use(token.id, utc_now()):
                return await self._granted(
                    account.user, token.family_id, following[0], token.user_agent, token
                )
        for candidate in following:
            given = await tokens.by_hash(digest(candidate))
            if given is not None and given.used_at is None and given.revoked_at is None:
                return self._shown(account.user, token.family_id, candidate)
        await self._end(token.user_id, token.family_id)
        raise Unauthorized(
            "The refresh token was used before: this session is closed, sign in again."
        )

    async def end_by(self, refresh_token: str) -> None:
        """End the session of a refresh token; one that is not known any more is as good as signed out."""
        token = await self._storage.refresh_tokens.by_hash(digest(refresh_token))
        if token is not None:
            await self._end(token.user_id, token.family_id)

    async def end(self, principal: Principal, session_id: str) -> None:
        """Raises `NotFound`, `Forbidden`."""
        own_session(principal)
        if not await self._end(principal.user_id, session_id):
            raise NotFound("There is no such session.")

    async def end_all(self, principal: Principal) -> None:
        """Every session of the user, the one that asks too. Raises `Forbidden`."""
        own_session(principal)
        async with self._storage.transaction():
            await self._storage.users.locked(principal.user_id)
            await self._revoke_others(principal.user_id, "")
        await self._revocations.announce()

    async def change_password(
        self, principal: Principal, old_hash: str, new_hash: str
    ) -> SignedIn | None:
        """Set the password and end every other session; this one goes on with new tokens.

        None when the hash is not `old_hash` any more. Raises `Forbidden`, `Unauthorized`.
        """
        session_id = own_session(principal)
        storage, now = self._storage, utc_now()
        async with storage.transaction():
            account = await storage.users.locked(principal.user_id)
            if account is None or account.password_hash != old_hash:
                return None
            kept = await storage.refresh_tokens.sign_ins(principal.user_id, now)
            this = next((sign_in for sign_in in kept if sign_in.id == session_id), None)
            if this is None:
                raise Unauthorized("This session has ended: sign in again.")
            await storage.users.set_password(principal.user_id, new_hash)
            await self._revoke_others(principal.user_id, session_id)
            await storage.refresh_tokens.use_family(session_id, now)
            signed_in = await self._granted(
                principal.user, session_id, new_secret(), this.user_agent, this
            )
        await self._revocations.announce()
        return signed_in

    async def list(self, principal: Principal) -> Sequence[OpenSession]:
        """The user's open sessions, the last used first. Raises `Forbidden`."""
        session_id = own_session(principal)
        sign_ins = await self._storage.refresh_tokens.sign_ins(principal.user_id, utc_now())
        return [
            OpenSession(**msgspec.structs.asdict(sign_in), current=sign_in.id == session_id)
            for sign_in in sign_ins
        ]

    async def _end(self, user_id: str, session_id: str) -> bool:
        """False when this user has no such session, or it was ended before."""
        async with self._storage.transaction():
            await self._storage.users.locked(user_id)
            now = utc_now()
            ended = await self._storage.refresh_tokens.revoke_family(user_id, session_id, now)
            if ended:
                await self._storage.revocations.add(user_id, now, session_ids=[session_id])
        if ended:
            await self._revocations.announce()
        return ended

    async def _revoke_others(self, user_id: str, kept_session_id: str) -> None:
        now = utc_now()
        ended = await self._storage.refresh_tokens.revoke_others(user_id, kept_session_id, now)
        await self._storage.revocations.add(user_id, now, session_ids=sorted(ended))

    async def _granted(
        self,
        user: User,
        session_id: str,
        refresh_token: str,
        user_agent: str | None,
        earlier: RefreshToken | SignIn | None = None,
    ) -> SignedIn:
        """Store the session's next refresh token, its first unless there was an earlier one."""
        issued_at = utc_now()
        token = RefreshToken(
            id=new_id(),
            family_id=session_id,
            user_id=user.id,
            issued_at=issued_at,
            expires_at=issued_at + self._lifetime,
            signed_in_at=earlier.signed_in_at if earlier else issued_at,
            user_agent=user_agent,
        )
        await self._storage.refresh_tokens.add(token, digest(refresh_token))
        return self._shown(user, session_id, refresh_token)

    def _shown(self, user: User, session_id: str, refresh_token: str) -> SignedIn:
        return SignedIn(
            user=user,
            access_token=self._access.issue(user.id, session_id),
            refresh_token=refresh_token,
            expires_in=self._access.expires_in_s,
        )


def own_session(principal: Principal) -> str:
    """The id of the session that asks. Raises `Forbidden` for a personal access token, which has none."""
    if principal.session_id is None:
        raise Forbidden("A personal access token cannot do this: sign in.")
    return principal.session_id
