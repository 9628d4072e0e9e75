"""What one command asks of its workspace again and again, asked once."""

from __future__ import annotations

from storage import Storage
from storage.held_clients import HeldClients


class Lookups:
    """Holds within one command: it has the workspace to itself, and no command on clients changes stages or members."""

    def __init__(self, storage: Storage, clients: HeldClients, workspace_id: str) -> None:
        self._storage = storage
        self._clients = clients
        self._workspace_id = workspace_id
        self._first_stage: str | None = None
        self._stages: dict[str, bool] = {}
        self._members: dict[str, bool] = {}
        self._ends: dict[str, str | None] = {}

    async def first_stage(self) -> str:
        """The key of the leftmost."""
        if self._first_stage is None:
            stages = await self._storage.stages.list(self._workspace_id)
            self._first_stage = stages[0].key
        return self._first_stage

    async def has_stage(self, key: str) -> bool:
        if key not in self._stages:
            stage = await self._storage.stages.by_key(self._workspace_id, key)
            self._stages[key] = stage is not None
        return self._stages[key]

    async def has_member(self, user_id: str) -> bool:
        if user_id not in self._members:
            role = await self._storage.members.role(self._workspace_id, user_id)
            self._members[user_id] = role is not None
        return self._members[user_id]

    async def end_of(self, stage: str) -> str | None:
        """A position behind which the stage has no client; None in an empty stage."""
        if stage not in self._ends:
            self._ends[stage] = await self._clients.last_position(stage)
        return self._ends[stage]

    def placed(self, stage: str, position: str) -> None:
        """A client of the stage is to stand there."""
        if stage in self._ends:
            self._ends[stage] = max(self._ends[stage] or position, position)
