"""/workspaces with their stages, members and invites."""

from __future__ import annotations

import msgspec

from realtime import messages
from realtime.problems import ProblemKind
from server.api.calls import SignedIn, Visit
from server.api.endpoint import endpoint
from server.api.http import Reply, public_address
from server.api.shapes import (
    InviteWithCode,
    Joined,
    Listed,
    PageQuery,
    StageRemoval,
    WholeListQuery,
)
from server.errors import NotFound
from storage.records import Invite, Member, Membership, Stage

_WORKSPACE = "/workspaces/{workspace_id}"
_STAGES = f"{_WORKSPACE}/stages"
_STAGE = f"{_STAGES}/{{stage_id}}"
_MEMBERS = f"{_WORKSPACE}/members"
_MEMBER = f"{_MEMBERS}/{{user_id}}"
_INVITES = f"{_WORKSPACE}/invites"
_CONFLICT = (ProblemKind.CONFLICT,)


@endpoint("GET", "/workspaces")
async def list_workspaces(call: SignedIn, query: PageQuery) -> Listed[Membership]:
    """The workspaces that one belongs to, each with one's role."""
    workspaces, principal = call.services.storage.workspaces, call.principal
    if principal.only_workspace_id is not None:
        one = await workspaces.membership(principal.only_workspace_id, principal.user_id)
        return Listed(items=[one] if one else [])
    page = await workspaces.list_for(principal.user_id, query.limit, query.cursor)
    return Listed(items=page.items, next_cursor=page.next)


@endpoint("POST", "/workspaces", status=201, located=True)
async def create_workspace(call: SignedIn, body: messages.WorkspacePatch) -> Reply[Membership]:
    """Make a workspace with the five usual stages, and own it."""
    commands = call.services.commands
    answer = await commands.create_workspace(call.principal, body.name, key=call.key)
    made = msgspec.json.decode(answer.result)["id"]
    return Reply(msgspec.Raw(answer.result), made=made)


@endpoint("GET", _WORKSPACE, "workspace.read")
async def get_workspace(call: Visit) -> Membership:
    """A workspace, with one's role and the seq of its last change."""
    return call.member


@endpoint("PATCH", _WORKSPACE, "workspace.update")
async def update_workspace(call: SignedIn, body: messages.WorkspacePatch) -> Reply[Membership]:
    """Change a workspace's name."""
    return await call.run(messages.UpdateWorkspace(data=body))


@endpoint("DELETE", _WORKSPACE, "workspace.delete", status=204)
async def delete_workspace(call: SignedIn) -> Reply[None]:
    """Delete a workspace and all that is in it."""
    return await call.run(messages.DeleteWorkspace())


@endpoint("GET", _STAGES, "workspace.read")
async def list_stages(call: Visit, query: WholeListQuery) -> Listed[Stage]:
    """The stages, from left to right."""
    stages = await call.services.storage.stages.list(call.member.id)
    return query.page_of(stages, lambda stage: stage.id)


@endpoint("GET", _STAGE, "workspace.read")
async def get_stage(call: Visit) -> Reply[Stage]:
    """One stage."""
    stage = await call.services.storage.stages.get(call.member.id, call.path["stage_id"])
    if stage is None:
        raise NotFound("There is no such stage in this workspace.")
    return Reply(stage, stage.version)


@endpoint(
    "POST",
    _STAGES,
    "stage.create",
    status=201,
    located=True,
    raises=_CONFLICT,
)
async def create_stage(call: SignedIn, body: messages.StageDraft) -> Reply[Stage]:
    """Make a stage."""
    return await call.run(messages.CreateStage(data=body))


@endpoint("PATCH", _STAGE, "stage.update", strict=True)
async def update_stage(call: SignedIn, body: messages.StagePatch) -> Reply[Stage]:
    """Change a stage: the fields given, or its place."""
    command = messages.UpdateStage(
        stage_id=call.path["stage_id"], data=body, if_version=call.if_version
    )
    return await call.run(command)


@endpoint("DELETE", _STAGE, "stage.delete", status=204, raises=_CONFLICT)
async def delete_stage(call: SignedIn, query: StageRemoval) -> Reply[None]:
    """Delete a stage. One that holds clients needs `move_to`; the last one stays."""
    command = messages.DeleteStage(stage_id=call.path["stage_id"], move_to=query.move_to)
    return await call.run(command)


@endpoint("GET", _MEMBERS, "workspace.read")
async def list_members(call: Visit, query: WholeListQuery) -> Listed[Member]:
    """The members, with their roles."""
    members = await call.services.storage.members.list(call.member.id)
    return query.page_of(members, lambda member: member.user_id)


@endpoint("PATCH", _MEMBER, "member.update", raises=_CONFLICT)
async def update_member(call: SignedIn, body: messages.MemberPatch) -> Reply[Member]:
    """Change a member's role. The last owner stays one."""
    return await call.run(messages.UpdateMember(user_id=call.path["user_id"], data=body))


@endpoint("DELETE", _MEMBER, "member.remove", status=204, raises=_CONFLICT)
async def remove_member(call: SignedIn) -> Reply[None]:
    """Remove a member, or leave: anyone may remove themselves but the last owner."""
    return await call.run(messages.RemoveMember(user_id=call.path["user_id"]))


@endpoint("GET", _INVITES, "invite.read")
async def list_invites(call: Visit, query: WholeListQuery) -> Listed[Invite]:
    """The invites, without their codes."""
    invites = await call.services.storage.invites.list(call.member.id)
    return query.page_of(invites, lambda invite: invite.id)


@endpoint(
    "POST",
    _INVITES,
    "invite.create",
    status=201,
    secret=True,
    raises=_CONFLICT,
    rate="invite",
)
async def create_invite(call: SignedIn, body: messages.InviteDraft) -> Reply[InviteWithCode]:
    """Invite one person, who has seven days to accept."""
    reply = await call.run(messages.CreateInvite(data=body))
    invite = msgspec.json.decode(reply.value)
    url = f"{public_address(call.request)}/#/invite/{invite['code']}"
    return Reply(msgspec.convert({**invite, "url": url}, InviteWithCode))


@endpoint("DELETE", f"{_INVITES}/{{invite_id}}", "invite.delete", status=204)
async def delete_invite(call: SignedIn) -> Reply[None]:
    """Withdraw an invite."""
    return await call.run(messages.DeleteInvite(invite_id=call.path["invite_id"]))


@endpoint(
    "POST",
    "/invites/{code}/accept",
    remembered=True,
    raises=(ProblemKind.CONFLICT, ProblemKind.GONE),
    rate="invite",
)
async def accept_invite(call: SignedIn) -> Reply[Joined]:
    """Join the workspace of an invite. Accepting again gives the same answer."""
    answer = await call.services.commands.accept_invite(call.principal, call.path["code"])
    return Reply(msgspec.Raw(answer.result))


endpoints = (
    list_workspaces,
    create_workspace,
    get_workspace,
    update_workspace,
    delete_workspace,
    list_stages,
    create_stage,
    get_stage,
    update_stage,
    delete_stage,
    list_members,
    update_member,
    remove_member,
    list_invites,
    create_invite,
    delete_invite,
    accept_invite,
)
