"""An endpoint: one method of one path, described by its handler and run by its description.

The handler's signature says who may call (its first parameter, see calls.py), what `body` and `query` are decoded into
and what the answer is; its docstring is the documentation. The dispatcher and the API description read the same.
"""

from __future__ import annotations

import typing
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from realtime.problems import ProblemKind
from server.api.calls import Call, SignedIn, Visit
from server.api.http import (
    JSON_TYPES,
    Reply,
    check_accepts,
    check_body_type,
    content_tag,
    json_response,
    not_modified,
    public_address,
    read_body,
    read_query,
    version_tag,
)
from server.api.once import once
from server.api.shapes import Listed
from server.permissions import MINIMUM_ROLE, Role
from server.rates.addresses import address_of
from server.services import services_of

_SECRET = {"Cache-Control": "no-store"}  # RFC 6749, section 5.1
Handler = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Endpoint:
    """`path` is below /api/v1. `operation` is one of the permission table's; None: see `caller`.

    `body`, `query` and `answer` are types, None where there is none. `media_types` are those of a body that the handler
    reads itself, `text_media_type` that of an answer which may come in its place, as text. `located`: what a POST makes
    is found at the path and its id. `strict`: it takes If-Match. `keyed`: it takes an Idempotency-Key; `remembered`:
    and leaves its answers to the dispatcher. `rate` names the policy that slows callers down.
    """

    method: str
    path: str
    handler: Handler
    caller: type[Call]
    operation: str | None
    body: Any
    query: Any
    answer: Any
    status: int
    media_type: str
    media_types: tuple[str, ...]
    text_media_type: str | None
    located: bool
    strict: bool
    remembered: bool
    keyed: bool
    secret: bool
    raises: frozenset[ProblemKind]
    rate: str

    @property
    def name(self) -> str:
        return self.handler.__name__

    @property
    def summary(self) -> str:
        return (self.handler.__doc__ or "").strip().partition("\n")[0]

    @property
    def description(self) -> str:
        lines = (self.handler.__doc__ or "").partition("\n")[2].splitlines()
        return "\n".join(line.strip() for line in lines).strip()

    @property
    def tag(self) -> str:
        """The module that it stands in."""
        return self.handler.__module__.rpartition(".")[2]

    @property
    def conditional(self) -> bool:
        """Whether it takes If-None-Match."""
        return self.method == "GET" and self.media_type == "application/json"

    @property
    def answer_headers(self) -> tuple[str, ...]:
        """The headers that tell something of the answer: ETag of what has a version, Link of what comes in pages."""
        versioned = self.conditional or "version" in getattr(self.answer, "__struct_fields__", ())
        paged = "cursor" in getattr(self.query, "__struct_fields__", ())
        told = {"ETag": versioned, "Location": self.located, "Link": paged}
        return tuple(name for name, is_told in told.items() if is_told)

    @property
    def writes(self) -> bool:
        """Whether a script's token needs the scope `write`."""
        return self.method != "GET" and self.caller.signed_in

    @property
    def problems(self) -> frozenset[ProblemKind]:
        """The kinds that it may answer with: its own, and those that follow from what it is."""
        kinds = {
            *self.raises,
            ProblemKind.INTERNAL,
            ProblemKind.TOO_MANY,
            ProblemKind.UNAVAILABLE,
        }
        takes_body = self.body is not None or bool(self.media_types)
        addressed = "{" in self.path
        if self.caller.signed_in:
            kinds.add(ProblemKind.UNAUTHORIZED)
        if self.writes or MINIMUM_ROLE.get(self.operation or "", Role.VIEWER) > Role.VIEWER:
            kinds.add(ProblemKind.FORBIDDEN)
        if addressed:
            kinds.add(ProblemKind.NOT_FOUND)
        if takes_body or addressed or self.keyed or self.query is not None:
            kinds.add(ProblemKind.INVALID)
        if takes_body:
            kinds |= {ProblemKind.MALFORMED, ProblemKind.TOO_LARGE}
            kinds.add(ProblemKind.UNSUPPORTED_MEDIA_TYPE)
        if self.answer is not None:
            kinds.add(ProblemKind.NOT_ACCEPTABLE)
        if self.strict:
            kinds.add(ProblemKind.PRECONDITION_FAILED)
        return frozenset(kinds)

    async def __call__(self, request: Request) -> Response:
        """Who calls is known before the body is read."""
        rates, address = services_of(request).rates, address_of(request)
        rates.arrive(address)
        call = await self.caller.admit(request, self.operation, writes=self.writes)
        quotas = await rates.charge(
            self.rate,
            writes=self.method != "GET",
            address=address,
            user_id=call.principal.user_id if isinstance(call, SignedIn) else "",
            workspace_id=call.member.id if isinstance(call, Visit) else "",
        )
        request.state.rate_headers = quotas  # for the answer, also where it is a refusal
        if self.answer is not None:
            texts = () if self.text_media_type is None else (self.text_media_type,)
            check_accepts(request, self.media_type, *texts)
        if self.body is not None or self.media_types:
            check_body_type(request, self.media_types or JSON_TYPES)
        arguments: dict[str, Any] = {}
        if self.query is not None and not self.media_types:
            arguments["query"] = read_query(request, self.query, self._lists)
        if self._decoder is not None:
            arguments["body"] = await read_body(request, self._decoder)
        act = partial(self.handler, call, **arguments)
        if self.remembered and isinstance(call, SignedIn):
            response = self._response(request, await once(call, self.name, self.status, act))
        else:
            response = self._response(request, await act())
        response.headers.update(quotas)
        return response

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[Any] | None:
        return None if self.body is None else msgspec.json.Decoder(self.body)

    @cached_property
    def _lists(self) -> frozenset[str]:
        """The parameters of the query that may come several times."""
        hints = typing.get_type_hints(self.query)
        return frozenset(name for name, hint in hints.items() if typing.get_origin(hint) is list)

    def _response(self, request: Request, answer: Any) -> Response:
        if isinstance(answer, Response):
            return answer
        reply = answer if isinstance(answer, Reply) else Reply(answer)
        status = reply.status or self.status
        headers = {**(_SECRET if self.secret else {}), **reply.headers}
        if reply.tag is not None:
            headers["ETag"] = reply.tag
        if status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            return Response(status_code=status, headers=headers)
        if self.located:
            headers["Location"] = f"{request.url.path}/{reply.made}"
        if isinstance(reply.value, Listed) and reply.value.next_cursor is not None:
            following = request.url.include_query_params(cursor=reply.value.next_cursor)
            address = f"{public_address(request)}{following.path}?{following.query}"
            headers["Link"] = f'<{address}>; rel="next"'
        response = json_response(reply.value, status, headers)
        if reply.version is not None:
            response.headers["ETag"] = version_tag(reply.version)
        elif self.method == "GET" and reply.tag is None:
            response.headers["ETag"] = content_tag(bytes(response.body))
        if self.method == "GET" and not_modified(request, response.headers["ETag"]):
            del response.headers["Content-Type"], response.headers["Content-Length"]
            response.status_code, response.body = HTTPStatus.NOT_MODIFIED, b""
        return response


