"""A workspace's clients as one write sees them: read once, and saved together with the commit.

Each way to the database and back counts. What only changes a client's fields waits for the commit; what changes its
place goes at once, since the places of others are asked of the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from storage.clients import adding, client_of_row, saving
from storage.records import Client
from storage.statements import Bound, Row

if TYPE_CHECKING:
    from storage.clients import Clients


class HeldState(NamedTuple):
    known: dict[str, Client]
    unadded: dict[str, Client]
    unsaved: dict[str, Client]


class HeldClients:
    def __init__(self, clients: Clients, workspace_id: str, rows: Sequence[Row]) -> None:
        """`rows` are those of clients that will be asked for."""
        self._clients = clients
        self._workspace_id = workspace_id
        self._known = {row["id"]: client_of_row(row) for row in rows}
        self._unadded: dict[str, Client] = {}
        self._unsaved: dict[str, Client] = {}
        self.saves = 0

    async def get(self, client_id: str, *, deleted: bool = False) -> Client | None:
        """As `Clients.get`, with what this write has changed."""
        if not deleted and client_id in self._known:
            return self._known[client_id]
        client = await self._clients.get(self._workspace_id, client_id, deleted=deleted)
        if client is not None and not deleted:
            self._known[client_id] = client
        return client

    async def add(self, client: Client) -> None:
        """Raises Duplicate("id"), also when a deleted client has it."""
        await self._clients.add(self._workspace_id, client)
        self._known[client.id] = client

    def add_with_commit(self, client: Client) -> None:
        """The same for many: until the commit its place is known to whoever calls this, not to the database."""
        self._known[client.id] = self._unadded[client.id] = client
        self.saves += 1

    def hold(self, clients: Iterable[Client]) -> None:
        """Clients that were read within this write, and that will be asked for."""
        for client in clients:
            self._known.setdefault(client.id, client)

    async def save(self, client: Client) -> None:
        """Keep the new state of a client that `get` gave."""
        before, self._known[client.id] = self._known[client.id], client
        self.saves += 1
        if client.id in self._unadded:
            self._unadded[client.id] = client
        elif (before.stage, before.position) == (client.stage, client.position):
            self._unsaved[client.id] = client
        else:
            self._unsaved.pop(client.id, None)
            await self._clients.save(self._workspace_id, client)

    async def delete(self, client: Client, *, version: int, at: datetime, by: str) -> None:
        """Put aside a client that `get` gave, under its new version."""
        if (unadded := self._unadded.pop(client.id, None)) is not None:
            await self._clients.add(self._workspace_id, unadded)
        if (unsaved := self._unsaved.pop(client.id, None)) is not None:
            await self._clients.save(self._workspace_id, unsaved)
        del self._known[client.id]
        await self._clients.delete(self._workspace_id, client.id, version=version, at=at, by=by)

    async def restore(self, client: Client) -> None:
        """Live again, as it is given."""
        await self._clients.restore(self._workspace_id, client)
        self._known[client.id] = client

    async def last_position(self, stage: str) -> str | None:
        return await self._clients.last_position(self._workspace_id, stage)

    async def position_after(self, stage: str, position: str) -> str | None:
        return await self._clients.position_after(self._workspace_id, stage, position)

    async def position_taken(self, stage: str, position: str, except_id: str) -> bool:
        return await self._clients.position_taken(self._workspace_id, stage, position, except_id)

    async def ids_in_stage(self, stage: str) -> list[str]:
        return await self._clients.ids_in_stage(self._workspace_id, stage)

    @property
    def state(self) -> HeldState:
        return HeldState(dict(self._known), dict(self._unadded), dict(self._unsaved))

    def go_back_to(self, state: HeldState) -> None:
        """The database has gone back too."""
        self._known, self._unadded, self._unsaved = state

    def closing(self) -> list[Bound]:
        """What goes to the database with the commit."""
        added = [adding(self._workspace_id, client) for client in self._unadded.values()]
        return added + [saving(self._workspace_id, client) for client in self._unsaved.values()]
