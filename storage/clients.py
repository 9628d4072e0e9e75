"""The cards of a board."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Integer, bindparam, func, insert, select, text, update

from storage.chunks import chunks
from storage.client_pages import cursor_after, page_query
from storage.folding import email_key, external_id, folded, tag_key
from storage.gateway import Gateway
from storage.records import Client, ClientQuery, Money, Page
from storage.statements import Bound, Row, Statement
from storage.tables import clients

# Columns that say what a row is, rather than what stands in it.
_IDENTITY = ("workspace_id", "id", "created_at", "created_by", "deleted_at")

_OF_WORKSPACE = clients.c.workspace_id == bindparam("of_workspace")
_LIVE = clients.c.deleted_at.is_(None)
_DELETED = clients.c.deleted_at.is_not(None)
_ONE = (_OF_WORKSPACE, clients.c.id == bindparam("of_id"))
_IN_STAGE = (_OF_WORKSPACE, clients.c.stage == bindparam("of_stage"), _LIVE)
_CONTENT: dict[str, Any] = {
    column.name: bindparam(column.name) for column in clients.c if column.name not in _IDENTITY
}

ADD = Statement(insert(clients))
LIVE = Statement(select(clients).where(*_ONE, _LIVE))
LIVE_AMONG = Statement(
    select(clients).where(_OF_WORKSPACE, _LIVE, clients.c.id.in_(bindparam("ids", expanding=True)))
)
DELETED = Statement(select(clients).where(*_ONE, _DELETED))
SAVE = Statement(update(clients).where(*_ONE, _LIVE).values(_CONTENT).returning(clients.c.id))
RESTORE = Statement(
    update(clients)
    .where(*_ONE, _DELETED)
    .values(_CONTENT | {"deleted_at": None})
    .returning(clients.c.id)
)
DELETE = Statement(
    update(clients)
    .where(*_ONE, _LIVE)
    .values(
        deleted_at=bindparam("at"),
        updated_at=bindparam("at"),
        updated_by=bindparam("by"),
        version=bindparam("new_version"),
    )
    .returning(clients.c.id)
)
IDS_IN_STAGE = Statement(
    select(clients.c.id).where(*_IN_STAGE).order_by(clients.c.position, clients.c.id)
)
LAST_POSITION = Statement(select(func.max(clients.c.position)).where(*_IN_STAGE))
POSITION_AFTER = Statement(
    select(func.min(clients.c.position)).where(
        *_IN_STAGE, clients.c.position > bindparam("position")
    )
)
AT_POSITION = Statement(
    select(clients.c.id)
    .where(*_IN_STAGE, clients.c.position == bindparam("position"))
    .limit(bindparam("count", type_=Integer))
)
AFTER_ID = Statement(
    select(clients)
    .where(_OF_WORKSPACE, clients.c.id > bindparam("after"), _LIVE)
    .order_by(clients.c.id)
    .limit(bindparam("count", type_=Integer))
)
ANALYZE = Statement(text("ANALYZE clients"))
BY_EMAIL = Statement(
    select(clients).where(
        _OF_WORKSPACE, clients.c.email_key.in_(bindparam("keys", expanding=True)), _LIVE
    )
)
BY_EXTERNAL_ID = Statement(
    select(clients).where(
        _OF_WORKSPACE, clients.c.external_id.in_(bindparam("keys", expanding=True)), _LIVE
    )
)

_encode = msgspec.json.Encoder().encode
_decode_tags = msgspec.json.Decoder(list[str]).decode
_decode_custom = msgspec.json.Decoder(dict[str, Any]).decode


def _columns(client: Client) -> Row:
    """The row of a client, with the folded copies that sorting and search use."""
    value = client.value
    texts = (client.name, client.company, client.email, client.phone, client.notes, *client.tags)
    return {
        "name": client.name,
        "company": client.company,
        "email": client.email,
        "phone": client.phone,
        "stage": client.stage,
        "position": client.position,
        "value_amount": None if value is None else value.amount,
        "value_currency": None if value is None else value.currency,
        "owner_id": client.owner_id,
        "tags": _encode(client.tags).decode(),
        "notes": client.notes,
        "next_action_at": client.next_action_at,
        "custom": _encode(client.custom).decode(),
        "version": client.version,
        "updated_at": client.updated_at,
        "updated_by": client.updated_by,
        "name_key": folded(client.name),
        "company_key": None if client.company is None else folded(client.company),
        "search_text": folded("\n".join(text for text in texts if text)),
        "email_key": None if client.email is None else email_key(client.email),
        "external_id": external_id(client.custom),
        "tag_index": "".join(f"\n{tag_key(tag)}" for tag in client.tags) + "\n",
    }


def adding(workspace_id: str, client: Client) -> Bound:
    """The statement that adds it."""
    return ADD(
        workspace_id=workspace_id,
        id=client.id,
        created_at=client.created_at,
        created_by=client.created_by,
        deleted_at=None,
        **_columns(client),
    )


def client_of_row(row: Row) -> Client:
    amount = row["value_amount"]
    return Client(
        id=row["id"],
        name=row["name"],
        company=row["company"],
        email=row["email"],
        phone=row["phone"],
        stage=row["stage"],
        position=row["position"],
        value=None if amount is None else Money(amount=amount, currency=row["value_currency"]),
        owner_id=row["owner_id"],
        tags=_decode_tags(row["tags"]),
        notes=row["notes"],
        next_action_at=row["next_action_at"],
        custom=_decode_custom(row["custom"]),
        version=row["version"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        updated_at=row["updated_at"],
        updated_by=row["updated_by"],
    )


def saving(workspace_id: str, client: Client) -> Bound:
    """The statement that writes the whole row of a live client."""
    return SAVE(of_workspace=workspace_id, of_id=client.id, **_columns(client))


class Clients:
    def __init__(self, gateway: Gateway, dialect: str) -> None:
        self._gateway = gateway
        self._dialect = dialect

    async def get(
        self, workspace_id: str, client_id: str, *, deleted: bool = False
    ) -> Client | None:
        """The client if it is there; with `deleted`, if it has been deleted and may be restored."""
        statement = DELETED if deleted else LIVE
        row = await self._gateway.row(statement(of_workspace=workspace_id, of_id=client_id))
        return None if row is None else client_of_row(row)

    async def add(self, workspace_id: str, client: Client) -> None:
        """Raises Duplicate("id"), also when a deleted client has it."""
        await self._gateway.execute(adding(workspace_id, client))

    async def save(self, workspace_id: str, client: Client) -> bool:
        """Writes the whole row; False when there is none."""
        return await self._gateway.row(saving(workspace_id, client)) is not None

    async def delete(
        self, workspace_id: str, client_id: str, *, version: int, at: datetime, by: str
    ) -> bool:
        """Puts it aside under its new version; False when there is none."""
        query = DELETE(
            of_workspace=workspace_id, of_id=client_id, new_version=version, at=at, by=by
        )
        return await self._gateway.row(query) is not None

    async def restore(self, workspace_id: str, client: Client) -> bool:
        """Writes the whole row of a deleted client, live from then on; False without one."""
        query = RESTORE(of_workspace=workspace_id, of_id=client.id, **_columns(client))
        return await self._gateway.row(query) is not None

    async def ids_in_stage(self, workspace_id: str, stage: str) -> list[str]:
        """The clients of a stage by position."""
        rows = await self._gateway.rows(IDS_IN_STAGE(of_workspace=workspace_id, of_stage=stage))
        return [row["id"] for row in rows]

    async def last_position(self, workspace_id: str, stage: str) -> str | None:
        """The largest position in a stage; None in an empty one."""
        position: str | None = await self._gateway.value(
            LAST_POSITION(of_workspace=workspace_id, of_stage=stage)
        )
        return position

    async def position_after(self, workspace_id: str, stage: str, position: str) -> str | None:
        """The next larger position in a stage; None behind the last."""
        found: str | None = await self._gateway.value(
            POSITION_AFTER(of_workspace=workspace_id, of_stage=stage, position=position)
        )
        return found

    async def position_taken(
        self, workspace_id: str, stage: str, position: str, except_id: str | None = None
    ) -> bool:
        """Whether another client of the stage stands there."""
        query = AT_POSITION(of_workspace=workspace_id, of_stage=stage, position=position, count=2)
        return any(row["id"] != except_id for row in await self._gateway.rows(query))

    async def by_email(self, workspace_id: str, keys: Iterable[str]) -> list[Client]:
        """The clients with these addresses, given as `email_key` folds them."""
        return await self._found(BY_EMAIL, workspace_id, keys)

    async def by_external_id(self, workspace_id: str, ids: Iterable[str]) -> list[Client]:
        """The clients with these in their custom field `external_id`."""
        return await self._found(BY_EXTERNAL_ID, workspace_id, ids)

    async def after_id(self, workspace_id: str, after: str, limit: int) -> list[Client]:
        """The next clients in the order of their ids, which never change; after "" the first."""
        query = AFTER_ID(of_workspace=workspace_id, after=after, count=limit)
        return [client_of_row(row) for row in await self._gateway.rows(query)]

    async def count_for_plans(self) -> None:
        """Have Postgres look at the table: by what it knew before many rows came, it reads a workspace for each row."""
        if self._dialect == "postgresql":
            await self._gateway.execute(ANALYZE())

    async def _found(
        self, statement: Statement, workspace_id: str, keys: Iterable[str]
    ) -> list[Client]:
        rows = [
            row
            for some in chunks(keys)
            for row in await self._gateway.rows(statement(of_workspace=workspace_id, keys=some))
        ]
        return [client_of_row(row) for row in rows]

    async def page(self, workspace_id: str, query: ClientQuery) -> Page[Client]:
        """Some clients; raises BadCursor, and ValueError for a sort that is not among SORTS."""
        rows = await self._gateway.rows(page_query(workspace_id, query))
        items = [client_of_row(row) for row in rows[: query.limit]]
        more = len(rows) > query.limit
        return Page(items=items, next=cursor_after(rows[query.limit - 1], query) if more else None)
