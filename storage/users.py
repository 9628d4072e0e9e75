"""People and their logins."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select, update

from storage.gateway import Gateway
from storage.records import Account, User
from storage.statements import Statement
from storage.tables import refresh_tokens, users

_PUBLIC = [users.c[name] for name in User.__struct_fields__]
ADD = Statement(insert(users))
BY_ID = Statement(select(*_PUBLIC).where(users.c.id == bindparam("id")))
ALL = Statement(select(*_PUBLIC).order_by(users.c.created_at, users.c.id))
BY_EMAIL = Statement(
    select(*_PUBLIC, users.c.password_hash).where(users.c.email_key == bindparam("email_key"))
)
_STANDS = select(refresh_tokens.c.id).where(
    refresh_tokens.c.family_id == bindparam("session_id"),
    refresh_tokens.c.user_id == users.c.id,
    refresh_tokens.c.revoked_at.is_(None),
)
IN_SESSION = Statement(select(*_PUBLIC).where(users.c.id == bindparam("id"), _STANDS.exists()))
_ACCOUNT = select(*_PUBLIC, users.c.password_hash).where(users.c.id == bindparam("id"))
ACCOUNT = Statement(_ACCOUNT)
# Whoever opens a session shares the lock, whoever ends sessions has it alone: no session slips through in between.
HELD = Statement(_ACCOUNT.with_for_update(read=True))
LOCKED = Statement(_ACCOUNT.with_for_update(key_share=True))
SET_PASSWORD = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(password_hash=bindparam("new_hash"))
)


def email_key(email: str) -> str:
    """The form in which two addresses are the same person's."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


class Users:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def add(self, user: User, password_hash: str) -> None:
        """Raises Duplicate("email") when the address has an account."""
        await self._gateway.execute(
            ADD(
                id=user.id,
                email=user.email,
                email_key=email_key(user.email),
                name=user.name,
                password_hash=password_hash,
                created_at=user.created_at,
            )
        )

    async def get(self, user_id: str) -> User | None:
        row = await self._gateway.row(BY_ID(id=user_id))
        return None if row is None else User(**row)

    async def all(self) -> Sequence[User]:
        """Everybody, the oldest account first."""
        return [User(**row) for row in await self._gateway.rows(ALL())]

    async def account_by_email(self, email: str) -> Account | None:
        """The account of this address, whatever its case."""
        row = await self._gateway.row(BY_EMAIL(email_key=email_key(email)))
        return None if row is None else Account(**row)

    async def account(self, user_id: str) -> Account | None:
        row = await self._gateway.row(ACCOUNT(id=user_id))
        return None if row is None else Account(**row)

    async def in_session(self, user_id: str, session_id: str) -> User | None:
        """None when the user has no such session, or it was revoked."""
        row = await self._gateway.row(IN_SESSION(id=user_id, session_id=session_id))
        return None if row is None else User(**row)

    async def held(self, user_id: str) -> Account | None:
        """The account; until the transaction ends nobody ends its sessions or changes its password."""
        row = await self._gateway.row(HELD(id=user_id))
        return None if row is None else Account(**row)

    async def locked(self, user_id: str) -> Account | None:
        """The account; until the transaction ends nobody opens or ends sessions of it."""
        row = await self._gateway.row(LOCKED(id=user_id))
        return None if row is None else Account(**row)

    async def set_password(self, user_id: str, password_hash: str) -> None:
        await self._gateway.execute(SET_PASSWORD(user_id=user_id, new_hash=password_hash))
