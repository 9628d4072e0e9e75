"""Who belongs to a workspace, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update

from storage.gateway import Gateway
from storage.records import Member
from storage.statements import Statement
from storage.tables import members, users

_OF_WORKSPACE = members.c.workspace_id == bindparam("of_workspace")
_ONE = (_OF_WORKSPACE, members.c.user_id == bindparam("of_user"))
_MEMBERS = select(
    members.c.user_id, users.c.name, users.c.email, members.c.role, members.c.joined_at
).join_from(members, users, users.c.id == members.c.user_id)

ADD = Statement(insert(members))
ONE = Statement(_MEMBERS.where(*_ONE))
ALL = Statement(_MEMBERS.where(_OF_WORKSPACE).order_by(members.c.joined_at, members.c.user_id))
ROLE = Statement(select(members.c.role).where(*_ONE))
ROLES_OF = Statement(
    select(members.c.user_id, members.c.role).where(
        _OF_WORKSPACE, members.c.user_id.in_(bindparam("users", expanding=True))
    )
)
ROLES = Statement(select(members.c.user_id, members.c.role).where(_OF_WORKSPACE))
SET_ROLE = Statement(
    update(members).where(*_ONE).values(role=bindparam("new_role")).returning(members.c.user_id)
)
REMOVE = Statement(delete(members).where(*_ONE).returning(members.c.user_id))
OWNERS = Statement(
    select(func.count()).select_from(members).where(_OF_WORKSPACE, members.c.role == "owner")
)


class Members:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def get(self, workspace_id: str, user_id: str) -> Member | None:
        row = await self._gateway.row(ONE(of_workspace=workspace_id, of_user=user_id))
        return None if row is None else Member(**row)

    async def role(self, workspace_id: str, user_id: str) -> str | None:
        """None for whoever is not a member."""
        role: str | None = await self._gateway.value(
            ROLE(of_workspace=workspace_id, of_user=user_id)
        )
        return role

    async def roles(self, workspace_id: str) -> dict[str, str]:
        """Every member's role by user id."""
        rows = await self._gateway.rows(ROLES(of_workspace=workspace_id))
        return {row["user_id"]: row["role"] for row in rows}

    async def list(self, workspace_id: str) -> Sequence[Member]:
        """The members, the first to join first."""
        rows = await self._gateway.rows(ALL(of_workspace=workspace_id))
        return [Member(**row) for row in rows]

    async def add(self, workspace_id: str, user_id: str, role: str, at: datetime) -> None:
        """Raises Duplicate("user_id") for a member, Missing for an unknown user or workspace."""
        await self._gateway.execute(
            ADD(workspace_id=workspace_id, user_id=user_id, role=role, joined_at=at)
        )

    async def set_role(self, workspace_id: str, user_id: str, role: str) -> bool:
        """False for whoever is not a member."""
        query = SET_ROLE(of_workspace=workspace_id, of_user=user_id, new_role=role)
        return await self._gateway.row(query) is not None

    async def remove(self, workspace_id: str, user_id: str) -> bool:
        """False for whoever is not a member."""
        query = REMOVE(of_workspace=workspace_id, of_user=user_id)
        return await self._gateway.row(query) is not None

    async def owners(self, workspace_id: str) -> int:
        """How many owners the workspace has."""
        count: int = await self._gateway.value(OWNERS(of_workspace=workspace_id))
        return count
