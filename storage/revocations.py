"""Who was put out: the sessions and personal tokens that ended, for every instance to follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Integer, bindparam, delete, func, insert, select

from storage.gateway import Gateway
from storage.records import Revocation
from storage.statements import Statement
from storage.tables import revocations as table

LOCK = Statement(select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger))))
REVOCATIONS_LOCK = 0x7265766F6B65
ADD = Statement(insert(table))
LAST = Statement(select(func.coalesce(func.max(table.c.id), 0)))
AFTER = Statement(
    select(*(table.c[name] for name in Revocation.__struct_fields__))
    .where(table.c.id > bindparam("after"))
    .order_by(table.c.id)
    .limit(bindparam("count", type_=Integer))
)
# The newest row stays, so that no number is given twice.
_OLD = (
    select(table.c.id)
    .where(
        table.c.at < bindparam("before"),
        table.c.id < select(func.max(table.c.id)).scalar_subquery(),
    )
    .limit(bindparam("count", type_=Integer))
)
PRUNE = Statement(delete(table).where(table.c.id.in_(_OLD)).returning(table.c.id))


class Revocations:
    def __init__(self, gateway: Gateway, dialect: str) -> None:
        self._gateway = gateway
        self._dialect = dialect

    async def add(
        self,
        user_id: str,
        at: datetime,
        *,
        session_ids: Iterable[str] = (),
        token_ids: Iterable[str] = (),
    ) -> None:
        """One row for each, within the transaction that ends them.

        Until it ends no other may add: so the numbers become visible in their order.
        """
        ended: list[tuple[str | None, str | None]]
        ended = [(session_id, None) for session_id in session_ids]
        ended += [(None, token_id) for token_id in token_ids]
        if not ended:
            return
        if self._dialect != "sqlite":  # whose writers are alone anyway
            await self._gateway.value(LOCK(key=REVOCATIONS_LOCK))
        last = await self.last()
        for id_, (session_id, token_id) in enumerate(ended, last + 1):
            await self._gateway.execute(
                ADD(id=id_, at=at, user_id=user_id, session_id=session_id, token_id=token_id)
            )

    async def last(self) -> int:
        """The number of the newest; 0 without any."""
        last: int = await self._gateway.value(LAST())
        return last

    async def after(self, id_: int, limit: int) -> Sequence[Revocation]:
        """Those after this number, in order."""
        rows = await self._gateway.rows(AFTER(after=id_, count=limit))
        return [Revocation(**row) for row in rows]

    async def prune(self, before: datetime, limit: int) -> int:
        """Forgets those from before then; gives their number."""
        return len(await self._gateway.rows(PRUNE(before=before, count=limit)))
