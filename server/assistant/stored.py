"""The hub's view of stored replies. Whatever fails there, the hub goes on and reads again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from realtime.reply_events import ReplyHead, StoredReply
from realtime.topics import LogUnavailable
from server.assistant.wire import stored_reply
from storage import Storage
from storage.errors import StorageError

RECENT = timedelta(seconds=30)


class StoredReplies:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def heads(self, workspace_ids: Sequence[str]) -> dict[str, list[ReplyHead]]:
        heads: dict[str, list[ReplyHead]] = {}
        try:
            since = await self._storage.now() - RECENT
            found = await self._storage.assistant_messages.heads(workspace_ids, since)
        except StorageError as error:
            raise LogUnavailable(str(error)) from error
        for head in found:
            running = head.status == "streaming"
            heads.setdefault(head.workspace_id, []).append(
                ReplyHead(head.id, running, head.revision, head.length)
            )
        return heads

    async def load(self, workspace_id: str, message_id: str) -> StoredReply | None:
        try:
            message = await self._storage.assistant_messages.get(workspace_id, message_id)
            if message is None:
                return None
            proposals = await self._storage.assistant_proposals.of_messages(
                workspace_id, [message_id]
            )
        except StorageError as error:
            raise LogUnavailable(str(error)) from error
        return stored_reply(message, proposals.get(message_id, ()))
