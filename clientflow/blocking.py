"""The sync client: each of its methods runs the async one in a loop of its own and waits.

Nothing is implemented twice. A method is named once, with `waits_for` or `iterates`, and has the signature and the
docstring of the async one.
"""

from __future__ import annotations

import functools
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar

import httpx

from clientflow.board import Board
from clientflow.client import AsyncClientFlow
from clientflow.clients import AsyncClients
from clientflow.following import Status
from clientflow.limits import ClientLimits
from clientflow.live import AsyncLive
from clientflow.portal import Portal
from clientflow.records import Message, Proposal
from clientflow.replies import AsyncReply
from clientflow.transfer import AsyncTransfer
from clientflow.workspace import AsyncWorkspace
from realtime.messages import Change
from realtime.presence import Person as Present

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")
P = ParamSpec("P")


class Face(Generic[A]):
    """The sync side of one async object."""

    def __init__(self, core: A, portal: Portal) -> None:
        self._core = core
        self._portal = portal


def waits_for(
    method: Callable[Concatenate[A, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Face[A], P], T]:
    @functools.wraps(method)
    def call(self: Face[A], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._portal.call(method(self._core, *args, **kwargs))

    return call


def iterates(
    method: Callable[Concatenate[A, P], AsyncIterator[T]],
) -> Callable[Concatenate[Face[A], P], Iterator[T]]:
    @functools.wraps(method)
    def call(self: Face[A], /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return self._portal.each(method(self._core, *args, **kwargs))

    return call


def opens(
    method: Callable[Concatenate[A, P], B], face: Callable[[B, Portal], T]
) -> Callable[Concatenate[Face[A], P], T]:
    """What `method` makes, with a face of its own."""

    @functools.wraps(method)
    def call(self: Face[A], /, *args: P.args, **kwargs: P.kwargs) -> T:
        async def made() -> B:
            return method(self._core, *args, **kwargs)

        return face(self._portal.call(made()), self._portal)

    return call


class Clients(Face[AsyncClients]):
    list = iterates(AsyncClients.list)
    get = waits_for(AsyncClients.get)
    create = waits_for(AsyncClients.create)
    update = waits_for(AsyncClients.update)
    move = waits_for(AsyncClients.move)
    delete = waits_for(AsyncClients.delete)
    restore = waits_for(AsyncClients.restore)
    bulk = waits_for(AsyncClients.bulk)
    history = iterates(AsyncClients.history)
    comments = iterates(AsyncClients.comments)
    comment = waits_for(AsyncClients.comment)


class Transfer(Face[AsyncTransfer]):
    preview = waits_for(AsyncTransfer.preview)
    bring_in = waits_for(AsyncTransfer.bring_in)
    export = iterates(AsyncTransfer.export)


class Reply(Face[AsyncReply]):
    """`with workspace.ask(…) as reply: for piece in reply: …`"""

    whole = waits_for(AsyncReply.whole)
    cancel = waits_for(AsyncReply.cancel)
    apply = waits_for(AsyncReply.apply)
    dismiss = waits_for(AsyncReply.dismiss)

    @property
    def message(self) -> Message:
        return self._core.message

    @property
    def text(self) -> str:
        return self._core.text

    @property
    def proposals(self) -> list[Proposal]:
        return self._core.proposals

    def __enter__(self) -> Self:
        self._portal.call(self._core.__aenter__())
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._portal.call(self._core.__aexit__(*exc_info))

    def __iter__(self) -> Iterator[str]:
        return self._portal.each(self._core)


class Live(Face[AsyncLive]):
    """`with workspace.follow() as live: for change in live: …`"""

    ask = opens(AsyncLive.ask, Reply)
    present = waits_for(AsyncLive.present)

    @property
    def board(self) -> Board:
        """As it stands now; the next look may show more."""

        async def copied() -> Board:
            return self._core.board.copy()

        return self._portal.call(copied())

    @property
    def status(self) -> Status:
        return self._core.status

    @property
    def people(self) -> list[Present]:
        return self._core.people

    @property
    def role(self) -> str | None:
        return self._core.role

    @property
    def clients(self) -> Clients:
        return Clients(self._core.clients, self._portal)

    def __enter__(self) -> Self:
        self._portal.call(self._core.__aenter__())
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._portal.call(self._core.__aexit__(*exc_info))

    def __iter__(self) -> Iterator[Change]:
        return self._portal.each(self._core)


class Workspace(Face[AsyncWorkspace]):
    info = waits_for(AsyncWorkspace.info)
    rename = waits_for(AsyncWorkspace.rename)
    delete = waits_for(AsyncWorkspace.delete)
    board = waits_for(AsyncWorkspace.board)
    changes = waits_for(AsyncWorkspace.changes)
    messages = iterates(AsyncWorkspace.messages)
    stages = waits_for(AsyncWorkspace.stages)
    create_stage = waits_for(AsyncWorkspace.create_stage)
    update_stage = waits_for(AsyncWorkspace.update_stage)
    delete_stage = waits_for(AsyncWorkspace.delete_stage)
    members = waits_for(AsyncWorkspace.members)
    set_role = waits_for(AsyncWorkspace.set_role)
    remove_member = waits_for(AsyncWorkspace.remove_member)
    invites = waits_for(AsyncWorkspace.invites)
    invite = waits_for(AsyncWorkspace.invite)
    delete_invite = waits_for(AsyncWorkspace.delete_invite)
    follow = opens(AsyncWorkspace.follow, Live)
    ask = opens(AsyncWorkspace.ask, Reply)
    reply = opens(AsyncWorkspace.reply, Reply)

    @property
    def id(self) -> str:
        return self._core.id

    @property
    def clients(self) -> Clients:
        return Clients(self._core.clients, self._portal)

    @property
    def transfer(self) -> Transfer:
        return Transfer(self._core.transfer, self._portal)


class ClientFlow(Face[AsyncClientFlow]):
    """A ClientFlow server, as one person reaches it; `AsyncClientFlow` for callers without a loop.

    with ClientFlow("http://localhost:8000", token="cfp_…") as flow:
        for client in flow.workspace(workspace_id).clients.list(stage="lead"):
            print(client.name)
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        limits: ClientLimits | None = None,
        trust_env: bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Raises `ValueError` for what is no address."""
        core = AsyncClientFlow(
            url,
            token=token,
            limits=limits,
            trust_env=trust_env,
            transport=transport,
            chance=chance,
        )
        super().__init__(core, Portal())

    workspaces = iterates(AsyncClientFlow.workspaces)
    create_workspace = waits_for(AsyncClientFlow.create_workspace)
    accept_invite = waits_for(AsyncClientFlow.accept_invite)
    sign_in = waits_for(AsyncClientFlow.sign_in)
    register = waits_for(AsyncClientFlow.register)
    sign_out = waits_for(AsyncClientFlow.sign_out)
    me = waits_for(AsyncClientFlow.me)
    tokens = waits_for(AsyncClientFlow.tokens)
    create_token = waits_for(AsyncClientFlow.create_token)
    delete_token = waits_for(AsyncClientFlow.delete_token)
    workspace = opens(AsyncClientFlow.workspace, Workspace)

    @property
    def url(self) -> str:
        return self._core.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        self._portal.call(self._core.close())
        self._portal.close()
