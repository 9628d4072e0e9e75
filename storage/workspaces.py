"""Workspaces, and which of them a user belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Integer, bindparam, delete, insert, select, tuple_, update

from storage import members as member_statements
from storage import stages as stage_statements
from storage.chunks import chunks
from storage.cursors import Time, cursor, decoded
from storage.gateway import Gateway
from storage.records import Membership, Page, Stage, Workspace
from storage.statements import Statement
from storage.tables import Moment, by_byte, members, workspaces

ADD = Statement(insert(workspaces))
BY_ID = Statement(select(workspaces).where(workspaces.c.id == bindparam("id")))
_MEMBERSHIPS = (
    select(workspaces, members.c.role)
    .join_from(members, workspaces, workspaces.c.id == members.c.workspace_id)
    .where(members.c.user_id == bindparam("user_id"))
)
MEMBERSHIP = Statement(_MEMBERSHIPS.where(members.c.workspace_id == bindparam("workspace_id")))
_OLDEST_FIRST = _MEMBERSHIPS.order_by(workspaces.c.created_at, workspaces.c.id).limit(
    bindparam("count", type_=Integer)
)
OF_USER = Statement(_OLDEST_FIRST)
OF_USER_AFTER = Statement(
    _OLDEST_FIRST.where(
        tuple_(workspaces.c.created_at, workspaces.c.id)
        > tuple_(bindparam("after_at", type_=Moment), bindparam("after_id", type_=by_byte()))
    )
)
RENAME = Statement(
    update(workspaces)
    .where(workspaces.c.id == bindparam("workspace_id"))
    .values(name=bindparam("new_name"))
    .returning(workspaces.c.id)
)
DELETE = Statement(
    delete(workspaces)
    .where(workspaces.c.id == bindparam("workspace_id"))
    .returning(workspaces.c.id)
)
HEADS = Statement(
    select(workspaces.c.id, workspaces.c.seq).where(
        workspaces.c.id.in_(bindparam("ids", expanding=True))
    )
)
HEAD = Statement(select(workspaces.c.seq).where(workspaces.c.id == bindparam("id")))


class Workspaces:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def add(
        self, workspace: Workspace, owner_id: str, at: datetime, stages: Sequence[Stage]
    ) -> None:
        """Adds the workspace with its stages and its owner's membership."""
        async with self._gateway.transaction():
            await self._gateway.execute(ADD(**msgspec.structs.asdict(workspace)))
            await self._gateway.execute(
                member_statements.ADD(
                    workspace_id=workspace.id, user_id=owner_id, role="owner", joined_at=at
                )
            )
            for stage in stages:
                await self._gateway.execute(stage_statements.insertion(workspace.id, stage))

    async def get(self, workspace_id: str) -> Workspace | None:
        row = await self._gateway.row(BY_ID(id=workspace_id))
        return None if row is None else Workspace(**row)

    async def list_for(
        self, user_id: str, limit: int, after: str | None = None
    ) -> Page[Membership]:
        """The workspaces a user belongs to, the oldest first."""
        which = {"user_id": user_id, "count": limit + 1}
        if after is None:
            query = OF_USER(**which)
        else:
            after_at, after_id = decoded(after, tuple[Time, str])
            query = OF_USER_AFTER(**which, after_at=after_at, after_id=after_id)
        found = [Membership(**row) for row in await self._gateway.rows(query)]
        items = found[:limit]
        more = len(found) > limit
        return Page(items=items, next=cursor(items[-1].created_at, items[-1].id) if more else None)

    async def membership(self, workspace_id: str, user_id: str) -> Membership | None:
        """The workspace as this member lists it; None for anyone else."""
        row = await self._gateway.row(MEMBERSHIP(workspace_id=workspace_id, user_id=user_id))
        return None if row is None else Membership(**row)

    async def rename(self, workspace_id: str, name: str) -> bool:
        """False when there is none."""
        query = RENAME(workspace_id=workspace_id, new_name=name)
        return await self._gateway.row(query) is not None

    async def delete(self, workspace_id: str) -> bool:
        """Deletes the workspace and all that is in it; False when there is none."""
        return await self._gateway.row(DELETE(workspace_id=workspace_id)) is not None

    async def heads(self, ids: Iterable[str]) -> dict[str, int]:
        """The seq of the last change of each of these workspaces that exists."""
        found: dict[str, int] = {}
        for chunk in chunks(ids):
            rows = await self._gateway.rows(HEADS(ids=chunk))
            found.update((row["id"], row["seq"]) for row in rows)
        return found

    async def head(self, workspace_id: str) -> int | None:
        """The seq of the last change; None when there is no such workspace."""
        seq: int | None = await self._gateway.value(HEAD(id=workspace_id))
        return seq
