"""What the reading tools find on the board: small, bounded, ready to be JSON."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from server.assistant import tool_inputs as inputs
from server.assistant.board_digest import Found, brief, client_of, cut, event, grouped
from storage import Storage
from storage.records import Client, ClientQuery

CLOSED_STAGES = ("won", "lost")
MAX_TAG_SETS = 2_000
MAX_TAGS = 40
MAX_CHANGES = 300
MAX_NOTES_CHARS = 2_000
MAX_COMMENTS = 10
MAX_COMMENT_CHARS = 600
_decode_tags = msgspec.json.Decoder(list[str]).decode


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
        stage_totals = await storage.assistant_board.totals_by_stage(workspace_id)
        by_stage = grouped(stage_totals)
        by_owner = grouped(await storage.assistant_board.totals_by_owner(workspace_id))
        tag_sets = await storage.assistant_board.totals_by_tags(workspace_id, MAX_TAG_SETS)
        by_tag = grouped(
            msgspec.structs.replace(total, key=tag)
            for total in tag_sets
            for tag in _decode_tags(total.key or "[]")
        )
        tags = sorted(by_tag, key=lambda tag: -by_tag[tag]["count"])[:MAX_TAGS]
        nothing = {"count": 0, "values": []}
        everything = grouped(msgspec.structs.replace(total, key="") for total in stage_totals)
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
        comments = await self._storage.assistant_board.latest_comments(
            self._workspace_id, client.id, MAX_COMMENTS
        )
        names = await self._names()
        return {
            "client": {
                **brief(client),
                "email": client.email,
                "phone": client.phone,
                "notes": cut(client.notes, MAX_NOTES_CHARS),
                "custom": client.custom,
                "created_at": client.created_at,
                "owner_name": names.get(client.owner_id or ""),
                "updated_by_name": names.get(client.updated_by),
            },
            "comments": [
                {
                    "at": comment.created_at,
                    "author": comment.author_name,
                    "body": cut(comment.body, MAX_COMMENT_CHARS),
                }
                for comment in comments
            ],
        }

    async def client_history(self, asked: inputs.ClientHistory) -> Found:
        changes = await self._storage.change_log.history(
            self._workspace_id, "client", asked.client_id, asked.limit
        )
        return {"changes": [event(change) for change in changes]}

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
        client_ids = [id_ for change in recent if (id_ := client_of(change)) is not None]
        names = await self._storage.assistant_board.names(self._workspace_id, client_ids)
        return {
            "since": since,
            "more": len(recent) > MAX_CHANGES,
            "changes": [
                {**event(change), "client_name": names.get(client_of(change) or "")}
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
