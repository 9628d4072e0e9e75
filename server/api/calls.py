"""Who calls an endpoint: anyone, somebody signed in, or a member of the workspace in the path.

An endpoint says by the type of its handler's first parameter which of them it lets in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Self

import msgspec
from starlette.requests import Request

from realtime.messages import COMMAND_ID, AnyCommand
from server.api.http import Reply, not_modified
from server.channel import bearer_token
from server.commands.service import may_write
from server.errors import NO_SUCH_WORKSPACE, Invalid, NotFound, Unauthorized
from server.identity.principal import Principal
from server.logs import bind
from server.permissions import Role, authorise, command_name
from server.services import Services, services_of
from storage.records import Membership

_VERSION_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')  # a proxy that compresses weakens it
_KEY = re.compile(COMMAND_ID)
_MADE = (HTTPStatus.CREATED, HTTPStatus.ACCEPTED)


class _Made(msgspec.Struct):
    id: str


_made = msgspec.json.Decoder(_Made)


@dataclass(frozen=True)
class Call:
    """By anyone. `operation` is one of the permission table's."""

    signed_in: ClassVar[bool] = False

    request: Request
    services: Services
    operation: str | None

    @classmethod
    async def admit(cls, request: Request, operation: str | None, *, writes: bool) -> Self:
        """The call, if the caller may make it."""
        return cls(request, services_of(request), operation)

    @property
    def path(self) -> dict[str, str]:
        return self.request.path_params

    @property
    def key(self) -> str | None:
        """The Idempotency-Key, of the same key space as the channel's command ids. Raises `Invalid`."""
        key = self.request.headers.get("idempotency-key")
        if key is not None and not _KEY.fullmatch(key):
            raise Invalid.field("Idempotency-Key", "Must be 1 to 255 visible ASCII characters")
        return key

    @property
    def if_version(self) -> int | None:
        """The version that If-Match asks for (RFC 9110, section 13.1.1); None: any. Raises `Invalid`."""
        header = self.request.headers.get("if-match", "*").strip()
        if header == "*":
            return None
        if found := _VERSION_TAG.fullmatch(header):
            return int(found[1])
        raise Invalid.field("If-Match", 'Must be one version as ETag gives it, such as "3"')


@dataclass(frozen=True)
class SignedIn(Call):
    """By a user, or a script of theirs. What they may do in a workspace, the command service decides."""

    signed_in = True

    principal: Principal

    @classmethod
    async def admit(cls, request: Request, operation: str | None, *, writes: bool) -> Self:
        """Raises `Unauthorized`; `Forbidden` and `NotFound` where a script's token does not reach."""
        principal = await principal_of(request)
        if writes:
            may_write(principal, request.path_params.get("workspace_id"))
        return cls(request, services_of(request), operation, principal)

    async def run(self, command: AnyCommand) -> Reply[Any]:
        """Run a command of the workspace in the path, which must be the endpoint's operation."""
        assert command_name(command) == self.operation
        answer = await self.services.commands.execute(
            self.principal, self.path["workspace_id"], command, key=self.key, via="rest"
        )
        made = _made.decode(answer.result).id if answer.status in _MADE else None
        return Reply(msgspec.Raw(answer.result), answer.version, answer.status, made)


@dataclass(frozen=True)
class Visit(SignedIn):
    """By a member whose role allows the operation."""

    member: Membership

    @classmethod
    async def admit(cls, request: Request, operation: str | None, *, writes: bool) -> Self:
        """Raises `NotFound` for whoever is no member, as if there were no such workspace, and `Forbidden`."""
        assert operation is not None
        principal = await principal_of(request)
        member = await membership(request, principal)
        authorise(Role.of(member.role), operation)
        if writes:
            may_write(principal, member.id)
        return cls(request, services_of(request), operation, principal, member)

    @property
    def tag(self) -> str:
        """The ETag of what only the change log changes."""
        return f'W/"seq-{self.member.seq}"'

    def unchanged(self) -> Reply[Any] | None:
        """The answer for whoever has read what only the change log changes, and nothing has changed since."""
        if not not_modified(self.request, self.tag):
            return None
        return Reply(msgspec.Raw(), status=HTTPStatus.NOT_MODIFIED, tag=self.tag)

    async def again(self) -> Membership:
        """The membership as it is now, for who had to wait. Raises `NotFound`."""
        return await membership(self.request, await principal_of(self.request))


async def principal_of(request: Request) -> Principal:
    """Who asks. Raises `Unauthorized`."""
    token = bearer_token(request.headers.get("authorization"))
    if token is None:
        raise Unauthorized("Send an access token: Authorization: Bearer …")
    principal = await services_of(request).accounts.identify(token)
    bind(user_id=principal.user_id)
    return principal


async def membership(request: Request, principal: Principal) -> Membership:
    """That of `principal` in the workspace of the path. Raises `NotFound`."""
    workspace_id: str = request.path_params["workspace_id"]
    found = None
    if principal.may_enter(workspace_id):
        workspaces = services_of(request).storage.workspaces
        found = await workspaces.membership(workspace_id, principal.user_id)
    if found is None:
        raise NotFound(NO_SUCH_WORKSPACE)
    return found
