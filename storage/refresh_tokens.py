"""Refresh tokens: each is used once, and a family falls together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Integer, bindparam, delete, insert, select, update

from storage.gateway import Gateway
from storage.records import RefreshToken, SignIn
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
USE_FAMILY = Statement(
    update(table)
    .where(table.c.family_id == bindparam("which"), table.c.used_at.is_(None), _UNREVOKED)
    .values(used_at=bindparam("at"))
)
_REVOKE = update(table).where(_UNREVOKED).values(revoked_at=bindparam("at"))
REVOKE_FAMILY = Statement(
    _REVOKE.where(
        table.c.user_id == bindparam("whose"), table.c.family_id == bindparam("which")
    ).returning(table.c.family_id)
)
REVOKE_OTHERS = Statement(
    _REVOKE.where(
        table.c.user_id == bindparam("whose"), table.c.family_id != bindparam("kept")
    ).returning(table.c.family_id)
)
SIGN_INS = Statement(
    select(
        table.c.family_id.label("id"),
        table.c.signed_in_at,
        table.c.issued_at.label("last_used_at"),
        table.c.user_agent,
    )
    .where(
        table.c.user_id == bindparam("whose"),
        table.c.used_at.is_(None),
        table.c.expires_at > bindparam("now"),
        _UNREVOKED,
    )
    .order_by(table.c.issued_at.desc(), table.c.family_id)
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
        await self._gateway.execute(ADD(**msgspec.structs.asdict(token), token_hash=token_hash))

    async def by_hash(self, token_hash: str) -> RefreshToken | None:
        row = await self._gateway.row(BY_HASH(token_hash=token_hash))
        return None if row is None else RefreshToken(**row)

    async def use(self, token_id: str, at: datetime) -> bool:
        """Marks it as used: True for the one caller who was first, unless it has been revoked."""
        return await self._gateway.row(USE(token_id=token_id, at=at)) is not None

    async def use_family(self, family_id: str, at: datetime) -> None:
        """Marks what is left of it as used: only a token added after this goes on."""
        await self._gateway.execute(USE_FAMILY(which=family_id, at=at))

    async def revoke_family(self, user_id: str, family_id: str, at: datetime) -> bool:
        """False when this user has no such family, or it was revoked before."""
        query = REVOKE_FAMILY(whose=user_id, which=family_id, at=at)
        return bool(await self._gateway.rows(query))

    async def revoke_others(self, user_id: str, kept_family_id: str, at: datetime) -> set[str]:
        """Revokes every family of the user but this one; gives those that were not revoked before."""
        query = REVOKE_OTHERS(whose=user_id, kept=kept_family_id, at=at)
        return {row["family_id"] for row in await self._gateway.rows(query)}

    async def sign_ins(self, user_id: str, now: datetime) -> Sequence[SignIn]:
        """The user's open sessions, the last used first."""
        return [SignIn(**row) for row in await self._gateway.rows(SIGN_INS(whose=user_id, now=now))]

    async def prune(self, before: datetime, limit: int) -> int:
        """Forgets the tokens that ran out before then; gives their number."""
        return len(await self._gateway.rows(PRUNE(before=before, count=limit)))
