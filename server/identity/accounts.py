"""Registering, signing in and out, and who a token speaks for."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from realtime.messages import Email, Name
from server.answers import Answer, Answers, fingerprint_of
from server.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized
from server.identity.derived import DerivedSecrets
from server.identity.emails import normalised_email
from server.identity.passwords import Passwords
from server.identity.principal import Principal
from server.identity.recent import Recent
from server.identity.tokens import AccessTokens
from server.ids import digest, new_id, new_secret
from server.limits import Limits
from server.settings import Settings
from server.times import in_utc, utc_now
from storage import Storage
from storage.errors import Duplicate
from storage.records import PersonalToken, RefreshToken, User

PERSONAL_PREFIX = "cfp_"  # lets secret scanners, and `identify`, tell it from an access token

Password = Annotated[str, Meta(min_length=1, max_length=1000)]


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password
    name: Name


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password


class RefreshRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Annotated[str, Meta(max_length=200)]


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """`expires_in`: seconds until the access token runs out (RFC 6749, section 5.1)."""

    user: User
    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int


class TokenDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    scopes: Annotated[list[Literal["read", "write"]], Meta(min_length=1, max_length=2)]
    workspace_id: str | None = None
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class Accounts:
    def __init__(
        self,
        storage: Storage,
        settings: Settings,
        limits: Limits,
        passwords: Passwords,
        secrets: DerivedSecrets,
    ) -> None:
        self._storage = storage
        self._limits = limits
        self._passwords = passwords
        self._secrets = secrets
        self._answers = Answers(storage)
        self._access = AccessTokens(settings)
        self._recent: Recent[str, Principal] = Recent(
            limits.max_identities_kept, limits.identities_kept_s, time.monotonic
        )
        self._refresh_lifetime = timedelta(days=settings.refresh_token_expire_days)

    async def register(self, registration: Registration) -> SignedIn:
        """Raises `Invalid` (email, password) and `Conflict` when the email has an account."""
        if not registration.email:
            raise Invalid.field("email", "This field is needed")
        email = normalised_email(registration.email)
        if len(registration.password) < self._limits.min_password_chars:
            raise Invalid.field(
                "password", f"Must have at least {self._limits.min_password_chars} characters"
            )
        password_hash = await self._passwords.hash(registration.password)
        user = User(id=new_id(), email=email, name=registration.name.strip(), created_at=utc_now())
        if not user.name:
            raise Invalid.field("name", "Must not be blank")
        try:
            await self._storage.users.add(user, password_hash)
        except Duplicate:
            raise Conflict("An account with this email exists already: sign in instead.") from None
        return await self._signed_in(user, new_id(), new_secret())

    async def login(self, credentials: Credentials) -> SignedIn:
        """Raises `Unauthorized`, in the same time and words for an unknown email as for a wrong password."""
        account = await self._storage.users.account_by_email(normalised_email(credentials.email))
        known = await self._passwords.check(
            credentials.password, account.password_hash if account else None
        )
        if account is None or not known:
            raise Unauthorized("Email or password is wrong.")
        user = User(
            id=account.id, email=account.email, name=account.name, created_at=account.created_at
        )
        return await self._signed_in(user, new_id(), new_secret())

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
        user = await self._user(token.user_id)
        following = self._secrets.next_refresh_token(refresh_token, key) if key else new_secret()
        async with self._storage.transaction():
            if await tokens.use(token.id, utc_now()):
                return await self._signed_in(user, token.family_id, following)
        given = await tokens.by_hash(digest(following))
        if given is not None and given.used_at is None and given.revoked_at is None:
            return self._session(user, token.family_id, following)
        await tokens.revoke_family(token.family_id, utc_now())
        raise Unauthorized(
            "The refresh token was used before: this session is closed, sign in again."
        )

    async def logout(self, refresh_token: str) -> None:
        """End the session; a token that is not known any more is as good as signed out."""
        token = await self._storage.refresh_tokens.by_hash(digest(refresh_token))
        if token is not None:
            await self._storage.refresh_tokens.revoke_family(token.family_id, utc_now())

    async def identify(self, token: str) -> Principal:
        """Who `token`, an access token or a personal one, speaks for. Raises `Unauthorized`.

        An access token that was good a moment ago is not checked again before it runs out.
        """
        if token.startswith(PERSONAL_PREFIX):
            return await self._identify_personal(token)
        known = self._recent.get(token)
        if known is not None and seconds_left(known) > 0:
            return known
        claims = self._access.verify(token)
        principal = Principal(await self._user(claims.user_id), claims.expires_at)
        self._recent.put(token, principal)
        return principal

    async def create_token(
        self, principal: Principal, draft: TokenDraft, *, key: str | None
    ) -> Answer:
        """A personal access token, with its secret, of which only the hash is stored.

        Raises `Forbidden`, `NotFound`, `Invalid`.
        """
        if principal.is_token:
            raise Forbidden("A personal access token cannot make others: sign in.")
        if draft.workspace_id and not await self._storage.members.role(
            draft.workspace_id, principal.user_id
        ):
            raise NotFound("workspace_id: there is no such workspace.")
        now = await self._storage.now()
        expires_at = in_utc("expires_at", draft.expires_at) if draft.expires_at else None
        if expires_at is not None and expires_at <= now:
            raise Invalid.field("expires_at", "Must be in the future")
        token = PersonalToken(
            id=new_id(),
            user_id=principal.user_id,
            name=draft.name,
            scopes=sorted(set(draft.scopes)),
            workspace_id=draft.workspace_id,
            expires_at=expires_at,
            created_at=now,
        )
        fingerprint = fingerprint_of("token.create", draft)
        answer = Answer(201, 0, None, msgspec.json.encode(token))
        try:
            async with self._storage.transaction():
                first = await self._answers.find(principal.user_id, key, fingerprint)
                if first is None:
                    await self._storage.personal_tokens.add(
                        token, digest(self._secret_of(token.id))
                    )
                    await self._answers.remember(
                        principal.user_id, key, fingerprint, answer, now, draft.workspace_id
                    )
        except Duplicate as duplicate:
            first = await self._answers.after_collision(
                principal.user_id, key, fingerprint, duplicate
            )
        shown = msgspec.json.decode((first or answer).result)
        shown["token"] = self._secret_of(shown["id"])
        return dataclasses.replace(answer, result=msgspec.json.encode(shown))

    def _secret_of(self, token_id: str) -> str:
        return PERSONAL_PREFIX + self._secrets.personal_token(token_id)

    async def tokens(self, principal: Principal) -> Sequence[PersonalToken]:
        return await self._storage.personal_tokens.list(principal.user_id)

    async def delete_token(self, principal: Principal, token_id: str) -> None:
        """Raises `NotFound`."""
        if not await self._storage.personal_tokens.delete(principal.user_id, token_id):
            raise NotFound("There is no such token.")

    async def _identify_personal(self, secret: str) -> Principal:
        token = await self._storage.personal_tokens.by_hash(digest(secret))
        if token is None or (token.expires_at is not None and token.expires_at <= utc_now()):
            raise Unauthorized("The personal access token is not valid any more.")
        user = await self._user(token.user_id)
        if token.last_used_at is None or utc_now() - token.last_used_at > timedelta(minutes=5):
            await self._storage.personal_tokens.touch(token.id, utc_now())
        return Principal(
            user,
            expires_at=token.expires_at.timestamp() if token.expires_at else None,
            can_write="write" in token.scopes,
            only_workspace_id=token.workspace_id,
            token_id=token.id,
        )

    async def _user(self, user_id: str) -> User:
        user = await self._storage.users.get(user_id)
        if user is None:
            raise Unauthorized("This account no longer exists.")
        return user

    async def _signed_in(self, user: User, family_id: str, refresh_token: str) -> SignedIn:
        issued_at = utc_now()
        token = RefreshToken(
            id=new_id(),
            family_id=family_id,
            user_id=user.id,
            issued_at=issued_at,
            expires_at=issued_at + self._refresh_lifetime,
        )
        await self._storage.refresh_tokens.add(token, digest(refresh_token))
        return self._session(user, family_id, refresh_token)

    def _session(self, user: User, family_id: str, refresh_token: str) -> SignedIn:
        return SignedIn(
            user=user,
            access_token=self._access.issue(user.id, family_id),
            refresh_token=refresh_token,
            expires_in=self._access.expires_in_s,
        )


def seconds_left(principal: Principal) -> float:
    """How long the principal's token is good for, in seconds from now."""
    return float("inf") if principal.expires_at is None else principal.expires_at - time.time()
