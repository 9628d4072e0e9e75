"""Commands and boards over REST."""

from __future__ import annotations

from typing import Any, NamedTuple

import httpx

from tests.fault.history import Command, Json

PAGE_ITEMS = 50


class Request(NamedTuple):
    method: str
    path: str
    body: Json | None
    headers: dict[str, str]


def request_of(command: Command) -> Request:
    """The request that says the same as the channel's command; its key is the command's id."""
    body, headers = command.body, {"Idempotency-Key": command.id}
    if "if_version" in body:
        headers["If-Match"] = f'"{body["if_version"]}"'
    one = f"/clients/{body.get('client_id')}"
    match command.op:
        case "client.create":
            return Request("POST", "/clients", body["data"], headers)
        case "client.bulk":
            return Request("POST", "/clients/bulk", {"operations": body["operations"]}, headers)
        case "client.update":
            return Request("PATCH", one, body["data"], headers)
        case "client.delete":
            return Request("DELETE", one, None, headers)
        case "client.restore":
            return Request("POST", f"{one}/restore", None, headers)
        case "comment.create":
            return Request("POST", f"{one}/comments", body["data"], headers)
    raise AssertionError(f"{command.op} is not known here")


async def send(
    http: httpx.AsyncClient, workspace_id: str, headers: dict[str, str], command: Command
) -> httpx.Response:
    request = request_of(command)
    return await http.request(
        request.method,
        f"/api/v1/workspaces/{workspace_id}{request.path}",
        json=request.body,
        headers=headers | request.headers,
    )


def version_of(response: httpx.Response) -> int | None:
    tag = response.headers.get("etag")
    return None if tag is None else int(tag.strip('"'))


async def read_board(
    http: httpx.AsyncClient, workspace_id: str, headers: dict[str, str]
) -> tuple[int, list[Json]]:
    """The board's seq and clients. Raises `httpx.HTTPError` when it cannot be had now.

    `seq` is that of the first page. The order is one in which no client moves while the pages are turned.
    """
    seq, items, cursor = None, [], None
    while True:
        query: dict[str, Any] = {"sort": "created_at", "limit": PAGE_ITEMS}
        if cursor is not None:
            query["cursor"] = cursor
        response = await http.get(
            f"/api/v1/workspaces/{workspace_id}/clients", params=query, headers=headers
        )
        page = response.raise_for_status().json()
        seq = page["seq"] if seq is None else seq
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return seq, items


async def read_changes(
    http: httpx.AsyncClient, workspace_id: str, headers: dict[str, str], since: int, wait_s: int
) -> httpx.Response:
    return await http.get(
        f"/api/v1/workspaces/{workspace_id}/changes",
        params={"since": since, "wait": wait_s},
        headers=headers,
    )
