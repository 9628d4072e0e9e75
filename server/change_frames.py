"""Changes of the log in their wire form, for sockets and for GET …/changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from realtime import messages
from realtime.frames import Frame
from realtime.topic import LoggedFrame
from realtime.topics import LogUnavailable
from storage import Storage
from storage.errors import StorageError
from storage.records import Change

W = TypeVar("W", bound=messages.Change)
_encoder = msgspec.json.Encoder()


def wire_change(change: Change, type_: type[W]) -> W:
    """The change as `messages.Change` (REST) or `messages.ChangeFrame` (sockets)."""
    return type_(
        seq=change.seq,
        at=change.at,
        actor=messages.ChangeActor(change.actor.id, change.actor.name, change.actor.via),
        entity=change.entity,
        op=change.op,
        id=change.id,
        version=change.version,
        data=change.data,
        command_id=change.command_id,
    )


def logged_frame(change: Change, trace: str = "") -> LoggedFrame:
    payload = _encoder.encode(wire_change(change, messages.ChangeFrame))
    return LoggedFrame(change.seq, change.entity, change.op, change.id, Frame(payload), trace=trace)


class StoredLog:
    """The hub's view of storage's change log. Whatever fails there, the hub goes on and reads again."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def heads(self, workspace_ids: Sequence[str]) -> dict[str, int]:
        try:
            return await self._storage.workspaces.heads(list(workspace_ids))
        except StorageError as error:
            raise LogUnavailable(str(error)) from error

    async def since(self, workspace_id: str, seq: int, limit: int) -> list[LoggedFrame]:
        try:
            changes = await self._storage.change_log.since(workspace_id, seq, limit)
        except StorageError as error:
            raise LogUnavailable(str(error)) from error
        return [logged_frame(change) for change in changes]
