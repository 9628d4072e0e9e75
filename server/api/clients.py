"""/workspaces/{w}/clients with comments and history, and /workspaces/{w}/changes."""

from __future__ import annotations

from realtime import messages
from realtime.problems import ProblemKind
from server.api.calls import SignedIn, Visit
from server.api.endpoint import endpoint
from server.api.http import Reply
from server.api.shapes import (
    Bulk,
    BulkResults,
    Changes,
    ChangesQuery,
    ClientListQuery,
    FieldChange,
    HistoryItem,
    HistoryQuery,
    Listed,
    ListedClients,
    PageQuery,
)
from server.change_frames import wire_change
from server.errors import Gone, NotFound, TooMany
from storage.records import AuthoredComment, Change, Client, ClientQuery

_NOT_HISTORY = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by"})
_CLIENTS = "/workspaces/{workspace_id}/clients"
_CLIENT = f"{_CLIENTS}/{{client_id}}"
_CONFLICT = (ProblemKind.CONFLICT,)


@endpoint("GET", _CLIENTS, "workspace.read")
async def list_clients(call: Visit, query: ClientListQuery) -> Reply[ListedClients]:
    """The clients, filtered and in order."""
    if unchanged := call.unchanged():
        return unchanged
    # `seq` is read before the items: a client that applies every change after it misses none.
    member = call.member
    asked = ClientQuery(
        q=query.q or None,
        stages=query.stage,
        owners=[owner if owner != "none" else None for owner in query.owner],
        tags=query.tag,
        sort=query.sort,
        limit=query.limit,
        after=query.cursor,
    )
    page = await call.services.storage.clients.page(member.id, asked)
    found = ListedClients(items=page.items, next_cursor=page.next, seq=member.seq)
    return Reply(found, tag=call.tag)


@endpoint("POST", _CLIENTS, "client.create", status=201, located=True, raises=_CONFLICT)
async def create_client(call: SignedIn, body: messages.ClientDraft) -> Reply[Client]:
    """Make a client. It may bring an id of its own."""
    return await call.run(messages.CreateClient(data=body))


@endpoint("POST", f"{_CLIENTS}/bulk", "client.bulk")
async def bulk_clients(call: SignedIn, body: Bulk) -> Reply[BulkResults]:
    """Up to 500 operations in one transaction.

    Each succeeds or is refused by itself.
    """
    return await call.run(messages.BulkClients(operations=body.operations))


@endpoint("GET", _CLIENT, "workspace.read")
async def get_client(call: Visit) -> Reply[Client]:
    """One client."""
    client = await _client(call)
    return Reply(client, client.version)


@endpoint("PATCH", _CLIENT, "client.update", strict=True)
async def update_client(call: SignedIn, body: messages.ClientPatch) -> Reply[Client]:
    """Change a client: the fields given are merged into what is there.

    With If-Match only if it still has that version.
    """
    command = messages.UpdateClient(
        client_id=call.path["client_id"], data=body, if_version=call.if_version
    )
    return await call.run(command)


@endpoint("DELETE", _CLIENT, "client.delete", status=204, strict=True)
async def delete_client(call: SignedIn) -> Reply[None]:
    """Delete a client; restore undoes it."""
    command = messages.DeleteClient(client_id=call.path["client_id"], if_version=call.if_version)
    return await call.run(command)


@endpoint("POST", f"{_CLIENT}/restore", "client.restore")
async def restore_client(call: SignedIn) -> Reply[Client]:
    """Bring a deleted client back. One that is there is given as it is."""
    return await call.run(messages.RestoreClient(client_id=call.path["client_id"]))


@endpoint("GET", f"{_CLIENT}/history", "workspace.read")
async def history(call: Visit, query: HistoryQuery) -> Listed[HistoryItem]:
    """Who changed what, from what, to what; the newest first.

    A deleted client still has its history.
    """
    log = call.services.storage.change_log
    client_id, limit, before = call.path["client_id"], query.limit, query.cursor
    changes = await log.history(call.member.id, "client", client_id, limit, before)
    if not changes and before == HistoryQuery().cursor:
        raise NotFound("There is no such client in this workspace.")
    next_cursor = str(changes[-1].seq) if len(changes) == limit else None
    return Listed(items=[_history_item(change) for change in changes], next_cursor=next_cursor)


@endpoint("GET", f"{_CLIENT}/comments", "workspace.read")
async def list_comments(call: Visit, query: PageQuery) -> Listed[AuthoredComment]:
    """The comments on a client, the oldest first."""
    client, comments = await _client(call), call.services.storage.comments
    page = await comments.page(call.member.id, client.id, query.limit, query.cursor)
    return Listed(items=page.items, next_cursor=page.next)


@endpoint("POST", f"{_CLIENT}/comments", "comment.create", status=201, raises=_CONFLICT)
async def create_comment(call: SignedIn, body: messages.CommentDraft) -> Reply[AuthoredComment]:
    """Comment on a client."""
    command = messages.CreateComment(client_id=call.path["client_id"], data=body)
    return await call.run(command)


@endpoint(
    "GET",
    "/workspaces/{workspace_id}/changes",
    "workspace.read",
    raises=(ProblemKind.GONE, ProblemKind.TOO_MANY),
)
async def changes(call: Visit, query: ChangesQuery) -> Changes:
    """The change log after `since`.

    With `wait` the request is held until there is something (long poll). A `since` that is older than the log kept
    gives 410: load the clients again, go on from their `seq`.
    """
    services, member = call.services, call.member
    found, head = await _changes_since(call, member.id, query)
    if not found and query.wait:
        if services.polls.locked():
            raise TooMany("Too many long polls at once: poll without wait.", retry_after_s=5)
        async with services.polls:
            await services.hub.wait_past(
                member.id, query.since, min(query.wait, services.limits.max_long_poll_s)
            )
        # The one who waited may have been removed meanwhile.
        found, head = await _changes_since(call, (await call.again()).id, query)
    return Changes(changes=[wire_change(change, messages.Change) for change in found], seq=head)


async def _changes_since(
    call: Visit, workspace_id: str, query: ChangesQuery
) -> tuple[list[Change], int]:
    """The changes after `since` and the log's head. Raises `Gone` when the log does not reach back."""
    storage, since = call.services.storage, query.since
    head = await storage.workspaces.head(workspace_id)
    found = await storage.change_log.since(workspace_id, since, query.limit)
    kept_from = found[0].seq if found else (head or 0) + 1
    if kept_from > since + 1:
        raise Gone(
            f"The log is kept from {kept_from} on: load the clients again, go on from their seq."
        )
    return found, max(head or 0, found[-1].seq if found else 0)


async def _client(call: Visit) -> Client:
    clients = call.services.storage.clients
    client = await clients.get(call.member.id, call.path["client_id"])
    if client is None:
        raise NotFound("There is no such client in this workspace.")
    return client


def _history_item(change: Change) -> HistoryItem:
    fields = [name for name in change.data if name not in _NOT_HISTORY]
    if change.op == "created":
        fields = [name for name in fields if change.data[name] not in (None, "", [], {})]
    elif change.op == "restored":
        fields = []
    return HistoryItem(
        seq=change.seq,
        at=change.at,
        actor=change.actor,
        op=change.op,
        version=change.version,
        changes=[
            FieldChange(field=name, before=change.previous.get(name), after=change.data[name])
            for name in fields
        ],
    )


endpoints = (
    list_clients,
    create_client,
    bulk_clients,
    get_client,
    update_client,
    delete_client,
    restore_client,
    history,
    list_comments,
    create_comment,
    changes,
)
