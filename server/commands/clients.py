"""Commands on client records."""

from __future__ import annotations

from typing import Any

import msgspec
from fractional_indexing import FIError, generate_key_between
from msgspec import UNSET

from realtime.messages import (
    BulkClients,
    ClientDraft,
    ClientPatch,
    CreateClient,
    CreateComment,
    DeleteClient,
    RestoreClient,
    UpdateClient,
)
from server.commands.context import Context, Handler, Result
from server.errors import AppError, Conflict, Invalid, NotFound, PreconditionFailed
from server.ids import new_id
from server.times import in_utc
from storage.records import Client, Comment, Money


async def create_client(context: Context, command: CreateClient) -> Result:
    draft = command.data
    client_id = new_id() if draft.id is UNSET else draft.id
    if draft.id is not UNSET and await _exists(context, client_id):
        raise Conflict(f"There is a client with the id {client_id} already.")
    client = await drafted(context, client_id, draft)
    await context.clients.add(client)
    return created(context, client)


async def drafted(context: Context, client_id: str, draft: ClientDraft) -> Client:
    """The client that `draft` asks for, at a place that is free."""
    given = await _checked(context, draft)
    stage = given["stage"] if "stage" in given else await _first_stage(context)
    fields = {
        **given,
        "stage": stage,
        "position": await _free_position(context, client_id, stage, given.get("position")),
        "created_at": context.now,
        "created_by": context.actor.id,
        "updated_at": context.now,
        "updated_by": context.actor.id,
    }
    return Client(id=client_id, **fields)


def created(context: Context, client: Client) -> Result:
    context.record("client", "created", client.id, client.version, msgspec.to_builtins(client))
    return Result(201, client, client.version)


async def update_client(context: Context, command: UpdateClient) -> Result:
    client = await _live(context, command.client_id, command.if_version)
    given = await _checked(context, command.data)
    if "stage" in given or "position" in given:
        stage = given.get("stage", client.stage)
        moved = stage != client.stage or given.get("position") not in (None, client.position)
        given["position"] = (
            await _free_position(context, client.id, stage, given.get("position"))
            if moved
            else client.position
        )
    changed = {name: value for name, value in given.items() if value != getattr(client, name)}
    if not changed:
        return Result(200, client, client.version)
    stamp = {"updated_at": context.now, "updated_by": context.actor.id}
    updated = msgspec.structs.replace(client, **changed, **stamp, version=client.version + 1)
    await context.clients.save(updated)
    previous = {name: getattr(client, name) for name in changed}
    context.record(
        "client",
        "updated",
        client.id,
        updated.version,
        msgspec.to_builtins({**changed, **stamp}),
        msgspec.to_builtins(previous),
    )
    return Result(200, updated, updated.version)


async def delete_client(context: Context, command: DeleteClient) -> Result:
    client = await _live(context, command.client_id, command.if_version)
    version = client.version + 1
    await context.clients.delete(client, version=version, at=context.now, by=context.actor.id)
    context.record("client", "deleted", client.id, version, {}, msgspec.to_builtins(client))
    return Result(204, None, version)


async def restore_client(context: Context, command: RestoreClient) -> Result:
    """Undo a delete. A client that is there already is given back as it is."""
    live = await context.clients.get(command.client_id)
    if live is not None:
        return Result(200, live, live.version)
    client = await context.clients.get(command.client_id, deleted=True)
    if client is None:
        raise NotFound(f"There is no client {command.client_id} in this workspace.")
    stage = client.stage
    if await context.storage.stages.by_key(context.workspace_id, stage) is None:
        stage = await _first_stage(context)
    restored = msgspec.structs.replace(
        client,
        stage=stage,
        position=await _free_position(context, client.id, stage, client.position),
        version=client.version + 1,
        updated_at=context.now,
        updated_by=context.actor.id,
    )
    await context.clients.restore(restored)
    context.record("client", "restored", client.id, restored.version, msgspec.to_builtins(restored))
    return Result(200, restored, restored.version)


OPERATIONS: dict[type, Handler] = {
    CreateClient: create_client,
    UpdateClient: update_client,
    DeleteClient: delete_client,
    RestoreClient: restore_client,
}


