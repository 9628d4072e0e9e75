"""The answers given to commands, by the key under which each may be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, insert, select, tuple_

from storage.gateway import Gateway
from storage.records import Outcome
from storage.statements import Bound, Row, Statement
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


def insertion(kept: KeptOutcome) -> Bound:
    """The statement that adds it; its Duplicate says that the key has one already."""
    return ADD(
        user_id=kept.user_id,
        key=kept.key,
        workspace_id=kept.workspace_id,
        fingerprint=kept.outcome.fingerprint,
        status=kept.outcome.status,
        seq=kept.outcome.seq,
        version=kept.outcome.version,
        result=kept.outcome.result.decode(),
        created_at=kept.at,
    )


def read(rows: Sequence[Row]) -> dict[str, Outcome]:
    """The outcomes by key, of rows that FIND gave."""
    return {
        row["key"]: Outcome(
            **{name: row[name] for name in Outcome.__struct_fields__ if name != "result"},
            result=row["result"].encode(),
        )
        for row in rows
    }


class Outcomes:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def find(self, user_id: str, key: str) -> Outcome | None:
        rows = await self._gateway.rows(FIND(user_id=user_id, keys=[key]))
        return read(rows).get(key)

    async def remember(self, kept: KeptOutcome) -> None:
        """Raises Duplicate("key") when the key has its outcome already."""
        await self._gateway.execute(insertion(kept))

    async def prune(self, before: datetime, limit: int) -> int:
        """Forgets at most `limit` of what is older; gives the number."""
        return len(await self._gateway.rows(PRUNE(before=before, count=limit)))
