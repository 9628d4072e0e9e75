"""Commands on the board's columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from realtime.messages import ClientPatch, CreateStage, DeleteStage, UpdateClient, UpdateStage
from server.commands.clients import update_client
from server.commands.context import Context, Result
from server.errors import Conflict, Invalid, NotFound, PreconditionFailed
from server.ids import new_id
from storage.records import Stage


async def create_stage(context: Context, command: CreateStage) -> Result:
    stages = await context.storage.stages.list(context.workspace_id)
    if len(stages) >= context.limits.max_stages:
        raise Conflict(f"A board has at most {context.limits.max_stages} stages.")
    draft = command.data
    key = _slug(draft.name) if draft.key is UNSET else draft.key
    if any(stage.key == key for stage in stages):
        raise Conflict(f"There is a stage with the key {key!r} already.")
    position = len(stages) if draft.position is UNSET else min(draft.position, len(stages))
    stage = Stage(id=new_id(), key=key, name=draft.name, color=draft.color, position=position)
    await context.storage.stages.add(context.workspace_id, stage)
    context.record("stage", "created", stage.id, stage.version, msgspec.to_builtins(stage))
    await _renumber(context, [*stages[:position], stage, *stages[position:]])
    return Result(201, stage, stage.version)


async def update_stage(context: Context, command: UpdateStage) -> Result:
    stages = await context.storage.stages.list(context.workspace_id)
    stage = _found(stages, command.stage_id)
    if command.if_version is not None and command.if_version != stage.version:
        raise PreconditionFailed(
            f"The stage is at version {stage.version}, not {command.if_version}: read it again."
        )
    given = {
        name: value
        for name in ("name", "color")
        if (value := getattr(command.data, name)) is not UNSET
    }
    changed = {name: value for name, value in given.items() if value != getattr(stage, name)}
    if changed:
        stage = await _save(context, stage, changed)
    if command.data.position is not UNSET:
        others = [other for other in stages if other.id != stage.id]
        position = min(command.data.position, len(others))
        numbered = await _renumber(context, [*others[:position], stage, *others[position:]])
        stage = numbered[position]
    return Result(200, stage, stage.version)


async def delete_stage(context: Context, command: DeleteStage) -> Result:
    stages = await context.storage.stages.list(context.workspace_id)
    stage = _found(stages, command.stage_id)
    remaining = [other for other in stages if other.id != stage.id]
    if not remaining:
        raise Conflict("A board keeps at least one stage.")
    client_ids = await context.clients.ids_in_stage(stage.key)
    if client_ids:
        if command.move_to is None:
            raise Conflict(
                f"The stage holds {len(client_ids)} clients: name the stage that takes them in move_to."
            )
        if not any(other.key == command.move_to for other in remaining):
            raise Invalid.field("move_to", "Must be the key of another stage of this board")
        for client_id in client_ids:
            patch = ClientPatch(stage=command.move_to)
            await update_client(context, UpdateClient(client_id=client_id, data=patch))
    await context.storage.stages.delete(context.workspace_id, stage.id)
    context.record("stage", "deleted", stage.id, stage.version + 1, {}, msgspec.to_builtins(stage))
    await _renumber(context, remaining)
    return Result(204, None, stage.version + 1)


def _found(stages: Sequence[Stage], stage_id: str) -> Stage:
    for stage in stages:
        if stage.id == stage_id:
            return stage
    raise NotFound(f"There is no stage {stage_id} in this workspace.")


async def _renumber(context: Context, stages: list[Stage]) -> list[Stage]:
    """Give the stages the positions 0, 1, 2 … in this order; each that moves is a change."""
    return [
        stage if stage.position == position else await _save(context, stage, {"position": position})
        for position, stage in enumerate(stages)
    ]


async def _save(context: Context, stage: Stage, changed: dict[str, str | int]) -> Stage:
    saved = msgspec.structs.replace(stage, **changed, version=stage.version + 1)
    await context.storage.stages.save(context.workspace_id, saved)
    previous = {name: getattr(stage, name) for name in changed}
    context.record("stage", "updated", stage.id, saved.version, changed, previous)
    return saved


def _slug(name: str) -> str:
    """The key that a name suggests: lower case, without accents. Raises `Invalid` when nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    if not slug:
        raise Invalid.field("key", "Give a key of a-z and 0-9: none can be made from this name")
    return slug
