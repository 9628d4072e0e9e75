"""What was sent to webhooks lately, and what is still to be sent because somebody asked."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Integer, bindparam, delete, insert, select, tuple_, update

from storage.gateway import Gateway
from storage.statements import Statement
from storage.tables import webhook_deliveries as table
from storage.webhook_records import Delivery

_OF_IT = (
    table.c.workspace_id == bindparam("of_workspace"),
    table.c.webhook_id == bindparam("of_webhook"),
)
_COLUMNS = [table.c[name] for name in Delivery.__struct_fields__]
ADD = Statement(insert(table))
ONE = Statement(select(*_COLUMNS).where(*_OF_IT, table.c.id == bindparam("delivery_id")))
_LATEST = (
    select(*_COLUMNS)
    .where(*_OF_IT)
    .order_by(table.c.id.desc())
    .limit(bindparam("count", type_=Integer))
)
LATEST = Statement(_LATEST)
BEFORE = Statement(_LATEST.where(table.c.id < bindparam("before")))
PENDING = Statement(
    select(*_COLUMNS)
    .where(*_OF_IT, table.c.status == "pending")
    .order_by(table.c.id)
    .limit(bindparam("count", type_=Integer))
)
SETTLE = Statement(
    update(table)
    .where(*_OF_IT, table.c.id == bindparam("delivery_id"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "status", "at", "duration_ms", "response_status", "response_body", "error"
            )
        }
    )
)  # fmt: skip
_TOO_MANY = (
    select(table.c.id)
    .where(*_OF_IT)
    .order_by(table.c.id.desc())
    .offset(bindparam("kept", type_=Integer))
    .limit(1)
    .scalar_subquery()
)
TRIM = Statement(delete(table).where(*_OF_IT, table.c.id <= _TOO_MANY))
_OLD = (
    select(table.c.workspace_id, table.c.webhook_id, table.c.id)
    .where(table.c.at < bindparam("before"))
    .limit(bindparam("count", type_=Integer))
)
PRUNE = Statement(
    delete(table)
    .where(tuple_(table.c.workspace_id, table.c.webhook_id, table.c.id).in_(_OLD))
    .returning(table.c.id)
)


class WebhookDeliveries:
    """Ids are in the order of time, so that the newest are found by the key."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def add(self, workspace_id: str, webhook_id: str, delivery: Delivery) -> None:
        """Raises Missing when the webhook has gone."""
        await self._gateway.execute(
            ADD(
                workspace_id=workspace_id,
                webhook_id=webhook_id,
                **msgspec.structs.asdict(delivery),
            )
        )

    async def get(self, workspace_id: str, webhook_id: str, delivery_id: str) -> Delivery | None:
        query = ONE(of_workspace=workspace_id, of_webhook=webhook_id, delivery_id=delivery_id)
        row = await self._gateway.row(query)
        return None if row is None else Delivery(**row)

    async def latest(
        self, workspace_id: str, webhook_id: str, limit: int, before: str | None = None
    ) -> list[Delivery]:
        """The newest first; `before`: those older than this delivery."""
        which = {"of_workspace": workspace_id, "of_webhook": webhook_id, "count": limit}
        query = LATEST(**which) if before is None else BEFORE(**which, before=before)
        return [Delivery(**row) for row in await self._gateway.rows(query)]

    async def pending(self, workspace_id: str, webhook_id: str, limit: int) -> list[Delivery]:
        """What was asked for and has not been sent, the oldest first."""
        query = PENDING(of_workspace=workspace_id, of_webhook=webhook_id, count=limit)
        return [Delivery(**row) for row in await self._gateway.rows(query)]

    async def settle(self, workspace_id: str, webhook_id: str, delivery: Delivery) -> None:
        """How a pending delivery went."""
        await self._gateway.execute(
            SETTLE(
                of_workspace=workspace_id,
                of_webhook=webhook_id,
                delivery_id=delivery.id,
                new_status=delivery.status,
                new_at=delivery.at,
                new_duration_ms=delivery.duration_ms,
                new_response_status=delivery.response_status,
                new_response_body=delivery.response_body,
                new_error=delivery.error,
            )
        )

    async def trim(self, workspace_id: str, webhook_id: str, kept: int) -> None:
        """Forget all but the newest `kept`."""
        await self._gateway.execute(
            TRIM(of_workspace=workspace_id, of_webhook=webhook_id, kept=kept)
        )

    async def prune(self, before: datetime, limit: int) -> int:
        """Forgets at most `limit` of what is older; gives the number."""
        return len(await self._gateway.rows(PRUNE(before=before, count=limit)))
