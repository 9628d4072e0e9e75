"""Accounts: registering, signing in, the password, and who a token speaks for."""

from __future__ import annotations

import dataclasses
import time
from datetime import timedelta
from typing import Annotated
from weakref import WeakValueDictionary

import msgspec
from msgspec import Meta

from realtime.messages import Email, Name
from server.errors import Conflict, Invalid, Unauthorized
from server.identity.derived import DerivedSecrets
from server.identity.emails import normalised_email
from server.identity.passwords import Passwords
from server.identity.personal_tokens import PREFIX, PersonalTokens
from server.identity.principal import Principal, Standing
from server.identity.recent import Recent
from server.identity.revocations import Revocations
from server.identity.sessions import Sessions, SignedIn, own_session
from server.identity.tokens import AccessTokens
from server.ids import new_id
from server.limits import Limits
from server.settings import Settings
from server.times import utc_now
from storage import Storage
from storage.errors import Duplicate
from storage.records import User

Password = Annotated[str, Meta(min_length=1, max_length=1000)]


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password
    name: Name


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    password: Password


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    current_password: Password
    new_password: Password


class RefreshRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Annotated[str, Meta(max_length=200)]


class Accounts:
    """What an account is used by: `sessions`, and `personal_tokens` for scripts."""

    def __init__(
        self,
        storage: Storage,
        settings: Settings,
        limits: Limits,
        passwords: Passwords,
        secrets: DerivedSecrets,
        revocations: Revocations,
    ) -> None:
        self._storage = storage
        self._limits = limits
        self._passwords = passwords
        self._revocations = revocations
        self._access = AccessTokens(settings)
        self._standings: WeakValueDictionary[str, Standing] = WeakValueDictionary()
        self._recent: Recent[str, Principal] = Recent(
            limits.max_identities_kept, limits.identities_kept_s, time.monotonic
        )
        self.sessions = Sessions(
            storage,
            self._access,
            secrets,
            revocations,
            timedelta(days=settings.refresh_token_expire_days),
        )
        self.personal_tokens = PersonalTokens(storage, secrets, revocations)
        revocations.on_revoked.append(self._forget)

    async def register(self, registration: Registration, user_agent: str | None = None) -> SignedIn:
        """Raises `Invalid` (email, password) and `Conflict` when the email has an account."""
        if not registration.email:
            raise Invalid.field("email", "This field is needed")
        email = normalised_email(registration.email)
        check_password_strength("password", registration.password, self._limits)
        password_hash = await self._passwords.hash(registration.password)
        user = User(id=new_id(), email=email, name=registration.name.strip(), created_at=utc_now())
        if not user.name:
            raise Invalid.field("name", "Must not be blank")
        try:
            await self._storage.users.add(user, password_hash)
        except Duplicate:
            raise Conflict("An account with this email exists already: sign in instead.") from None
        return await self.sessions.open(user, password_hash, user_agent)

    async def login(self, credentials: Credentials, user_agent: str | None = None) -> SignedIn:
        """Raises `Unauthorized`, in the same time and words for an unknown email as for a wrong password."""
        account = await self._storage.users.account_by_email(normalised_email(credentials.email))
        known = await self._passwords.check(
            credentials.password, account.password_hash if account else None
        )
        if account is None or not known:
            raise Unauthorized("Email or password is wrong.")
        return await self.sessions.open(account.user, account.password_hash, user_agent)

    async def change_password(self, principal: Principal, change: PasswordChange) -> SignedIn:
        """This session goes on, with new tokens; all others of the user end.

        Raises `Forbidden` for a personal access token, `Invalid` (current_password, new_password).
        """
        own_session(principal)
        check_password_strength("new_password", change.new_password, self._limits)
        account = await self._storage.users.account(principal.user_id)
        known = await self._passwords.check(
            change.current_password, account.password_hash if account else None
        )
        if account is None or not known:
            raise Invalid.field("current_password", "Is not the password of this account")
        new_hash = await self._passwords.hash(change.new_password)
        signed_in = await self.sessions.change_password(principal, account.password_hash, new_hash)
        if signed_in is None:
            raise Conflict("The password has just been changed elsewhere.")
        return signed_in

    async def identify(self, token: str) -> Principal:
        """Who `token`, an access token or a personal one, speaks for. Raises `Unauthorized`.

        An access token that was good a moment ago is not checked again before it runs out, unless its session was
        revoked. Nobody is let in by what was read before a revocation that is known by now.
        """
        known = self._recent.get(token)
        if known is not None and seconds_left(known) > 0:
            return known
        while True:
            position = self._revocations.position
            principal = await self._checked(token)
            if position == self._revocations.position:
                principal = self._beside_others(principal)
                if not principal.is_token:
                    self._recent.put(token, principal)
                return principal

    async def _checked(self, token: str) -> Principal:
        """As the database says now."""
        if token.startswith(PREFIX):
            return await self.personal_tokens.identify(token)
        claims = self._access.verify(token)
        user = await self._storage.users.in_session(claims.user_id, claims.session_id)
        if user is None:
            raise Unauthorized("This session has ended: sign in again.")
        return Principal(user, claims.expires_at, session_id=claims.session_id)

    def _beside_others(self, principal: Principal) -> Principal:
        """The same, told with all others that came with this session or token when it ends."""
        shared = self._standings.setdefault(principal.credential or "", principal.standing)
        return dataclasses.replace(principal, standing=shared)

    def _forget(self, ended: frozenset[str]) -> None:
        self._recent.forget_where(lambda principal: principal.credential in ended)
        for credential in ended:
            if (standing := self._standings.get(credential)) is not None:
                standing.ended = True


def check_password_strength(field: str, password: str, limits: Limits) -> None:
    """Raises `Invalid`."""
    if len(password) < limits.min_password_chars:
        raise Invalid.field(field, f"Must have at least {limits.min_password_chars} characters")


def seconds_left(principal: Principal) -> float:
    """How long the principal's token is good for, in seconds from now."""
    return float("inf") if principal.expires_at is None else principal.expires_at - time.time()
