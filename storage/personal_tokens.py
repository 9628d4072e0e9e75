"""Personal access tokens, for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from storage.gateway import Gateway
from storage.records import PersonalToken
from storage.statements import Row, Statement
from storage.tables import personal_tokens as table

_COLUMNS = [table.c[name] for name in PersonalToken.__struct_fields__]
ADD = Statement(insert(table))
BY_HASH = Statement(select(*_COLUMNS).where(table.c.token_hash == bindparam("token_hash")))
ONE = Statement(
    select(*_COLUMNS).where(
        table.c.user_id == bindparam("user_id"), table.c.id == bindparam("token_id")
    )
)
OF_USER = Statement(
    select(*_COLUMNS)
    .where(table.c.user_id == bindparam("user_id"))
    .order_by(table.c.created_at, table.c.id)
)
DELETE = Statement(
    delete(table)
    .where(table.c.user_id == bindparam("user_id"), table.c.id == bindparam("token_id"))
    .returning(table.c.id)
)
TOUCH = Statement(
    update(table).where(table.c.id == bindparam("token_id")).values(last_used_at=bindparam("at"))
)

_encode = msgspec.json.Encoder().encode
_decode_scopes = msgspec.json.Decoder(list[str]).decode


def _token(row: Row) -> PersonalToken:
    return PersonalToken(**{**row, "scopes": _decode_scopes(row["scopes"])})


class PersonalTokens:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def add(self, token: PersonalToken, token_hash: str) -> None:
        await self._gateway.execute(
            ADD(
                id=token.id,
                token_hash=token_hash,
                user_id=token.user_id,
                name=token.name,
                scopes=_encode(token.scopes).decode(),
                workspace_id=token.workspace_id,
                expires_at=token.expires_at,
                created_at=token.created_at,
                last_used_at=token.last_used_at,
            )
        )

    async def by_hash(self, token_hash: str) -> PersonalToken | None:
        row = await self._gateway.row(BY_HASH(token_hash=token_hash))
        return None if row is None else _token(row)

    async def get(self, user_id: str, token_id: str) -> PersonalToken | None:
        row = await self._gateway.row(ONE(user_id=user_id, token_id=token_id))
        return None if row is None else _token(row)

    async def list(self, user_id: str) -> Sequence[PersonalToken]:
        """A user's tokens, the oldest first."""
        return [_token(row) for row in await self._gateway.rows(OF_USER(user_id=user_id))]

    async def delete(self, user_id: str, token_id: str) -> bool:
        """False when the user has no such token."""
        return await self._gateway.row(DELETE(user_id=user_id, token_id=token_id)) is not None

    async def touch(self, token_id: str, at: datetime) -> None:
        """Notes when it was last used."""
        await self._gateway.execute(TOUCH(token_id=token_id, at=at))
