"""People and their logins."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from sqlalchemy import bindparam, insert, select

from storage.chunks import chunks
from storage.gateway import Gateway
from storage.records import Account, User
from storage.statements import Statement
from storage.tables import users

_PUBLIC = [users.c[name] for name in User.__struct_fields__]
ADD = Statement(insert(users))
BY_ID = Statement(select(*_PUBLIC).where(users.c.id == bindparam("id")))
BY_EMAIL = Statement(
    select(*_PUBLIC, users.c.password_hash).where(users.c.email_key == bindparam("email_key"))
)
MANY = Statement(select(*_PUBLIC).where(users.c.id.in_(bindparam("ids", expanding=True))))


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

    async def account_by_email(self, email: str) -> Account | None:
        """The account of this address, whatever its case."""
        row = await self._gateway.row(BY_EMAIL(email_key=email_key(email)))
        return None if row is None else Account(**row)

    async def many(self, ids: Iterable[str]) -> dict[str, User]:
        """Those of the users that exist, by id."""
        found: dict[str, User] = {}
        for chunk in chunks(ids):
            for row in await self._gateway.rows(MANY(ids=chunk)):
                found[row["id"]] = User(**row)
        return found
