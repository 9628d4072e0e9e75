"""What the routes share: reading bodies and queries, who asks, conditional requests, JSON answers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from realtime.messages import COMMAND_ID, AnyCommand
from realtime.validation import decode
from server.answers import Answer
from server.channel import bearer_token
from server.errors import NO_SUCH_WORKSPACE, Invalid, NotFound, TooLarge, Unauthorized
from server.identity.principal import Principal
from server.permissions import Role, authorise
from server.services import services_of
from storage.records import Membership

T = TypeVar("T")
_encoder = msgspec.json.Encoder()
_VERSION_TAG = re.compile(r'"(\d{1,18})"')
_KEY = re.compile(COMMAND_ID)


def resource(path: str, **methods: Callable[[Request], Awaitable[Response]]) -> Route:
    """All methods of one path in one route, so that a 405 can name those there are (RFC 9110, 15.5.6)."""

    async def dispatch(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await methods[method](request)

    return Route(path, dispatch, methods=list(methods))


def json_response(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(_encoder.encode(value), status, headers, "application/json")


async def read_body(request: Request, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode the body. Raises `TooLarge` as soon as it is, and `Refused` for what does not decode."""
    limit = services_of(request).limits.max_body_bytes
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"A body may have at most {limit} bytes: send less at a time.")
    return decode(decoder, bytes(body))


async def principal_of(request: Request) -> Principal:
    """Who asks. Raises `Unauthorized`."""
    token = bearer_token(request.headers.get("authorization"))
    if token is None:
        raise Unauthorized("Send an access token: Authorization: Bearer …")
    return await services_of(request).accounts.identify(token)


async def visit(request: Request, operation: str = "workspace.read") -> Membership:
    """Let a member in to read. Raises `NotFound` for anybody else, as if there were no such workspace."""
    principal = await principal_of(request)
    workspace_id: str = request.path_params["workspace_id"]
    membership = None
    if principal.may_enter(workspace_id):
        workspaces = services_of(request).storage.workspaces
        membership = await workspaces.membership(workspace_id, principal.user_id)
    if membership is None:
        raise NotFound(NO_SUCH_WORKSPACE)
    authorise(Role.of(membership.role), operation)
    return membership


def idempotency_key(request: Request) -> str | None:
    """The key under which a repetition gets the first answer; the same key space as the channel's command ids."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise Invalid.field("Idempotency-Key", "Must be 1 to 255 visible ASCII characters")
    return key


async def run_command(request: Request, command: AnyCommand) -> Answer:
    """Run a command of the workspace in the path, for whoever asks."""
    return await _run(request, await principal_of(request), command)


async def run_with_body(
    request: Request, decoder: msgspec.json.Decoder[T], command_of: Callable[[T], AnyCommand]
) -> Answer:
    """Run the command that `command_of` makes of the body, which only a known sender gets read."""
    principal = await principal_of(request)
    return await _run(request, principal, command_of(await read_body(request, decoder)))


async def _run(request: Request, principal: Principal, command: AnyCommand) -> Answer:
    return await services_of(request).commands.execute(
        principal,
        request.path_params["workspace_id"],
        command,
        key=idempotency_key(request),
        via="rest",
    )


def answered(answer: Answer, headers: Mapping[str, str] | None = None) -> Response:
    """The HTTP form of a command's answer, with its version as ETag."""
    all_headers = dict(headers or {})
    if answer.version is not None and answer.status != 204:
        all_headers["ETag"] = etag(answer.version)
    body = b"" if answer.status == 204 else answer.result
    return Response(body, answer.status, all_headers, "application/json" if body else None)


def etag(version: int) -> str:
    return f'"{version}"'


def if_match(request: Request) -> int | None:
    """The version that If-Match asks for (RFC 9110, section 13.1.1); None: any."""
    header = request.headers.get("if-match", "*").strip()
    if header == "*":
        return None
    if found := _VERSION_TAG.fullmatch(header):
        return int(found[1])
    raise Invalid.field("If-Match", 'Must be one version as ETag gives it, such as "3"')


def not_modified(request: Request, version: int) -> bool:
    tags = request.headers.get("if-none-match", "")
    return tags.strip() == "*" or etag(version) in [
        tag.strip().removeprefix("W/") for tag in tags.split(",")
    ]


def integer_query(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query. Raises `Invalid` naming it."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,18}", text) or not low <= int(text) <= high:
        raise Invalid.field(name, f"Must be a whole number from {low} to {high}")
    return int(text)


def page_limit(request: Request) -> int:
    limits = services_of(request).limits
    return integer_query(request, "limit", limits.default_page_items, 1, limits.max_page_items)
