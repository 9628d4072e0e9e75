"""What a command's handler works with: the open transaction, who asks, and the log it appends to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.commands.lookups import Lookups
from server.limits import Limits
from server.permissions import Role
from storage import Storage, Write
from storage.held_clients import HeldClients
from storage.records import Actor, Change


@dataclass(frozen=True)
class Context:
    """One command within its transaction. Handlers call `record` for each effect; nothing else leaves them."""

    storage: Storage
    limits: Limits
    write: Write
    workspace_id: str
    actor: Actor
    role: Role
    command_id: str | None
    lookups: Lookups

    @property
    def clients(self) -> HeldClients:
        """The workspace's clients, with what the transaction has changed so far."""
        return self.write.clients

    @property
    def now(self) -> datetime:
        """When the transaction got its turn, by the database's clock."""
        return self.write.now

    def record(
        self,
        entity: str,
        op: str,
        id_: str,
        version: int,
        data: Mapping[str, Any],
        previous: Mapping[str, Any] | None = None,
    ) -> Change:
        """One more change of the workspace's log, under the next seq."""
        return self.write.append(
            actor=self.actor,
            entity=entity,
            op=op,
            id=id_,
            version=version,
            data=dict(data),
            previous=dict(previous or {}),
            command_id=self.command_id,
        )


@dataclass(frozen=True)
class Result:
    """A command's answer: the entity as it now stands (None: nothing to show), its version, an HTTP status.

    `after` is called once the command is committed and its changes are on their way; it must not fail.
    """

    status: int
    value: Any = None
    version: int | None = None
    after: Callable[[], None] | None = None


Handler = Callable[[Context, Any], Awaitable[Result]]
