"""Forgetting what has been kept long enough, in small transactions, by one instance at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, func, select

from storage.gateway import Gateway
from storage.statements import Statement
from storage.tables import change_log, workspaces

LOGGED = Statement(
    select(workspaces.c.id)
    .where(workspaces.c.id > bindparam("after"), workspaces.c.seq > 0)
    .order_by(workspaces.c.id)
    .limit(bindparam("count", type_=Integer))
)
_FLOOR = (
    select(func.min(change_log.c.seq))
    .where(change_log.c.workspace_id == bindparam("workspace_id"))
    .scalar_subquery()
)
_IN_BATCH = change_log.c.seq < _FLOOR + bindparam("count", type_=Integer)
# The log is cut from its old end only, and a clock that jumped may have written times out of order:
# what goes is what lies before the first change that is young enough.
_FIRST_YOUNG = (
    select(func.min(change_log.c.seq))
    .where(
        change_log.c.workspace_id == bindparam("workspace_id"),
        change_log.c.at >= bindparam("before"),
        _IN_BATCH,
    )
    .scalar_subquery()
)
CUT = Statement(
    delete(change_log)
    .where(
        change_log.c.workspace_id == bindparam("workspace_id"),
        change_log.c.at < bindparam("before"),
        change_log.c.seq < func.coalesce(_FIRST_YOUNG, 2**62),
        _IN_BATCH,
    )
    .returning(change_log.c.seq)
)
TRY_LOCK = Statement(select(func.pg_try_advisory_xact_lock(bindparam("key"))))
HOUSEKEEPING_LOCK = 0x6B656570


class Retention:
    def __init__(self, gateway: Gateway, dialect: str) -> None:
        self._gateway = gateway
        self._dialect = dialect

    async def alone(self) -> bool:
        """Within a transaction: whether no other instance is at it. Holds until the transaction ends."""
        if self._dialect == "sqlite":
            return True  # its writers are alone anyway
        return bool(await self._gateway.value(TRY_LOCK(key=HOUSEKEEPING_LOCK)))

    async def logged_workspaces(self, after: str, limit: int) -> list[str]:
        """The ids of workspaces with a log, in order."""
        rows = await self._gateway.rows(LOGGED(after=after, count=limit))
        return [row["id"] for row in rows]

    async def cut_log(self, workspace_id: str, before: datetime, limit: int) -> int:
        """Delete at most `limit` of the oldest changes from before that time; gives how many went."""
        rows = await self._gateway.rows(CUT(workspace_id=workspace_id, before=before, count=limit))
        return len(rows)
