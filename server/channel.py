"""The websocket endpoint: moves bytes between a socket and its `Session`, and carries out the session's effects."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

import msgspec
from starlette.websockets import WebSocket

from realtime.deadlines import DeadlineWheel
from realtime.frames import Frame
from realtime.hub import Hub
from realtime.messages import SUBPROTOCOL, Ack, ErrorFrame, Welcome
from realtime.problems import CloseCode, Problem, ProblemKind
from realtime.session import Announce, Authenticate, Close, Effect, Renew, Run, Send, Session
from server import errors
from server.answers import Answer
from server.commands.service import CommandService
from server.errors import NO_SUCH_WORKSPACE, AppError, Unauthorized
from server.identity.accounts import Accounts, seconds_left
from server.identity.principal import Principal
from server.ids import new_id
from server.limits import Limits
from server.outlets import Outlet, outlet_for
from server.problems import translated
from storage import Storage
from storage.errors import Unavailable
from storage.records import Membership

logger = logging.getLogger("clientflow.channel")
_encoder = msgspec.json.Encoder()
_WHEEL_SLOT_S = 0.25


@dataclass
class Channels:
    """What every channel needs, and the one timer that all share."""

    storage: Storage
    hub: Hub
    accounts: Accounts
    commands: CommandService
    limits: Limits
    allowed_origins: tuple[str, ...]
    deadlines: DeadlineWheel[Connection] = field(
        default_factory=lambda: DeadlineWheel(_WHEEL_SLOT_S, time.monotonic())
    )

    async def keep_time(self) -> None:
        """Tell each connection when its deadline has passed."""
        while True:
            await asyncio.sleep(_WHEEL_SLOT_S)
            for connection in self.deadlines.due(time.monotonic()):
                connection.tick()

    async def endpoint(self, websocket: WebSocket) -> None:
        """/ws/workspaces/{workspace_id}"""
        if not self._origin_allowed(websocket):
            await websocket.close()  # before the accept: the handshake is answered with 403
            return
        offered = websocket.scope.get("subprotocols", [])
        await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        await Connection(self, websocket).run()

    def _origin_allowed(self, websocket: WebSocket) -> bool:
        """Browsers send Origin and cannot forge it (RFC 6455, section 10.2); programs need send none."""
        origin = websocket.headers.get("origin")
        if origin is None or origin.rstrip("/") in self.allowed_origins:
            return True
        return urlsplit(origin).netloc == websocket.headers.get("host")


class Connection:
    """One socket. It is the hub's `Subscriber` once it has joined."""

    __slots__ = (
        "_channels",
        "_in_hand",
        "_last_effects",
        "_outlet",
        "_principal",
        "_role",
        "_room",
        "_session",
        "_websocket",
        "_workspace_id",
        "cursor",
        "session_id",
        "user_id",
    )

    def __init__(self, channels: Channels, websocket: WebSocket) -> None:
        self.session_id = new_id()
        self.user_id = ""
        self.cursor = 0
        self._channels = channels
        self._websocket = websocket
        self._workspace_id: str = websocket.path_params["workspace_id"]
        self._outlet: Outlet = outlet_for(websocket, channels.limits)
        self._session = Session(channels.limits.session, time.monotonic())
        self._principal: Principal | None = None
        self._role = ""
        self._in_hand = 0  # commands that have no answer yet
        self._room: asyncio.Event | None = None  # set when there may be more of them again
        self._last_effects: list[Effect] | None = (
            None  # what ends the channel once all are answered
        )

    async def run(self) -> None:
        """Serve the socket until it ends."""
        self._schedule()
        try:
            await self._outlet.serve(self._read())
        finally:
            self._channels.deadlines.discard(self)
            if self._role:
                self._channels.hub.leave(self._workspace_id, self)

    def tick(self) -> None:
        self._apply_now(self._session.tick(time.monotonic()))
        self._schedule()

    # Subscriber

    def welcome(self, seq: int, resumed: bool) -> None:
        assert self._principal is not None
        user = self._principal.user
        shown = {"id": user.id, "name": user.name, "email": user.email}
        heartbeat = self._channels.limits.session.heartbeat_s
        frame = Welcome(seq, self.session_id, shown, self._role, heartbeat, resumed)
        self._session.welcomed(time.monotonic(), seconds_left(self._principal))
        self.send(Frame(_encoder.encode(frame)))

    def send(self, frame: Frame) -> None:
        if self._last_effects is None:
            self._outlet.send(frame)

    def close(self, code: CloseCode, reason: str) -> None:
        """At once, but for the answers to the commands in hand: those are often what ends the channel."""
        effects = self._session.refused(code, reason)
        if self._in_hand and code in (CloseCode.NOT_A_MEMBER, CloseCode.NO_SUCH_WORKSPACE):
            self._end_after_answers(effects)
        else:
            self._apply_now(effects)

    async def drained(self) -> bool:
        return await self._outlet.drained()

    # Effects

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] != "websocket.receive":
                return
            raw = message.get("text")
            for effect in self._session.receive(
                message["bytes"] if raw is None else raw, time.monotonic()
            ):
                await self._apply(effect)
            self._schedule()

    async def _apply(self, effect: Effect) -> None:
        if isinstance(effect, Authenticate):
            await self._guarded(self._join(effect))
        elif isinstance(effect, Renew):
            await self._guarded(self._renew(effect))
        elif isinstance(effect, Run):
            self._submit(effect)
            while self._in_hand >= self._channels.limits.max_commands_waiting:
                self._room = asyncio.Event()
                await self._room.wait()
        elif isinstance(effect, Announce):
            self._channels.hub.announce(self._workspace_id, self, effect.state)
        else:
            self._apply_now([effect])

    def _apply_now(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self.send(Frame(effect.payload))
            elif isinstance(effect, Close):
                self._outlet.close(effect.code, effect.reason)

    def _schedule(self) -> None:
        deadline = self._session.deadline
        self._channels.deadlines.set(self, None if deadline == float("inf") else deadline)

    async def _guarded(self, step: Awaitable[None]) -> None:
        """Carry out a step of the handshake; what it raises becomes an error frame and the close code it means."""
        try:
            await step
        except _NotAdmitted as refusal:
            self._end(refusal.code, Problem.of(ProblemKind.NOT_FOUND, refusal.reason))
        except Exception as error:
            app_error = self._translated(error)
            self._end(_CLOSE_CODES.get(app_error.kind, CloseCode.SERVER_FAULT), app_error.problem)

    async def _join(self, effect: Authenticate) -> None:
        principal = await self._identify(effect.token)
        membership = await self._membership_of(principal)
        self._principal, self._role, self.user_id = principal, membership.role, principal.user_id
        await self._channels.hub.join(
            self._workspace_id, self, since=effect.since, name=principal.name
        )
        # A removal that was delivered before this socket joined did not close it: look again.
        if self._channels.hub.may_have_removed_since(self._workspace_id, membership.seq):
            await self._membership_of(principal)

    async def _renew(self, effect: Renew) -> None:
        try:
            principal = await self._identify(effect.token)
            if principal.user_id != self.user_id:
                raise Unauthorized("The fresh token belongs to another user.")
            self._role = (await self._membership_of(principal)).role
        except Unavailable:
            # The channel stays, for as long as the token that it has is good.
            self.send(Frame(_encoder.encode(ErrorFrame(None, errors.Unavailable().problem))))
            return
        self._principal = principal
        self._session.renewed(time.monotonic(), seconds_left(principal))

    async def _identify(self, token: str | None) -> Principal:
        token = token or bearer_token(self._websocket.headers.get("authorization"))
        if not token:
            raise Unauthorized("Send an access token in hello.token or as Authorization: Bearer.")
        return await self._channels.accounts.identify(token)

    async def _membership_of(self, principal: Principal) -> Membership:
        workspaces = self._channels.storage.workspaces
        membership = await workspaces.membership(self._workspace_id, principal.user_id)
        if membership is not None and principal.may_enter(self._workspace_id):
            return membership
        if await workspaces.head(self._workspace_id) is None:
            raise _NotAdmitted(CloseCode.NO_SUCH_WORKSPACE, NO_SUCH_WORKSPACE)
        raise _NotAdmitted(CloseCode.NOT_A_MEMBER, "You are not a member of this workspace.")

    def _submit(self, run: Run) -> None:
        """Commands are carried out, and answered, in the order in which the client sent them."""
        assert self._principal is not None
        self._in_hand += 1
        try:
            answer = self._channels.commands.submit(
                self._principal, self._workspace_id, run.command, key=run.command_id, via="socket"
            )
        except AppError as error:
            self._refuse(run, error)
        else:
            answer.add_done_callback(partial(self._answer, run))

    def _answer(self, run: Run, future: asyncio.Future[Answer]) -> None:
        if (error := future.exception()) is not None:
            self._refuse(run, error)
            return
        answer = self._channels.commands.shown(run.command, future.result())
        self._answered(Ack(run.command_id, answer.seq, answer.version, msgspec.Raw(answer.result)))

    def _refuse(self, run: Run, error: BaseException) -> None:
        app_error = self._translated(error)
        if app_error.kind is ProblemKind.UNAUTHORIZED:
            self._end_after_answers(
                self._session.refused(CloseCode.UNAUTHORIZED, app_error.problem.detail)
            )
        self._answered(ErrorFrame(run.command_id, app_error.problem))

    def _answered(self, frame: Ack | ErrorFrame) -> None:
        self._outlet.send(Frame(_encoder.encode(frame)))
        self._in_hand -= 1
        if self._room is not None:
            self._room.set()
        if self._last_effects is not None and not self._in_hand:
            self._apply_now(self._last_effects)

    def _end_after_answers(self, effects: list[Effect]) -> None:
        self._last_effects = [*(self._last_effects or ()), *effects]

    def _translated(self, error: BaseException) -> AppError:
        app_error = translated(error)
        if app_error is None:
            logger.error("a frame of session %s failed", self.session_id, exc_info=error)
            app_error = AppError("The server failed at this.")
        return app_error

    def _end(self, code: CloseCode, problem: Problem) -> None:
        self.send(Frame(_encoder.encode(ErrorFrame(None, problem))))
        self.close(code, problem.detail)


_CLOSE_CODES = {
    ProblemKind.INVALID: CloseCode.NO_SUCH_WORKSPACE,  # an id that no database can hold
    ProblemKind.UNAUTHORIZED: CloseCode.UNAUTHORIZED,
    ProblemKind.NOT_FOUND: CloseCode.NO_SUCH_WORKSPACE,
}


class _NotAdmitted(Exception):
    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def bearer_token(header: str | None) -> str | None:
    """The token of an Authorization header (RFC 6750, section 2.1), if it has one."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() or None if scheme.casefold() == "bearer" else None
