"""Webhooks: what members set up, and the leases under which instances share the delivering."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Integer, and_, bindparam, delete, func, insert, or_, select, tuple_, update

from storage.gateway import Gateway
from storage.statements import Row, Statement
from storage.tables import webhooks as table
from storage.tables import workspaces
from storage.webhook_records import Due, Progress, Subscription, Webhook

_IS_IT = (table.c.workspace_id == bindparam("of_workspace"), table.c.id == bindparam("webhook_id"))
_HELD = (*_IS_IT, table.c.leased_by == bindparam("holder"))
_COLUMNS = [table.c[name] for name in Subscription.__struct_fields__]
ADD = Statement(insert(table))
ONE = Statement(select(*_COLUMNS).where(*_IS_IT))
OF_WORKSPACE = Statement(
    select(*_COLUMNS)
    .where(table.c.workspace_id == bindparam("of_workspace"))
    .order_by(table.c.created_at, table.c.id)
)
SAVE = Statement(
    update(table)
    .where(*_IS_IT)
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in Webhook.__struct_fields__
            if name not in ("workspace_id", "id", "created_at", "created_by")
        }
    )
)
DELETE = Statement(delete(table).where(*_IS_IT).returning(table.c.id))
# What is set anew takes the lease from whoever holds it: they find out when they save.
REWIND = Statement(
    update(table)
    .where(*_IS_IT)
    .values(
        cursor=bindparam("new_cursor"),
        attempt=0,
        failing_since=None,
        due_at=bindparam("now"),
        leased_by=None,
        leased_until=None,
    )
)
INTERRUPT = Statement(update(table).where(*_IS_IT).values(leased_by=None, leased_until=None))
ASK = Statement(update(table).where(*_IS_IT).values(asked=table.c.asked + 1))
RESEAL = Statement(
    update(table)
    .where(*_IS_IT, table.c.sealed_secret == bindparam("old"))
    .values(sealed_secret=bindparam("sealed"))
)
AFTER = Statement(
    select(table.c.workspace_id, table.c.id, table.c.sealed_secret)
    .where(
        tuple_(table.c.workspace_id, table.c.id)
        > tuple_(bindparam("after_workspace"), bindparam("after_id"))
    )
    .order_by(table.c.workspace_id, table.c.id)
    .limit(bindparam("count", type_=Integer))
)
FOLLOWED = Statement(select(table.c.workspace_id).where(table.c.enabled).distinct())

_behind = (workspaces.c.seq - table.c.cursor).label("behind")
_DUE = (
    select(table.c.workspace_id, table.c.id, _behind)
    .join(workspaces, workspaces.c.id == table.c.workspace_id)
    .where(
        or_(
            and_(
                table.c.enabled,
                table.c.cursor < workspaces.c.seq,
                table.c.due_at <= bindparam("now"),
            ),
            table.c.asked > 0,
        ),
        or_(table.c.leased_until.is_(None), table.c.leased_until <= bindparam("now")),
    )
    .order_by(table.c.due_at)
    .limit(bindparam("count", type_=Integer))
)
DUE = Statement(_DUE)
DUE_AMONG = Statement(_DUE.where(table.c.workspace_id.in_(bindparam("among", expanding=True))))
LAG = Statement(
    select(func.count().label("behind"), func.max(_behind.element).label("most"))
    .select_from(table)
    .join(workspaces, workspaces.c.id == table.c.workspace_id)
    .where(table.c.enabled, table.c.cursor < workspaces.c.seq)
)
# Of two that want the same one, the second finds the lease taken.
CLAIM = Statement(
    update(table)
    .where(
        *_IS_IT,
        or_(table.c.leased_until.is_(None), table.c.leased_until <= bindparam("now")),
    )
    .values(leased_by=bindparam("holder"), leased_until=bindparam("until"))
    .returning(*_COLUMNS)
)
PROGRESS = Statement(
    update(table)
    .where(*_HELD)
    .values(
        cursor=bindparam("new_cursor"),
        attempt=bindparam("new_attempt"),
        failing_since=bindparam("new_failing_since"),
        due_at=bindparam("new_due_at"),
        asked=table.c.asked - bindparam("answered", type_=Integer),
        leased_until=bindparam("until"),
    )
    .returning(table.c.asked)
)

_encode = msgspec.json.Encoder().encode
_decode_events = msgspec.json.Decoder(list[str]).decode


def _subscription(row: Row) -> Subscription:
    return Subscription(**{**row, "events": _decode_events(row["events"])})


def _values(webhook: Webhook) -> dict[str, Any]:
    return {**msgspec.structs.asdict(webhook), "events": _encode(webhook.events).decode()}


class Webhooks:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def add(self, subscription: Subscription) -> None:
        await self._gateway.execute(ADD(**_values(subscription), leased_by=None, leased_until=None))

    async def get(self, workspace_id: str, webhook_id: str) -> Subscription | None:
        row = await self._gateway.row(ONE(of_workspace=workspace_id, webhook_id=webhook_id))
        return None if row is None else _subscription(row)

    async def of_workspace(self, workspace_id: str) -> Sequence[Subscription]:
        """A workspace's webhooks, the oldest first."""
        rows = await self._gateway.rows(OF_WORKSPACE(of_workspace=workspace_id))
        return [_subscription(row) for row in rows]

    async def save(self, webhook: Webhook) -> None:
        """What members set; how far it is stays."""
        values = {f"new_{name}": value for name, value in _values(webhook).items()}
        await self._gateway.execute(
            SAVE(of_workspace=webhook.workspace_id, webhook_id=webhook.id, **values)
        )

    async def delete(self, workspace_id: str, webhook_id: str) -> bool:
        """With its deliveries. False when the workspace has no such webhook."""
        query = DELETE(of_workspace=workspace_id, webhook_id=webhook_id)
        return await self._gateway.row(query) is not None

    async def rewind(self, workspace_id: str, webhook_id: str, cursor: int, now: datetime) -> None:
        """Go on after `cursor`, at once; whoever delivers for it at the moment has lost the lease."""
        await self._gateway.execute(
            REWIND(of_workspace=workspace_id, webhook_id=webhook_id, new_cursor=cursor, now=now)
        )

    async def interrupt(self, workspace_id: str, webhook_id: str) -> None:
        """Whoever delivers for it at the moment has lost the lease."""
        await self._gateway.execute(INTERRUPT(of_workspace=workspace_id, webhook_id=webhook_id))

    async def ask(self, workspace_id: str, webhook_id: str) -> None:
        """One more pending delivery waits for whoever delivers."""
        await self._gateway.execute(ASK(of_workspace=workspace_id, webhook_id=webhook_id))

    # Delivering

    async def followed(self) -> set[str]:
        """The workspaces that have an enabled webhook."""
        return {row["workspace_id"] for row in await self._gateway.rows(FOLLOWED())}

    async def due(self, now: datetime, limit: int, among: Sequence[str] | None = None) -> list[Due]:
        """Those with something to do that nobody holds, who waits longest first; `among`: of these workspaces."""
        query = (
            DUE(now=now, count=limit)
            if among is None
            else DUE_AMONG(now=now, count=limit, among=among)
        )
        return [Due(**row) for row in await self._gateway.rows(query)]

    async def lag(self) -> tuple[int, int]:
        """How many enabled ones are behind their logs, and by how many changes the last of them."""
        row = await self._gateway.row(LAG())
        assert row is not None
        return row["behind"], row["most"] or 0

    async def claim(
        self, due: Due, holder: str, now: datetime, until: datetime
    ) -> Subscription | None:
        """The subscription, held by `holder` until then; None when another was first."""
        row = await self._gateway.row(
            CLAIM(
                of_workspace=due.workspace_id,
                webhook_id=due.id,
                holder=holder,
                now=now,
                until=until,
            )
        )
        return None if row is None else _subscription(row)

    async def progress(self, webhook: Webhook, holder: str, done: Progress) -> int | None:
        """Note how far `holder` has come. Gives how many deliveries are asked for; None: the lease is lost."""
        row = await self._gateway.row(
            PROGRESS(
                of_workspace=webhook.workspace_id,
                webhook_id=webhook.id,
                holder=holder,
                new_cursor=done.cursor,
                new_attempt=done.attempt,
                new_failing_since=done.failing_since,
                new_due_at=done.due_at,
                answered=done.answered,
                until=done.leased_until,
            )
        )
        return None if row is None else int(row["asked"])

    # The server's key

    async def sealed_after(
        self, workspace_id: str, webhook_id: str, limit: int
    ) -> list[tuple[str, str, str]]:
        """Workspace, id and sealed secret of those that follow in the order of their keys."""
        rows = await self._gateway.rows(
            AFTER(after_workspace=workspace_id, after_id=webhook_id, count=limit)
        )
        return [(row["workspace_id"], row["id"], row["sealed_secret"]) for row in rows]

    async def reseal(self, workspace_id: str, webhook_id: str, old: str, sealed: str) -> None:
        """Unless its secret has been replaced meanwhile."""
        await self._gateway.execute(
            RESEAL(of_workspace=workspace_id, webhook_id=webhook_id, old=old, sealed=sealed)
        )
