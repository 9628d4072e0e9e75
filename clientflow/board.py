"""The board as a fold over the change log: the same start and changes give the same board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from clientflow.errors import Incompatible
from clientflow.records import Client, Member, Record, Stage, WorkspaceInfo
from realtime.messages import Change

R = TypeVar("R", bound=Record)


class Board:
    """One workspace as it stands at `seq`. Changed in place; `copy` stands still."""

    def __init__(
        self,
        seq: int,
        workspace: WorkspaceInfo,
        stages: Iterable[Stage],
        members: Iterable[Member],
        clients: Iterable[Client],
    ) -> None:
        self.seq = seq
        self.workspace = workspace
        self._stages = {stage.id: stage for stage in stages}
        self._members = {member.user_id: member for member in members}
        self._clients = {client.id: client for client in clients}

    @property
    def clients(self) -> Mapping[str, Client]:
        """By id."""
        return self._clients

    @property
    def members(self) -> Mapping[str, Member]:
        """By user id."""
        return self._members

    @property
    def stages(self) -> list[Stage]:
        """From left to right."""
        return sorted(self._stages.values(), key=lambda stage: stage.position)

    def column(self, stage: str) -> list[Client]:
        """The clients of the stage with this key, from top to bottom."""
        found = [client for client in self._clients.values() if client.stage == stage]
        return sorted(found, key=lambda client: client.position)

    def copy(self) -> Board:
        return Board(
            self.seq,
            self.workspace,
            self._stages.values(),
            self._members.values(),
            self._clients.values(),
        )

    def fold(self, change: Change) -> None:
        """The next change of the log. Raises `Incompatible`."""
        try:
            self._fold(change)
        except msgspec.ValidationError as error:
            raise Incompatible(f"A change of the server cannot be read: {error}") from error

    def _fold(self, change: Change) -> None:
        self.seq = change.seq
        if change.entity == "client":
            _fold(self._clients, Client, "id", change)
        elif change.entity == "stage":
            _fold(self._stages, Stage, "id", change)
        elif change.entity == "member":
            _fold(self._members, Member, "user_id", change)
        elif change.entity == "workspace" and change.op == "updated":
            self.workspace = _merged(self.workspace, change.data)


def _fold(records: dict[str, R], type_: type[R], id_field: str, change: Change) -> None:
    known = records.get(change.id)
    # A board that was read later than its `seq` holds records that are newer than the changes which follow.
    version = getattr(known, "version", None)
    if version is not None and version >= change.version:
        return
    if change.op == "deleted":
        records.pop(change.id, None)
        return
    told: dict[str, Any] = {**change.data, id_field: change.id, "version": change.version}
    if change.op in ("created", "restored"):
        records[change.id] = msgspec.convert(told, type_)
    elif known is not None:
        records[change.id] = _merged(known, told)


def _merged(known: R, told: Mapping[str, Any]) -> R:
    whole: dict[str, Any] = msgspec.to_builtins(known, builtin_types=(datetime,))
    return msgspec.convert({**whole, **told}, type(known))
