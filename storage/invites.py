"""Invitations to a workspace; the code itself is not kept, only its hash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from storage.gateway import Gateway
from storage.records import Invite
from storage.statements import Statement
from storage.tables import invites

_COLUMNS = [invites.c[name] for name in Invite.__struct_fields__]
ADD = Statement(insert(invites))
BY_CODE_HASH = Statement(select(*_COLUMNS).where(invites.c.code_hash == bindparam("code_hash")))
OF_WORKSPACE = Statement(
    select(*_COLUMNS)
    .where(invites.c.workspace_id == bindparam("workspace_id"))
    .order_by(invites.c.created_at, invites.c.id)
)
ACCEPT = Statement(
    update(invites)
    .where(invites.c.id == bindparam("invite_id"), invites.c.accepted_at.is_(None))
    .values(accepted_at=bindparam("at"), accepted_by=bindparam("user_id"))
    .returning(invites.c.id)
)
DELETE = Statement(
    delete(invites)
    .where(
        invites.c.workspace_id == bindparam("workspace_id"), invites.c.id == bindparam("invite_id")
    )
    .returning(invites.c.id)
)


class Invites:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def add(self, invite: Invite, code_hash: str) -> None:
        await self._gateway.execute(ADD(**msgspec.structs.asdict(invite), code_hash=code_hash))

    async def by_code_hash(self, code_hash: str) -> Invite | None:
        row = await self._gateway.row(BY_CODE_HASH(code_hash=code_hash))
        return None if row is None else Invite(**row)

    async def list(self, workspace_id: str) -> Sequence[Invite]:
        """Every invitation, the oldest first."""
        rows = await self._gateway.rows(OF_WORKSPACE(workspace_id=workspace_id))
        return [Invite(**row) for row in rows]

    async def accept(self, invite_id: str, user_id: str, at: datetime) -> bool:
        """True for the one caller who was first."""
        query = ACCEPT(invite_id=invite_id, user_id=user_id, at=at)
        return await self._gateway.row(query) is not None

    async def delete(self, workspace_id: str, invite_id: str) -> bool:
        """False when the workspace has no such invitation."""
        query = DELETE(workspace_id=workspace_id, invite_id=invite_id)
        return await self._gateway.row(query) is not None