def endpoint(
    method: str,
    path: str,
    operation: str | None = None,
    *,
    status: int = 200,
    query: Any = None,
    media_type: str = "application/json",
    media_types: tuple[str, ...] = (),
    text_media_type: str | None = None,
    located: bool = False,
    strict: bool = False,
    remembered: bool = False,
    keyed: bool | None = None,
    secret: bool = False,
    raises: Iterable[ProblemKind] = (),
    rate: str = "default",
) -> Callable[[Handler], Endpoint]:
    """Make an endpoint of a handler `(call: Call | SignedIn | Visit, [body: …], [query: …]) -> … | Reply[…]`.

    A write takes an Idempotency-Key unless `keyed` says otherwise. See `Endpoint` for the rest.
    """

    def described(handler: Handler) -> Endpoint:
        hints = typing.get_type_hints(handler, include_extras=True)
        answer = hints.pop("return")
        caller = next(iter(hints.values()))
        if typing.get_origin(answer) is Reply:
            (answer,) = typing.get_args(answer)
        return Endpoint(
            method=method,
            path=path,
            handler=handler,
            caller=caller,
            operation=operation,
            body=hints.get("body"),
            query=hints.get("query", query),
            answer=None if answer is type(None) else answer,
            status=status,
            media_type=media_type,
            media_types=media_types,
            text_media_type=text_media_type,
            located=located,
            strict=strict,
            remembered=remembered,
            keyed=method != "GET" if keyed is None else keyed,
            secret=secret,
            raises=frozenset(raises),
            rate=rate,
        )

    return described


def routes_of(endpoints: Iterable[Endpoint]) -> list[Route]:
    """A route for each path with all its methods, so that a 405 can name those there are (RFC 9110, 15.5.6)."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for one in endpoints:
        by_path.setdefault(one.path, {})[one.method] = one
    return [_route(path, methods) for path, methods in by_path.items()]


def _route(path: str, methods: dict[str, Endpoint]) -> Route:
    async def dispatch(request: Request) -> Response:
        return await methods["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, dispatch, methods=list(methods))
