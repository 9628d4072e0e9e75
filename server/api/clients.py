"""/workspaces/{w}/clients with comments and history, and /workspaces/{w}/changes."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from realtime import messages
from server.api.http import (
    answered,
    etag,
    if_match,
    integer_query,
    json_response,
    not_modified,
    page_limit,
    resource,
    run_command,
    run_with_body,
    visit,
)
from server.change_frames import wire_change
from server.errors import Gone, Invalid, NotFound, TooMany
from server.services import services_of
from storage.client_pages import SORTS
from storage.records import Change, Client, ClientQuery, Membership


class _Bulk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    operations: messages.Operations


_draft = msgspec.json.Decoder(messages.ClientDraft)
_patch = msgspec.json.Decoder(messages.ClientPatch)
_bulk = msgspec.json.Decoder(_Bulk)
_comment = msgspec.json.Decoder(messages.CommentDraft)
_NOT_HISTORY = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by"})


async def list_clients(request: Request) -> Response:
    """`seq` is read before the items: a client that applies every change after it misses none."""
    member = await visit(request)
    services, query = services_of(request), request.query_params
    sort = query.get("sort", "position")
    if sort.removeprefix("-") not in SORTS:
        raise Invalid.field(
            "sort", f"Must be one of {', '.join(SORTS)}, with '-' in front for descending"
        )
    asked = ClientQuery(
        q=query.get("q") or None,
        stages=query.getlist("stage"),
        owners=[owner if owner != "none" else None for owner in query.getlist("owner")],
        tags=query.getlist("tag"),
        sort=sort,
        limit=integer_query(
            request,
            "limit",
            services.limits.default_page_items,
            1,
            services.limits.max_client_page_items,
        ),
        after=query.get("cursor"),
    )
    page = await services.storage.clients.page(member.id, asked)
    headers = (
        {"Link": f'<{request.url.include_query_params(cursor=page.next)}>; rel="next"'}
        if page.next
        else {}
    )
    return json_response(
        {"items": page.items, "next_cursor": page.next, "seq": member.seq}, headers=headers
    )


async def create_client(request: Request) -> Response:
    answer = await run_with_body(request, _draft, lambda body: messages.CreateClient(data=body))
    client_id = msgspec.json.decode(answer.result)["id"]
    return answered(answer, {"Location": f"{request.url.path}/{client_id}"})


async def bulk_clients(request: Request) -> Response:
    return answered(
        await run_with_body(
            request, _bulk, lambda body: messages.BulkClients(operations=body.operations)
        )
    )


async def get_client(request: Request) -> Response:
    client = await _client(request, await visit(request))
    headers = {"ETag": etag(client.version)}
    if not_modified(request, client.version):
        return Response(status_code=304, headers=headers)
    return json_response(client, headers=headers)


async def update_client(request: Request) -> Response:
    client_id, if_version = request.path_params["client_id"], if_match(request)
    return answered(
        await run_with_body(
            request,
            _patch,
            lambda body: messages.UpdateClient(
                client_id=client_id, data=body, if_version=if_version
            ),
        )
    )


async def delete_client(request: Request) -> Response:
    client_id = request.path_params["client_id"]
    command = messages.DeleteClient(client_id=client_id, if_version=if_match(request))
    return answered(await run_command(request, command))


async def restore_client(request: Request) -> Response:
    command = messages.RestoreClient(client_id=request.path_params["client_id"])
    return answered(await run_command(request, command))


async def history(request: Request) -> Response:
    """Newest first; a deleted client still has its history."""
    member = await visit(request)
    client_id, limit = request.path_params["client_id"], page_limit(request)
    before = integer_query(request, "cursor", 2**62, 1, 2**62)
    log = services_of(request).storage.change_log
    changes = await log.history(member.id, "client", client_id, limit, before)
    if not changes and before == 2**62:
        raise NotFound("There is no such client in this workspace.")
    next_cursor = str(changes[-1].seq) if len(changes) == limit else None
    return json_response(
        {"items": [_history_item(change) for change in changes], "next_cursor": next_cursor}
    )


async def list_comments(request: Request) -> Response:
    member = await visit(request)
    client = await _client(request, member)
    page = await services_of(request).storage.comments.page(
        member.id, client.id, page_limit(request), request.query_params.get("cursor")
    )
    return json_response({"items": page.items, "next_cursor": page.next})


async def create_comment(request: Request) -> Response:
    client_id = request.path_params["client_id"]
    return answered(
        await run_with_body(
            request,
            _comment,
            lambda body: messages.CreateComment(client_id=client_id, data=body),
        )
    )


async def changes(request: Request) -> Response:
    """The log after `since`; with `wait`, hold the request until there is something (long poll)."""
    member = await visit(request)
    services = services_of(request)
    since = integer_query(request, "since", 0, 0, 2**62)
    limit = integer_query(
        request, "limit", services.limits.max_changes_page, 1, services.limits.max_changes_page
    )
    wait_s = integer_query(request, "wait", 0, 0, 3600)
    found, head = await _changes_since(request, member, since, limit)
    if not found and wait_s:
        if services.polls.locked():
            raise TooMany("Too many long polls at once: poll without wait.", retry_after_s=5)
        async with services.polls:
            await services.hub.wait_past(
                member.id, since, min(wait_s, services.limits.max_long_poll_s)
            )
        # The one who waited may have been removed meanwhile.
        found, head = await _changes_since(request, await visit(request), since, limit)
    shown = [wire_change(change, messages.Change) for change in found]
    return json_response({"changes": shown, "seq": head})


async def _changes_since(
    request: Request, member: Membership, since: int, limit: int
) -> tuple[list[Change], int | None]:
    """The changes after `since` and the log's head. Raises `Gone` when the log does not reach back."""
    storage = services_of(request).storage
    head = await storage.workspaces.head(member.id)
    found = await storage.change_log.since(member.id, since, limit)
    kept_from = found[0].seq if found else (head or 0) + 1
    if kept_from > since + 1:
        raise Gone(
            f"The log is kept from {kept_from} on: load the clients again, go on from their seq."
        )
    return found, max(head or 0, found[-1].seq if found else 0)


async def _client(request: Request, member: Membership) -> Client:
    clients = services_of(request).storage.clients
    client = await clients.get(member.id, request.path_params["client_id"])
    if client is None:
        raise NotFound("There is no such client in this workspace.")
    return client


def _history_item(change: Change) -> dict[str, Any]:
    fields = [name for name in change.data if name not in _NOT_HISTORY]
    if change.op == "created":
        fields = [name for name in fields if change.data[name] not in (None, "", [], {})]
    elif change.op == "restored":
        fields = []
    return {
        "seq": change.seq,
        "at": change.at,
        "actor": change.actor,
        "op": change.op,
        "version": change.version,
        "changes": [
            {"field": name, "from": change.previous.get(name), "to": change.data[name]}
            for name in fields
        ],
    }


_CLIENTS = "/workspaces/{workspace_id}/clients"

routes = [
    resource(_CLIENTS, GET=list_clients, POST=create_client),
    resource(f"{_CLIENTS}/bulk", POST=bulk_clients),
    resource(
        f"{_CLIENTS}/{{client_id}}", GET=get_client, PATCH=update_client, DELETE=delete_client
    ),
    resource(f"{_CLIENTS}/{{client_id}}/restore", POST=restore_client),
    resource(f"{_CLIENTS}/{{client_id}}/history", GET=history),
    resource(f"{_CLIENTS}/{{client_id}}/comments", GET=list_comments, POST=create_comment),
    resource("/workspaces/{workspace_id}/changes", GET=changes),
]
