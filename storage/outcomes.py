"""The answers given to commands, by the key under which each may be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, insert, select, tuple_

from storage.gateway import Gateway
from storage.records import Outcome
from storage.statements import Statement
from storage.tables import outcomes

ADD = Statement(insert(outcomes))
FIND = Statement(
    select(outcomes.c.key, *(outcomes.c[name] for name in Outcome.__struct_fields__)).where(
        outcomes.c.user_id == bindparam("user_id"),
        outcomes.c.key.in_(bindparam("keys", expanding=True)),
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


@dataclass(frozen=True)
class KeptOutcome:
    """An outcome under the key of a user, for as long as `workspace_id` exists (None: until it is pruned)."""

    user_id: str
    key: str
    workspace_id: str | None
    outcome: Outcome
    at: datetime


class Outcomes:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def find(self, user_id: str, keys: Sequence[str]) -> dict[str, Outcome]:
        """The outcomes by key, of those keys that have one."""
        rows = await self._gateway.rows(FIND(user_id=user_id, keys=keys))
        return {
            row.pop("key"): Outcome(**{**row, "result": row["result"].encode()}) for row in rows
        }

    async def remember(self, kept: Sequence[KeptOutcome]) -> None:
        """All of them; in a transaction where they are several. Raises Duplicate("key") when a key has one already."""
        await self._gateway.execute_many(
            [
                ADD(
                    user_id=one.user_id,
                    key=one.key,
                    workspace_id=one.workspace_id,
                    fingerprint=one.outcome.fingerprint,
                    status=one.outcome.status,
                    seq=one.outcome.seq,
                    version=one.outcome.version,
                    result=one.outcome.result.decode(),
                    created_at=one.at,
                )
                for one in kept
            ]
        )

    async def prune(self, before: datetime, limit: int) -> int:
        """Forgets at most `limit` of what is older; gives the number."""
        return len(await self._gateway.rows(PRUNE(before=before, count=limit)))
