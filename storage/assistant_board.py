"""A board as the assistant reads it: totals, what is due, who has gone quiet, what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Select, bindparam, func, select

from storage.assistant_records import ClientActivity, Total
from storage.change_log import change_of_row
from storage.chunks import chunks
from storage.clients import client_of_row
from storage.gateway import Gateway
from storage.records import AuthoredComment, Change, Client, Comment
from storage.statements import Statement
from storage.tables import Moment, change_log, clients, comments, users

_LIVE = (clients.c.workspace_id == bindparam("of_workspace"), clients.c.deleted_at.is_(None))
_COUNT = bindparam("count", type_=Integer)


def _totals(column: Column[Any]) -> Select[Any]:
    return (
        select(
            column.label("key"),
            clients.c.value_currency.label("currency"),
            func.count().label("count"),
            func.sum(clients.c.value_amount).label("amount"),
        )
        .where(*_LIVE)
        .group_by(column, clients.c.value_currency)
    )


BY_STAGE = Statement(_totals(clients.c.stage))
BY_OWNER = Statement(_totals(clients.c.owner_id))
# One row for each set of tags that clients have, which the caller takes apart.
BY_TAGS = Statement(_totals(clients.c.tags).limit(_COUNT))
DUE = Statement(
    select(clients)
    .where(
        *_LIVE,
        clients.c.next_action_at <= bindparam("until_at", type_=Moment),
        clients.c.stage.not_in(bindparam("except_stages", expanding=True)),
    )
    .order_by(clients.c.next_action_at, clients.c.id)
    .limit(_COUNT)
)
_LAST_COMMENT = (
    select(func.max(comments.c.created_at))
    .where(comments.c.workspace_id == clients.c.workspace_id, comments.c.client_id == clients.c.id)
    .correlate(clients)
    .scalar_subquery()
)
QUIET = Statement(
    select(clients, _LAST_COMMENT.label("last_comment_at"))
    .where(
        *_LIVE,
        clients.c.updated_at < bindparam("before", type_=Moment),
        func.coalesce(_LAST_COMMENT, clients.c.updated_at) < bindparam("before", type_=Moment),
        clients.c.stage.not_in(bindparam("except_stages", expanding=True)),
    )
    .order_by(clients.c.updated_at, clients.c.id)
    .limit(_COUNT)
)
NAMES = Statement(
    select(clients.c.id, clients.c.name).where(
        clients.c.workspace_id == bindparam("of_workspace"),
        clients.c.id.in_(bindparam("ids", expanding=True)),
    )
)
LATEST_COMMENTS = Statement(
    select(
        *(comments.c[name] for name in Comment.__struct_fields__), users.c.name.label("author_name")
    )
    .join_from(comments, users, users.c.id == comments.c.author_id)
    .where(
        comments.c.workspace_id == bindparam("of_workspace"),
        comments.c.client_id == bindparam("of_client"),
    )
    .order_by(comments.c.created_at.desc(), comments.c.id.desc())
    .limit(_COUNT)
)
LATEST = Statement(
    select(change_log)
    .where(change_log.c.workspace_id == bindparam("of_workspace"))
    .order_by(change_log.c.seq.desc())
    .limit(_COUNT)
)


class AssistantBoard:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def totals_by_stage(self, workspace_id: str) -> list[Total]:
        return await self._totals(BY_STAGE, workspace_id)

    async def totals_by_owner(self, workspace_id: str) -> list[Total]:
        return await self._totals(BY_OWNER, workspace_id)

    async def totals_by_tags(self, workspace_id: str, limit: int) -> list[Total]:
        """`key` is a whole list of tags as JSON; at most `limit` of these."""
        return await self._totals(BY_TAGS, workspace_id, count=limit)

    async def due(
        self, workspace_id: str, until: datetime, except_stages: Sequence[str], limit: int
    ) -> list[Client]:
        """The clients whose next action is due by then, the most overdue first."""
        rows = await self._gateway.rows(
            DUE(of_workspace=workspace_id, until_at=until, except_stages=except_stages, count=limit)
        )
        return [client_of_row(row) for row in rows]

    async def quiet(
        self, workspace_id: str, before: datetime, except_stages: Sequence[str], limit: int
    ) -> list[ClientActivity]:
        """The clients that nobody has changed or commented on since then, the longest untouched first."""
        rows = await self._gateway.rows(
            QUIET(
                of_workspace=workspace_id, before=before, except_stages=except_stages, count=limit
            )
        )
        return [
            ClientActivity(
                client=client_of_row(row),
                last_activity_at=max(
                    row["updated_at"], row["last_comment_at"] or row["updated_at"]
                ),
            )
            for row in rows
        ]

    async def latest_changes(self, workspace_id: str, limit: int) -> list[Change]:
        """The newest first."""
        rows = await self._gateway.rows(LATEST(of_workspace=workspace_id, count=limit))
        return [change_of_row(row) for row in rows]

    async def names(self, workspace_id: str, client_ids: Iterable[str]) -> dict[str, str]:
        """The names of those clients, the deleted ones too."""
        found: dict[str, str] = {}
        for chunk in chunks(client_ids):
            rows = await self._gateway.rows(NAMES(of_workspace=workspace_id, ids=chunk))
            found.update((row["id"], row["name"]) for row in rows)
        return found

    async def latest_comments(
        self, workspace_id: str, client_id: str, limit: int
    ) -> list[AuthoredComment]:
        """The newest comments of a client, the oldest of them first."""
        rows = await self._gateway.rows(
            LATEST_COMMENTS(of_workspace=workspace_id, of_client=client_id, count=limit)
        )
        return [AuthoredComment(**row) for row in reversed(rows)]

    async def _totals(self, statement: Statement, workspace_id: str, **values: Any) -> list[Total]:
        rows = await self._gateway.rows(statement(of_workspace=workspace_id, **values))
        return [
            # PostgreSQL sums whole numbers into numeric.
            Total(**{**row, "amount": None if row["amount"] is None else int(row["amount"])})
            for row in rows
        ]
