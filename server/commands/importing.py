"""The command that brings rows of a table in: each changes the client that it matches, or makes a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from realtime.messages import (
    ClientDraft,
    ClientPatch,
    ImportClients,
    Name,
    UpdateClient,
)
from server.commands.clients import created, drafted, update_client
from server.commands.context import Context, Result
from server.errors import AppError, Conflict, Invalid
from server.ids import new_id
from storage.clients import Clients
from storage.folding import email_key, external_id
from storage.records import Client

Match = Literal["external_id", "email", "none"]


def key_of(match: Match, row: ClientPatch) -> str | None:
    """What a client has to have in common with the row; None: nothing to go by."""
    if match == "email" and row.email:
        return email_key(row.email)
    if match == "external_id" and row.custom is not UNSET:
        return external_id(row.custom)
    return None


async def matching(
    clients: Clients, workspace_id: str, match: Match, rows: Sequence[ClientPatch]
) -> dict[str, list[Client]]:
    """The clients that the rows match, by their keys."""
    keys = [key for row in rows if (key := key_of(match, row)) is not None]
    found: dict[str, list[Client]] = {}
    if not keys:
        return found
    look_up = clients.by_email if match == "email" else clients.by_external_id
    for client in await look_up(workspace_id, keys):
        own = email_key(client.email or "") if match == "email" else external_id(client.custom)
        if own is not None:
            found.setdefault(own, []).append(client)
    return found


def the_one(match: Match, key: str | None, found: Mapping[str, Sequence[Client]]) -> Client | None:
    """The client of this key; None: a new one is to be made. Raises `Conflict` where there are several."""
    candidates = found.get(key, ()) if key is not None else ()
    if len(candidates) > 1:
        raise Conflict(
            f"{len(candidates)} clients have the {match} {key}: give each one of its own."
        )
    return candidates[0] if candidates else None


def check_name(row: ClientPatch) -> Name:
    if row.name is UNSET:
        raise Invalid.field("name", "A new client needs a name")
    return row.name


def merged(row: ClientPatch, client: Client) -> ClientPatch:
    """The row as a change of `client`: the custom fields that it does not give stay."""
    if row.custom is UNSET:
        return row
    return msgspec.structs.replace(row, custom={**client.custom, **row.custom})


async def import_clients(context: Context, command: ImportClients) -> Result:
    """A row that is refused leaves the others standing: what refuses it comes before anything is written."""
    match, clients = command.match, context.storage.clients
    found = await matching(clients, context.workspace_id, match, command.rows)
    context.clients.hold(client for some in found.values() for client in some)
    outcomes: list[dict[str, Any]] = []
    for row in command.rows:
        mark = context.write.mark
        try:
            outcomes.append(await _bring_in(context, match, row, found))
        except AppError as error:
            if context.write.mark != mark:
                raise
            outcomes.append({"outcome": "failed", "problem": error.problem})
    return Result(200, {"results": outcomes, "seq": context.write.seq})


async def _bring_in(
    context: Context, match: Match, row: ClientPatch, found: dict[str, list[Client]]
) -> dict[str, Any]:
    key = key_of(match, row)
    client = the_one(match, key, found)
    if row.position is not UNSET:
        raise Invalid.field("position", "An import puts new clients last in their stage")
    if client is None:
        draft = ClientDraft(**{**msgspec.structs.asdict(row), "name": check_name(row)})
        new = await drafted(context, new_id(), draft)
        context.clients.add_with_commit(new)
        result = created(context, new)
    else:
        change = UpdateClient(client_id=client.id, data=merged(row, client))
        result = await update_client(context, change)
    if key is not None:
        found[key] = [result.value]
    outcome = (
        "created"
        if client is None
        else "unchanged"
        if result.version == client.version
        else "updated"
    )
    return {"outcome": outcome, "id": result.value.id, "version": result.version}
