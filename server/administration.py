"""What an operator does to accounts, straight on the database: running servers notice within seconds."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence

from realtime.messages import Email, Name
from realtime.validation import convert
from server.errors import Conflict, NotFound
from server.identity.accounts import check_password_strength
from server.identity.emails import normalised_email
from server.identity.passwords import Passwords
from server.ids import new_id, new_secret
from server.limits import Limits
from server.settings import Settings
from server.times import utc_now
from storage import Storage
from storage.errors import Duplicate
from storage.records import Account, User


class Administration:
    def __init__(self, storage: Storage, passwords: Passwords, limits: Limits) -> None:
        self._storage = storage
        self._passwords = passwords
        self._limits = limits

    async def users(self) -> Sequence[User]:
        """Every account, the oldest first."""
        return await self._storage.users.all()

    async def add(self, email: str, name: str, password: str) -> User:
        """Raises `Conflict`, `Invalid` (password), `Refused` (email, name)."""
        check_password_strength("password", password, self._limits)
        user = User(
            id=new_id(),
            email=normalised_email(convert(email, Email, strict=True)),
            name=convert(name, Name, strict=True),
            created_at=utc_now(),
        )
        try:
            await self._storage.users.add(user, await self._passwords.hash(password))
        except Duplicate:
            raise Conflict(f"{email} has an account already.") from None
        return user

    async def set_password(self, email: str, password: str) -> User:
        """And end every session. Raises `NotFound`, `Invalid`."""
        check_password_strength("password", password, self._limits)
        account = await self._account(email)
        new_hash = await self._passwords.hash(password)
        async with self._storage.transaction():
            await self._storage.users.locked(account.id)
            await self._storage.users.set_password(account.id, new_hash)
            await self._end_sessions(account)
        return account.user

    async def disable(self, email: str) -> User:
        """Nobody gets in with this account until a password is set: sessions end, tokens go. Raises `NotFound`."""
        account = await self._account(email)
        nobody_knows = await self._passwords.hash(new_secret())
        async with self._storage.transaction():
            await self._storage.users.locked(account.id)
            await self._storage.users.set_password(account.id, nobody_knows)
            await self._end_sessions(account)
            tokens = await self._storage.personal_tokens.list(account.id)
            for token in tokens:
                await self._storage.personal_tokens.delete(account.id, token.id)
            await self._storage.revocations.add(
                account.id, utc_now(), token_ids=[token.id for token in tokens]
            )
        return account.user

    async def _account(self, email: str) -> Account:
        account = await self._storage.users.account_by_email(normalised_email(email))
        if account is None:
            raise NotFound(
                f"Nobody has an account with {email}: `clientflow users list` shows all."
            )
        return account

    async def _end_sessions(self, account: Account) -> None:
        now = utc_now()
        ended = await self._storage.refresh_tokens.revoke_others(account.id, "", now)
        await self._storage.revocations.add(account.id, now, session_ids=sorted(ended))


@contextlib.asynccontextmanager
async def administration(settings: Settings) -> AsyncIterator[Administration]:
    """Raises `Unavailable` when the database cannot be reached."""
    limits = Limits()
    storage = Storage(settings.database_url)
    await storage.open()
    passwords = Passwords(settings.bcrypt_rounds, limits)
    try:
        yield Administration(storage, passwords, limits)
    finally:
        passwords.close()
        await storage.close()
