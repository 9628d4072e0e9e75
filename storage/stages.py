"""The columns of a board."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from storage.gateway import Gateway
from storage.records import Stage
from storage.statements import Bound, Statement
from storage.tables import stages

_COLUMNS = [stages.c[name] for name in Stage.__struct_fields__]
_OF_WORKSPACE = stages.c.workspace_id == bindparam("of_workspace")
_ONE = (_OF_WORKSPACE, stages.c.id == bindparam("of_id"))

ADD = Statement(insert(stages))
ALL = Statement(select(*_COLUMNS).where(_OF_WORKSPACE).order_by(stages.c.position, stages.c.id))
ONE = Statement(select(*_COLUMNS).where(*_ONE))
BY_KEY = Statement(select(*_COLUMNS).where(_OF_WORKSPACE, stages.c.key == bindparam("of_key")))
SAVE = Statement(
    update(stages)
    .where(*_ONE)
    .values({name: bindparam(name) for name in Stage.__struct_fields__ if name != "id"})
    .returning(stages.c.id)
)
DELETE = Statement(delete(stages).where(*_ONE).returning(stages.c.id))


def insertion(workspace_id: str, stage: Stage) -> Bound:
    return ADD(workspace_id=workspace_id, **msgspec.structs.asdict(stage))


class Stages:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def list(self, workspace_id: str) -> Sequence[Stage]:
        """The stages from left to right."""
        rows = await self._gateway.rows(ALL(of_workspace=workspace_id))
        return [Stage(**row) for row in rows]

    async def get(self, workspace_id: str, stage_id: str) -> Stage | None:
        row = await self._gateway.row(ONE(of_workspace=workspace_id, of_id=stage_id))
        return None if row is None else Stage(**row)

    async def by_key(self, workspace_id: str, key: str) -> Stage | None:
        row = await self._gateway.row(BY_KEY(of_workspace=workspace_id, of_key=key))
        return None if row is None else Stage(**row)

    async def add(self, workspace_id: str, stage: Stage) -> None:
        """Raises Duplicate("key") or Duplicate("id")."""
        await self._gateway.execute(insertion(workspace_id, stage))

    async def save(self, workspace_id: str, stage: Stage) -> bool:
        """Writes the whole row; False when there is none. Raises Duplicate("key")."""
        fields = msgspec.structs.asdict(stage)
        query = SAVE(of_workspace=workspace_id, of_id=fields.pop("id"), **fields)
        return await self._gateway.row(query) is not None

    async def delete(self, workspace_id: str, stage_id: str) -> bool:
        """False when there is none. Clients in it keep its key: move them first."""
        query = DELETE(of_workspace=workspace_id, of_id=stage_id)
        return await self._gateway.row(query) is not None
