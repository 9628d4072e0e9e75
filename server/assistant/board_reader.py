"""What the reading tools find on the board: small, bounded, ready to be JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec

from server.assistant import tool_inputs as inputs
from storage import Storage
from storage.assistant_records import Total
from storage.records import Change, Client, ClientQuery

CLOSED_STAGES = ("won", "lost")
MAX_TAG_SETS = 2_000
MAX_TAGS = 40
MAX_CHANGES = 300
MAX_NOTES_CHARS = 2_000
MAX_COMMENTS = 10
MAX_COMMENT_CHARS = 600
_decode_tags = msgspec.json.Decoder(list[str]).decode

Found = dict[str, Any]


class NoSuchClient(Exception):
    """The workspace has no client of this id."""


class BoardReader:
    """Reads one workspace, and nothing else."""

    def __init__(self, storage: Storage, workspace_id: str) -> None:
        self._storage = storage
        self._workspace_id = workspace_id

    async def board_summary(self, asked: inputs.BoardSummary) -> Found:
        storage, workspace_id = self._storage, self._workspace_id
        stages = await storage.stages.list(workspace_id)
        members = await storage.members.list(workspace_id)
        by_stage = _grouped(await storage.assistant_board.totals_by_stage(workspace_id))
        by_owner = _grouped(await storage.assistant_board.totals_by_owner(workspace_id))
        tag_sets = await storage.assistant_board.totals_by_tags(workspace_id, MAX_TAG_SETS)
        by_tag = _grouped(
            msgspec.structs.replace(total, key=tag)
            for total in tag_sets
            for tag in _decode_tags(total.key or "[]")
        )
        tags = sorted(by_tag, key=lambda tag: -by_tag[tag]["count"])[:MAX_TAGS]
        nothing = {"count": 0, "values": []}
        everything = _grouped(
            msgspec.structs.replace(total, key="")
            for total in await storage.assistant_board.totals_by_stage(workspace_id)
        )
        return {
            "total": everything.get("", nothing),
            "stages": [
                {"key": stage.key, "name": stage.name, **by_stage.get(stage.key, nothing)}
                for stage in stages
            ],
            "owners": [
                {
                    "id": member.user_id,
                    "name": member.name,
                    "role": member.role,
                    **by_owner.get(member.user_id, nothing),
                }
                for member in members
            ],
            "without_owner": by_owner.get(None, nothing),
            "tags": [{"tag": tag, **by_tag[tag]} for tag in tags],
        }

    async def list_clients(self, asked: inputs.ListClients) -> Found:
        owners: list[str | None] = []
        if asked.owner_id is not None:
            owners = [None if asked.owner_id == "none" else asked.owner_id]
        return await self._page(
            ClientQuery(
                stages=[asked.stage] if asked.stage else [],
                owners=owners,
                tags=[asked.tag] if asked.tag else [],
                sort=asked.sort,
                limit=asked.limit,
            )
        )

    async def search_clients(self, asked: inputs.SearchClients) -> Found:
        return await self._page(ClientQuery(q=asked.query, sort="-updated_at", limit=asked.limit))

    async def get_client(self, asked: inputs.GetClient) -> Found:
        client = await self._client(asked.client_id)
        page = await self._storage.comments.page(self._workspace_id, client.id, 200)
        while page.next is not None:
            page = await self._storage.comments.page(self._workspace_id, client.id, 200, page.next)
        names = await self._names()
        return {
            "client": {
                **brief(client),
                "email": client.email,
                "phone": client.phone,
                "notes": _cut(client.notes, MAX_NOTES_CHARS),
                "custom": client.custom,
                "created_at": client.created_at,
                "owner_name": names.get(client.owner_id or ""),
                "updated_by_name": names.get(client.updated_by),
            },
            "comments": [
                {
                    "at": comment.created_at,
                    "author": comment.author_name,
                    "body": _cut(comment.body, MAX_COMMENT_CHARS),
                }
                for comment in page.items[-MAX_COMMENTS:]
            ],
        }

    async def client_history(self, asked: inputs.ClientHistory) -> Found:
        changes = await self._storage.change_log.history(
            self._workspace_id, "client", asked.client_id, asked.limit
        )
        return {"changes": [_event(change) for change in changes]}

    async def due_clients(self, asked: inputs.DueClients) -> Found:
        now = await self._storage.now()
        found = await self._storage.assistant_board.due(
            self._workspace_id,
            now + timedelta(days=asked.within_days),
            CLOSED_STAGES,
            asked.limit + 1,
        )
        names = await self._names()
        return {
            "now": now,
            "more": len(found) > asked.limit,
            "clients": [
                {**brief(client), "owner_name": names.get(client.owner_id or "")}
                for client in found[: asked.limit]
            ],
        }

    async def quiet_clients(self, asked: inputs.QuietClients) -> Found:
        now = await self._storage.now()
        found = await self._storage.assistant_board.quiet(
            self._workspace_id, now - timedelta(days=asked.days), CLOSED_STAGES, asked.limit + 1
        )
        names = await self._names()
        return {
            "now": now,
            "more": len(found) > asked.limit,
            "clients": [
                {
                    **brief(activity.client),
                    "owner_name": names.get(activity.client.owner_id or ""),
                    "last_activity_at": activity.last_activity_at,
                    "days_quiet": (now - activity.last_activity_at).days,
                }
                for activity in found[: asked.limit]
            ],
        }

    async def recent_changes(self, asked: inputs.RecentChanges) -> Found:
        since = await self._storage.now() - timedelta(days=asked.days)
        latest = await self._storage.assistant_board.latest_changes(
            self._workspace_id, MAX_CHANGES + 1
        )
        recent = [change for change in latest if change.at >= since]
        names = await self._client_names(recent[:MAX_CHANGES])
        return {
            "since": since,
            "more": len(recent) > MAX_CHANGES,
            "changes": [
                {**_event(change), "client_name": names.get(_client_id(change) or "")}
                for change in recent[:MAX_CHANGES]
                if change.entity in ("client", "comment")
            ],
        }

    async def _page(self, query: ClientQuery) -> Found:
        page = await self._storage.clients.page(self._workspace_id, query)
        return {"clients": [brief(client) for client in page.items], "more": page.next is not None}

    async def _client(self, client_id: str) -> Client:
        client = await self._storage.clients.get(self._workspace_id, client_id)
        if client is None:
            raise NoSuchClient(client_id)
        return client

    async def _names(self) -> dict[str, str]:
        members = await self._storage.members.list(self._workspace_id)
        return {member.user_id: member.name for member in members}

    async def _client_names(self, changes: Iterable[Change]) -> dict[str, str]:
        """The names that the changes themselves tell, and for the rest those on the board."""
        names: dict[str, str] = {}
        for change in changes:
            client_id, name = _client_id(change), change.data.get("name")
            if client_id is None or client_id in names:
                continue
            if change.entity == "client" and isinstance(name, str):
                names[client_id] = name
            elif (was := change.previous.get("name")) is not None and change.op == "deleted":
                names[client_id] = was
            elif len(names) < MAX_CHANGES:
                client = await self._storage.clients.get(self._workspace_id, client_id)
                names[client_id] = client.name if client else ""
        return names


def brief(client: Client) -> Found:
    """A client as one of several."""
    return {
        "id": client.id,
        "name": client.name,
        "company": client.company,
        "stage": client.stage,
        "value": client.value,
        "owner_id": client.owner_id,
        "tags": client.tags,
        "next_action_at": client.next_action_at,
        "updated_at": client.updated_at,
        "version": client.version,
    }


def _grouped(totals: Iterable[Total]) -> dict[str | None, Found]:
    """By key: how many, and their value in each currency. Amounts of different currencies are never added."""
    groups: dict[str | None, dict[str | None, int]] = {}
    counts: dict[str | None, int] = {}
    for total in totals:
        counts[total.key] = counts.get(total.key, 0) + total.count
        amounts = groups.setdefault(total.key, {})
        if total.currency is not None:
            amounts[total.currency] = amounts.get(total.currency, 0) + (total.amount or 0)
    return {
        key: {
            "count": counts[key],
            "values": [
                {"currency": currency, "amount": amount}
                for currency, amount in sorted(amounts.items(), key=lambda item: -item[1])
            ],
        }
        for key, amounts in groups.items()
    }


def _event(change: Change) -> Found:
    fields = [name for name in change.data if name not in ("updated_at", "updated_by", "position")]
    shown = {"at": change.at, "by": change.actor.name, "entity": change.entity, "op": change.op}
    if change.op == "updated":
        shown["changes"] = [
            {
                "field": name,
                "from": _short(change.previous.get(name)),
                "to": _short(change.data[name]),
            }
            for name in fields
        ]
    elif change.entity == "comment":
        shown["body"] = _cut(str(change.data.get("body", "")), 200)
    elif change.op == "created":
        shown["stage"], shown["value"] = change.data.get("stage"), change.data.get("value")
    if (client_id := _client_id(change)) is not None:
        shown["client_id"] = client_id
    return shown


def _client_id(change: Change) -> str | None:
    if change.entity == "client":
        return change.id
    client_id = change.data.get("client_id")
    return client_id if isinstance(client_id, str) else None


def _short(value: Any) -> Any:
    return _cut(value, 200) if isinstance(value, str) else value


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length] + "…"
