"""Commands on a workspace itself: its name, its members and invites."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import msgspec

from realtime.messages import (
    CreateInvite,
    DeleteInvite,
    DeleteWorkspace,
    RemoveMember,
    UpdateMember,
    UpdateWorkspace,
)
from server.commands.context import Context, Result
from server.errors import Conflict, Forbidden, NotFound
from server.identity.derived import DerivedSecrets
from server.identity.emails import normalised_email
from server.ids import digest, new_id
from server.permissions import Role
from storage.records import Invite, Member


async def update_workspace(context: Context, command: UpdateWorkspace) -> Result:
    workspace = context.write.workspace
    name = command.data.name
    if name != workspace.name:
        await context.storage.workspaces.rename(context.workspace_id, name)
        version = context.write.seq + 1
        context.record(
            "workspace", "updated", workspace.id, version, {"name": name}, {"name": workspace.name}
        )
    shown = {
        **msgspec.to_builtins(workspace),
        "name": name,
        "seq": context.write.seq,
        "role": context.role.name.lower(),
    }
    return Result(200, shown)


async def delete_workspace(
    context: Context, command: DeleteWorkspace, close: Callable[[str], None]
) -> Result:
    """`close` ends the workspace's sockets."""
    await context.storage.workspaces.delete(context.workspace_id)
    return Result(204, after=partial(close, context.workspace_id))


async def update_member(context: Context, command: UpdateMember) -> Result:
    """Owners alone make and unmake owners; the last one stays."""
    member = await _found(context, command.user_id)
    role = command.data.role
    if "owner" in (role, member.role) and role != member.role:
        _owners_only(context)
        if member.role == "owner":
            await _not_the_last_owner(context)
    if role != member.role:
        await context.storage.members.set_role(context.workspace_id, member.user_id, role)
        context.record(
            "member",
            "updated",
            member.user_id,
            context.write.seq + 1,
            {"role": role},
            {"role": member.role},
        )
    return Result(200, msgspec.structs.replace(member, role=role))


async def remove_member(context: Context, command: RemoveMember) -> Result:
    """Only owners remove other owners; the last one stays."""
    member = await _found(context, command.user_id)
    if member.role == "owner" and member.user_id != context.actor.id:
        _owners_only(context)
    if member.role == "owner":
        await _not_the_last_owner(context)
    await context.storage.members.remove(context.workspace_id, member.user_id)
    context.record(
        "member", "deleted", member.user_id, context.write.seq + 1, {}, msgspec.to_builtins(member)
    )
    return Result(204)


async def create_invite(context: Context, command: CreateInvite, secrets: DerivedSecrets) -> Result:
    """The code is made from ids and the server's key, so that a repeated command can show it again."""
    if len(await context.storage.members.roles(context.workspace_id)) >= context.limits.max_members:
        raise Conflict(f"A workspace has at most {context.limits.max_members} members.")
    assert context.command_id is not None
    invite_id = new_id()
    invite = Invite(
        id=invite_id,
        workspace_id=context.workspace_id,
        email=normalised_email(command.data.email) if command.data.email else None,
        role=command.data.role,
        created_by=context.actor.id,
        created_at=context.now,
        expires_at=context.now + timedelta(days=context.limits.invite_expires_days),
    )
    code = secrets.invite_code(invite_id, context.command_id)
    await context.storage.invites.add(invite, digest(code))
    return Result(201, msgspec.to_builtins(invite) | {"made_with": secrets.key_id})


async def delete_invite(context: Context, command: DeleteInvite) -> Result:
    """Withdraw an invite: its code lets nobody in any more."""
    if not await context.storage.invites.delete(context.workspace_id, command.invite_id):
        raise NotFound(f"There is no invite {command.invite_id} in this workspace.")
    return Result(204)


async def _found(context: Context, user_id: str) -> Member:
    member = await context.storage.members.get(context.workspace_id, user_id)
    if member is None:
        raise NotFound(f"There is no member {user_id} in this workspace.")
    return member


def _owners_only(context: Context) -> None:
    if context.role < Role.OWNER:
        raise Forbidden("Only an owner may change who the owners are.")


async def _not_the_last_owner(context: Context) -> None:
    if await context.storage.members.owners(context.workspace_id) <= 1:
        raise Conflict("A workspace keeps at least one owner: make another member owner first.")
