"""What the checker needs, read from everywhere once all is quiet."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import asyncpg

from tests.fault import rest
from tests.fault.cluster import Node
from tests.fault.evidence import Evidence, Stored, View
from tests.fault.history import Json
from tests.fault.people import Person
from tests.fault.workload import Workload

LATE_EFFECTS = 10


async def collect(workload: Workload) -> Evidence:
    """Once nothing more happens: a try that nobody waits for any longer may take effect late, as when its server
    was frozen, so that the log is read again afterwards."""
    async with workload.cluster.database() as database:
        for _ in range(LATE_EFFECTS):
            heads = await _heads(database, workload)
            await workload.arrive(heads)
            stored = [await _stored(database, id_) for id_ in workload.workspace_ids]
            views = await _views(workload)
            if await _heads(database, workload) == heads:
                return Evidence(workload.histories, stored, views)
    raise AssertionError("the log goes on although nobody writes")


async def _heads(database: asyncpg.Connection, workload: Workload) -> dict[str, int]:
    rows = await database.fetch(
        "SELECT id, seq FROM workspaces WHERE id = ANY($1)", workload.workspace_ids
    )
    return {row["id"]: row["seq"] for row in rows}


async def _views(workload: Workload) -> list[View]:
    """Of every instance and of every participant."""
    reading = [
        _rest_view(node, workload.people[0], workspace_id)
        for node in workload.cluster.nodes
        for workspace_id in workload.workspace_ids
    ]
    views = list(await asyncio.gather(*reading))
    for one in workload.participants:
        clients = [] if one.board is None else list(one.board.clients.values())
        views.append(View(one.name, one.workspace_id, one.seq, clients))
    return views


async def _rest_view(node: Node, person: Person, workspace_id: str) -> View:
    seq, clients = await rest.read_board(node.http, workspace_id, person.headers)
    return View(f"{node.name} over REST", workspace_id, seq, clients)


async def _stored(database: asyncpg.Connection, workspace_id: str) -> Stored:
    """By statements of its own: the app's reading is among what is tested."""

    async def rows(sql: str) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await database.fetch(sql, workspace_id)
        return found

    head = (await rows("SELECT seq FROM workspaces WHERE id = $1"))[0]["seq"]
    log = await rows("SELECT * FROM change_log WHERE workspace_id = $1 ORDER BY seq")
    clients = await rows("SELECT * FROM clients WHERE workspace_id = $1 AND deleted_at IS NULL")
    comments = await rows(
        "SELECT c.*, u.name AS author_name FROM comments c JOIN users u ON u.id = c.author_id"
        " WHERE workspace_id = $1"
    )
    return Stored(
        workspace_id,
        head,
        [_change(row) for row in log],
        [_client(row) for row in clients],
        [_comment(row) for row in comments],
    )


def _change(row: asyncpg.Record) -> Json:
    actor = {"id": row["actor_id"], "name": row["actor_name"], "via": row["via"]}
    return {
        "seq": row["seq"],
        "at": _moment(row["at"]),
        "actor": actor,
        "entity": row["entity"],
        "op": row["op"],
        "id": row["entity_id"],
        "version": row["version"],
        "data": json.loads(row["data"]),
        "command_id": row["command_id"],
    }


def _client(row: asyncpg.Record) -> Json:
    plain = ("id", "name", "company", "email", "phone", "stage", "position", "owner_id", "notes",
             "version", "created_by", "updated_by")  # fmt: skip
    value = None
    if row["value_amount"] is not None:
        value = {"amount": row["value_amount"], "currency": row["value_currency"]}
    return {
        **{name: row[name] for name in plain},
        "value": value,
        "tags": json.loads(row["tags"]),
        "custom": json.loads(row["custom"]),
        **{name: _moment(row[name]) for name in ("next_action_at", "created_at", "updated_at")},
    }


def _comment(row: asyncpg.Record) -> Json:
    plain = ("id", "client_id", "author_id", "author_name", "body", "version")
    return {**{name: row[name] for name in plain}, "created_at": _moment(row["created_at"])}


def _moment(value: datetime | None) -> Any:
    """As the wire has it (RFC 3339)."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
