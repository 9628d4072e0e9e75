"""/workspaces with their stages, members and invites."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from realtime import messages
from server.api.http import (
    answered,
    etag,
    idempotency_key,
    if_match,
    json_response,
    page_limit,
    principal_of,
    read_body,
    resource,
    run_command,
    run_with_body,
    visit,
)
from server.errors import NotFound
from server.services import services_of

_workspace = msgspec.json.Decoder(messages.WorkspacePatch)
_stage_draft = msgspec.json.Decoder(messages.StageDraft)
_stage_patch = msgspec.json.Decoder(messages.StagePatch)
_member_patch = msgspec.json.Decoder(messages.MemberPatch)
_invite_draft = msgspec.json.Decoder(messages.InviteDraft)


async def list_workspaces(request: Request) -> Response:
    principal = await principal_of(request)
    workspaces = services_of(request).storage.workspaces
    page = await workspaces.list_for(
        principal.user_id, page_limit(request), request.query_params.get("cursor")
    )
    items = [item for item in page.items if principal.may_enter(item.id)]
    return json_response({"items": items, "next_cursor": page.next})


async def create_workspace(request: Request) -> Response:
    principal = await principal_of(request)
    body = await read_body(request, _workspace)
    commands = services_of(request).commands
    answer = await commands.create_workspace(principal, body.name, key=idempotency_key(request))
    workspace_id = msgspec.json.decode(answer.result)["id"]
    return answered(answer, {"Location": f"/api/v1/workspaces/{workspace_id}"})


async def get_workspace(request: Request) -> Response:
    return json_response(await visit(request))


async def update_workspace(request: Request) -> Response:
    return answered(
        await run_with_body(request, _workspace, lambda body: messages.UpdateWorkspace(data=body))
    )


async def delete_workspace(request: Request) -> Response:
    return answered(await run_command(request, messages.DeleteWorkspace()))


async def list_stages(request: Request) -> Response:
    member = await visit(request)
    stages = await services_of(request).storage.stages.list(member.id)
    return json_response({"items": stages, "next_cursor": None})


async def get_stage(request: Request) -> Response:
    member = await visit(request)
    stage = await services_of(request).storage.stages.get(
        member.id, request.path_params["stage_id"]
    )
    if stage is None:
        raise NotFound("There is no such stage in this workspace.")
    return json_response(stage, headers={"ETag": etag(stage.version)})


async def create_stage(request: Request) -> Response:
    return answered(
        await run_with_body(request, _stage_draft, lambda body: messages.CreateStage(data=body))
    )


async def update_stage(request: Request) -> Response:
    stage_id, if_version = request.path_params["stage_id"], if_match(request)
    return answered(
        await run_with_body(
            request,
            _stage_patch,
            lambda body: messages.UpdateStage(stage_id=stage_id, data=body, if_version=if_version),
        )
    )


async def delete_stage(request: Request) -> Response:
    stage_id, move_to = request.path_params["stage_id"], request.query_params.get("move_to")
    return answered(
        await run_command(request, messages.DeleteStage(stage_id=stage_id, move_to=move_to))
    )


async def list_members(request: Request) -> Response:
    member = await visit(request)
    members = await services_of(request).storage.members.list(member.id)
    return json_response({"items": members, "next_cursor": None})


async def update_member(request: Request) -> Response:
    user_id = request.path_params["user_id"]
    return answered(
        await run_with_body(
            request,
            _member_patch,
            lambda body: messages.UpdateMember(user_id=user_id, data=body),
        )
    )


async def remove_member(request: Request) -> Response:
    return answered(
        await run_command(request, messages.RemoveMember(user_id=request.path_params["user_id"]))
    )


async def list_invites(request: Request) -> Response:
    member = await visit(request, "invite.read")
    invites = await services_of(request).storage.invites.list(member.id)
    return json_response({"items": invites, "next_cursor": None})


async def create_invite(request: Request) -> Response:
    answer = await run_with_body(
        request, _invite_draft, lambda body: messages.CreateInvite(data=body)
    )
    invite = msgspec.json.decode(answer.result)
    shown = {**invite, "url": f"{request.base_url}#/invite/{invite['code']}"}
    return json_response(shown, answer.status, {"Cache-Control": "no-store"})


async def delete_invite(request: Request) -> Response:
    invite_id = request.path_params["invite_id"]
    return answered(await run_command(request, messages.DeleteInvite(invite_id=invite_id)))


async def accept_invite(request: Request) -> Response:
    principal = await principal_of(request)
    answer = await services_of(request).commands.accept_invite(
        principal, request.path_params["code"]
    )
    return answered(answer)


routes = [
    resource("/workspaces", GET=list_workspaces, POST=create_workspace),
    resource(
        "/workspaces/{workspace_id}",
        GET=get_workspace,
        PATCH=update_workspace,
        DELETE=delete_workspace,
    ),
    resource("/workspaces/{workspace_id}/stages", GET=list_stages, POST=create_stage),
    resource(
        "/workspaces/{workspace_id}/stages/{stage_id}",
        GET=get_stage,
        PATCH=update_stage,
        DELETE=delete_stage,
    ),
    resource("/workspaces/{workspace_id}/members", GET=list_members),
    resource(
        "/workspaces/{workspace_id}/members/{user_id}", PATCH=update_member, DELETE=remove_member
    ),
    resource("/workspaces/{workspace_id}/invites", GET=list_invites, POST=create_invite),
    resource("/workspaces/{workspace_id}/invites/{invite_id}", DELETE=delete_invite),
    resource("/invites/{code}/accept", POST=accept_invite),
]
