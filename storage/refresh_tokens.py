"""Refresh tokens: each is used once, and a family falls together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, insert, select, update

from storage.gateway import Gateway
from storage.records import RefreshToken
from storage.statements import Statement
from storage.tables import refresh_tokens as table

_UNREVOKED = table.c.revoked_at.is_(None)
ADD = Statement(insert(table))
BY_HASH = Statement(
    select(*(table.c[name] for name in RefreshToken.__struct_fields__)).where(
        table.c.token_hash == bindparam("token_hash")
    )
)
USE = Statement(
    update(table)
    .where(table.c.id == bindparam("token_id"), table.c.used_at.is_(None), _UNREVOKED)
    .values(used_at=bindparam("at"))
    .returning(table.c.id)
)
REVOKE_FAMILY = Statement(
    update(table)
    .where(table.c.family_id == bindparam("which"), _UNREVOKED)
    .values(revoked_at=bindparam("at"))
)
REVOKE_USER = Statement(
    update(table)
    .where(table.c.user_id == bindparam("which"), _UNREVOKED)
    .values(revoked_at=bindparam("at"))
)
_OLD = (
    select(table.c.id)
    .where(table.c.expires_at < bindparam("before"))
    .limit(bindparam("count", type_=Integer))
)
PRUNE = Statement(delete(table).where(table.c.id.in_(_OLD)).returning(table.c.id))


class RefreshTokens:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def add(self, token: RefreshToken, token_hash: str) -> None:
        await self._gateway.execute(
            ADD(
                id=token.id,
                token_hash=token_hash,
                family_id=token.family_id,
                user_id=token.user_id,
                issued_at=token.issued_at,
                expires_at=token.expires_at,
                used_at=token.used_at,
                revoked_at=token.revoked_at,
            )
        )

    async def by_hash(self, token_hash: str) -> RefreshToken | None:
        row = await self._gateway.row(BY_HASH(token_hash=token_hash))
        return None if row is None else RefreshToken(**row)

    async def use(self, token_id: str, at: datetime) -> bool:
        """Marks it as used: True for the one caller who was first, unless it has been revoked."""
        return await self._gateway.row(USE(token_id=token_id, at=at)) is not None

    async def revoke_family(self, family_id: str, at: datetime) -> None:
        await self._gateway.execute(REVOKE_FAMILY(which=family_id, at=at))

    async def revoke_user(self, user_id: str, at: datetime) -> None:
        await self._gateway.execute(REVOKE_USER(which=user_id, at=at))

    async def prune(self, before: datetime, limit: int) -> int:
        """Forgets the tokens that ran out before then; gives their number."""
        return len(await self._gateway.rows(PRUNE(before=before, count=limit)))