async def bulk_clients(context: Context, command: BulkClients) -> Result:
    """Each operation in a savepoint of one transaction: one that is refused leaves the others standing."""
    results: list[dict[str, Any]] = []
    for operation in command.operations:
        try:
            async with context.write.savepoint():
                result = await OPERATIONS[type(operation)](context, operation)
        except AppError as error:
            results.append({"status": error.problem.status, "problem": error.problem})
        else:
            results.append(
                {"status": result.status, "version": result.version, "result": result.value}
            )
    return Result(200, {"results": results, "seq": context.write.seq})


async def create_comment(context: Context, command: CreateComment) -> Result:
    await _live(context, command.client_id, None)
    draft, comments = command.data, context.storage.comments
    comment_id = new_id() if draft.id is UNSET else draft.id
    if draft.id is not UNSET and await comments.get(context.workspace_id, comment_id) is not None:
        raise Conflict(f"There is a comment with the id {comment_id} already.")
    comment = Comment(
        id=comment_id,
        client_id=command.client_id,
        author_id=context.actor.id,
        body=draft.body,
        created_at=context.now,
    )
    await comments.add(context.workspace_id, comment)
    shown = {**msgspec.to_builtins(comment), "author_name": context.actor.name}
    context.record("comment", "created", comment.id, comment.version, shown)
    return Result(201, shown, comment.version)


async def _exists(context: Context, client_id: str) -> bool:
    return (
        await context.clients.get(client_id) is not None
        or await context.clients.get(client_id, deleted=True) is not None
    )


async def _live(context: Context, client_id: str, if_version: int | None) -> Client:
    client = await context.clients.get(client_id)
    if client is None:
        raise NotFound(f"There is no client {client_id} in this workspace.")
    if if_version is not None and if_version != client.version:
        raise PreconditionFailed(
            f"The client is at version {client.version}, not {if_version}: read it again and repeat the change."
        )
    return client


async def _checked(context: Context, patch: ClientPatch) -> dict[str, Any]:
    """The fields that `patch` gives, as a `Client` holds them, once what they refer to is known to exist."""
    given = {
        name: value
        for name in ClientPatch.__struct_fields__
        if (value := getattr(patch, name)) is not UNSET
    }
    for name in ("company", "email", "phone"):
        if given.get(name) == "":
            given[name] = None
    if given.get("value") is not None:
        given["value"] = Money(amount=given["value"].amount, currency=given["value"].currency)
    if given.get("next_action_at") is not None:
        given["next_action_at"] = in_utc("next_action_at", given["next_action_at"])
    if "tags" in given:
        given["tags"] = list(dict.fromkeys(given["tags"]))
    if "name" in given and not given["name"].strip():
        raise Invalid.field("name", "Must not be blank")
    if "stage" in given and not await context.lookups.has_stage(given["stage"]):
        raise Invalid.field(
            "stage", f"There is no stage {given['stage']!r}: take the key of one of /stages"
        )
    owner_id = given.get("owner_id")
    if owner_id is not None and not await context.lookups.has_member(owner_id):
        raise Invalid.field("owner_id", "Must be the id of a member of this workspace")
    if "position" in given:
        _check_rank(given["position"])
    return given


def _check_rank(position: str) -> None:
    try:
        generate_key_between(position, None)
    except (FIError, IndexError, ValueError):
        raise Invalid.field(
            "position", "Must be a rank string as `position` fields carry it"
        ) from None


async def _first_stage(context: Context) -> str:
    return await context.lookups.first_stage()


async def _free_position(context: Context, client_id: str, stage: str, wanted: str | None) -> str:
    """`wanted`, or just behind it when another client of the stage has that very rank; None: the end.

    Two people who drop a card into the same gap at once choose the same rank; both moves are kept.
    """
    clients = context.clients
    if wanted is None:
        position = str(generate_key_between(await context.lookups.end_of(stage), None))
    elif not await clients.position_taken(stage, wanted, except_id=client_id):
        position = wanted
    else:
        following = await clients.position_after(stage, wanted)
        position = str(generate_key_between(wanted, following))
    context.lookups.placed(stage, position)
    return position
