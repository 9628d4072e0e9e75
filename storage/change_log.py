"""The change log: what happened in a workspace, in the order of its seq."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Integer, bindparam, func, insert, select

from storage.gateway import Gateway
from storage.records import Actor, Change
from storage.statements import Bound, Row, Statement
from storage.tables import change_log

ADD = Statement(insert(change_log))
SINCE = Statement(
    select(change_log)
    .where(
        change_log.c.workspace_id == bindparam("workspace_id"),
        change_log.c.seq > bindparam("since"),
    )
    .order_by(change_log.c.seq)
    .limit(bindparam("count", type_=Integer))
)
_HISTORY = (
    select(change_log)
    .where(
        change_log.c.workspace_id == bindparam("workspace_id"),
        change_log.c.entity == bindparam("entity"),
        change_log.c.entity_id == bindparam("entity_id"),
    )
    .order_by(change_log.c.seq.desc())
    .limit(bindparam("count", type_=Integer))
)
HISTORY = Statement(_HISTORY)
HISTORY_BEFORE = Statement(_HISTORY.where(change_log.c.seq < bindparam("before")))
FLOOR = Statement(
    select(func.min(change_log.c.seq)).where(change_log.c.workspace_id == bindparam("workspace_id"))
)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def insertion(change: Change) -> Bound:
    """The statement that adds a change; only the holder of the workspace's lock may run it."""
    return ADD(
        workspace_id=change.workspace_id,
        seq=change.seq,
        at=change.at,
        actor_id=change.actor.id,
        actor_name=change.actor.name,
        via=change.actor.via,
        entity=change.entity,
        op=change.op,
        entity_id=change.id,
        version=change.version,
        data=_encode(change.data).decode(),
        previous=_encode(change.previous).decode(),
        command_id=change.command_id,
    )


def change_of_row(row: Row) -> Change:
    return Change(
        workspace_id=row["workspace_id"],
        seq=row["seq"],
        at=row["at"],
        actor=Actor(id=row["actor_id"], name=row["actor_name"], via=row["via"]),
        entity=row["entity"],
        op=row["op"],
        id=row["entity_id"],
        version=row["version"],
        data=_decode(row["data"]),
        previous=_decode(row["previous"]),
        command_id=row["command_id"],
    )


class ChangeLog:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def since(self, workspace_id: str, since: int, limit: int) -> list[Change]:
        """The changes after `since`, in order."""
        rows = await self._gateway.rows(SINCE(workspace_id=workspace_id, since=since, count=limit))
        return [change_of_row(row) for row in rows]

    async def history(
        self,
        workspace_id: str,
        entity: str,
        entity_id: str,
        limit: int,
        before_seq: int | None = None,
    ) -> list[Change]:
        """The changes of one entity, the newest first."""
        which = {
            "workspace_id": workspace_id,
            "entity": entity,
            "entity_id": entity_id,
            "count": limit,
        }
        query = (
            HISTORY(**which) if before_seq is None else HISTORY_BEFORE(**which, before=before_seq)
        )
        return [change_of_row(row) for row in await self._gateway.rows(query)]

    async def floor(self, workspace_id: str) -> int | None:
        """The lowest seq still kept; None while nothing has happened."""
        seq: int | None = await self._gateway.value(FLOOR(workspace_id=workspace_id))
        return seq
