"""The answers given to commands, by the key under which each may be repeated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, insert, select, tuple_

from storage.gateway import Gateway
from storage.records import Outcome
from storage.statements import Statement
from storage.tables import outcomes

ADD = Statement(insert(outcomes))
FIND = Statement(
    select(*(outcomes.c[name] for name in Outcome.__struct_fields__)).where(
        outcomes.c.user_id == bindparam("user_id"), outcomes.c.key == bindparam("key")
    )
)
_OLD = (
    select(outcomes.c.user_id, outcomes.c.key)
    .where(outcomes.c.created_at < bindparam("before"))
    .limit(bindparam("count", type_=Integer))
)
PRUNE = Statement(
    delete(outcomes)
    .where(tuple_(outcomes.c.user_id, outcomes.c.key).in_(_OLD))
    .returning(outcomes.c.key)
)


class Outcomes:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def find(self, user_id: str, key: str) -> Outcome | None:
        row = await self._gateway.row(FIND(user_id=user_id, key=key))
        return None if row is None else Outcome(**{**row, "result": row["result"].encode()})

    async def remember(
        self, user_id: str, key: str, workspace_id: str | None, outcome: Outcome, at: datetime
    ) -> None:
        """Raises Duplicate("key") when the key has its outcome already."""
        await self._gateway.execute(
            ADD(
                user_id=user_id,
                key=key,
                workspace_id=workspace_id,
                fingerprint=outcome.fingerprint,
                status=outcome.status,
                seq=outcome.seq,
                version=outcome.version,
                result=outcome.result.decode(),
                created_at=at,
            )
        )

    async def prune(self, before: datetime, limit: int) -> int:
        """Forgets at most `limit` of what is older; gives the number."""
        return len(await self._gateway.rows(PRUNE(before=before, count=limit)))
