"""The channel of a workspace: asks each socket's `Session` what its messages mean, and carries out the effects."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from starlette.websockets import WebSocket

from realtime.deadlines import DeadlineWheel
from realtime.frames import Frame, Outgoing
from realtime.hub import Hub
from realtime.messages import SUBPROTOCOL, Ack, ErrorFrame, Welcome
from realtime.problems import CloseCode, Problem, ProblemKind
from realtime.session import Announce, Authenticate, Close, Effect, Renew, Run, Send, Session
from server import errors
from server.answers import Answer
from server.commands.service import CommandService
from server.errors import NO_SUCH_WORKSPACE, AppError, TooMany, Unauthorized
from server.figures.tally import Tally
from server.identity.accounts import Accounts, seconds_left
from server.identity.principal import Principal
from server.identity.recent import Recent
from server.ids import new_id
from server.limits import Limits
from server.logs import LogContext
from server.origins import OriginRule
from server.outlets import Outlet, QueueOutlet, TransportOutlet
from server.problems import problem_response, translated
from server.pump import Pump, Turnstile, let_others_in
from server.rates.addresses import address_of
from server.rates.places import SocketPlaces
from server.rates.rates import Rates
from server.websocket_protocol import EXTENSION, FrameProtocol
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
    origins: OriginRule
    rates: Rates
    tally: Tally = field(default_factory=Tally)
    pump: Pump = field(default_factory=Pump)
    turnstile: Turnstile = field(default_factory=Turnstile)
    deadlines: DeadlineWheel[Connection] = field(
        default_factory=lambda: DeadlineWheel(_WHEEL_SLOT_S, time.monotonic())
    )
    members: Recent[tuple[str, str], Membership] = field(init=False)
    _steps: set[asyncio.Task[None]] = field(default_factory=set)
    _opened_with: dict[str, set[Connection]] = field(
        default_factory=dict
    )  # by session or personal token

    def __post_init__(self) -> None:
        self.members = Recent(
            self.limits.max_identities_kept, self.limits.identities_kept_s, time.monotonic
        )

    async def keep_time(self) -> None:
        """Tell each connection when its deadline has passed; in the end, stop what still runs for one."""
        try:
            while True:
                await asyncio.sleep(_WHEEL_SLOT_S)
                began = time.perf_counter()
                for connection in self.deadlines.due(time.monotonic()):
                    connection.tick()
                    began = await let_others_in(began)
        finally:
            for step in self._steps:
                step.cancel()

    def start(self, step: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a step of one connection, which catches what it raises."""
        task = asyncio.create_task(step)
        self._steps.add(task)
        task.add_done_callback(self._steps.discard)
        return task

    def enlist(self, connection: Connection, principal: Principal) -> None:
        """The channel ends when the session or personal token does that `principal` came with."""
        self._opened_with.setdefault(principal.credential or "", set()).add(connection)

    def strike(self, connection: Connection, principal: Principal) -> None:
        """The contrary."""
        credential = principal.credential or ""
        others = self._opened_with.get(credential, set())
        others.discard(connection)
        if not others:
            self._opened_with.pop(credential, None)

    def put_out(self, ended: frozenset[str]) -> None:
        """These sessions and personal tokens have ended."""
        for credential in ended & self._opened_with.keys():
            for connection in list(self._opened_with[credential]):
                connection.close(CloseCode.UNAUTHORIZED, "this session or token has been ended")

    async def endpoint(self, websocket: WebSocket) -> None:
        """/ws/workspaces/{workspace_id}"""
        await self.turnstile.passed()
        if not self._origin_allowed(websocket):
            await websocket.close()  # before the accept: the handshake is answered with 403
            return
        try:
            places = SocketPlaces(self.rates, address_of(websocket))
        except TooMany as refusal:
            await _deny(websocket, refusal)
            return
        offered = websocket.scope.get("subprotocols", [])
        try:
            await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        except BaseException:
            places.close()
            raise
        workspace_id: str = websocket.path_params["workspace_id"]
        token = bearer_token(websocket.headers.get("authorization"))
        protocol: FrameProtocol | None = websocket.scope.get("extensions", {}).get(EXTENSION)
        if protocol is not None:
            socket = protocol.hand_over()
            outlet = TransportOutlet(socket, self.limits)
            socket.begin(Connection(self, workspace_id, token, outlet, places), self.pump)
        else:
            queue = QueueOutlet(websocket, self.limits)
            await queue.serve(Connection(self, workspace_id, token, queue, places))

    def _origin_allowed(self, websocket: WebSocket) -> bool:
        headers, secure = websocket.headers, websocket.scope["scheme"] == "wss"
        return self.origins.admits(headers.getlist("origin"), headers.get("host"), secure=secure)


class Connection:
    """One socket: its `Receiver`, and the hub's `Subscriber` once it has joined."""

    __slots__ = (
        "_channels",
        "_in_hand",
        "_is_open",
        "_last_effects",
        "_outlet",
        "_places",
        "_principal",
        "_probe_at",
        "_role",
        "_session",
        "_step",
        "_token",
        "_unread",
        "_workspace_id",
        "cursor",
        "session_id",
        "user_id",
    )

    def __init__(
        self,
        channels: Channels,
        workspace_id: str,
        token: str | None,
        outlet: Outlet,
        places: SocketPlaces,
    ) -> None:
        """`token` is the one of the handshake's headers."""
        now = time.monotonic()
        self.session_id = new_id()
        self.user_id = ""
        self.cursor = 0
        self._channels = channels
        self._workspace_id = workspace_id
        self._token = token
        self._outlet = outlet
        self._places = places
        self._session = Session(channels.limits.session, now)
        self._principal: Principal | None = None
        self._role = ""
        self._is_open = True
        self._step: asyncio.Task[None] | None = None  # of the handshake; nothing is taken meanwhile
        self._in_hand = 0  # commands that have no answer yet
        self._unread: deque[str | bytes] | None = None  # came while nothing could be taken
        self._last_effects: list[Effect] | None = (
            None  # what ends the channel once all are answered
        )
        self._probe_at = now + channels.limits.session.heartbeat_s
        self._schedule()

    def tick(self) -> None:
        now = time.monotonic()
        self._apply(self._session.tick(now))
        if now >= self._probe_at:
            self._probe_at = now + self._channels.limits.session.heartbeat_s
            self._outlet.probe()
        self._schedule()

    # Receiver

    def received(self, message: str | bytes) -> None:
        self._channels.tally.frames_received += 1
        if self._is_busy or self._unread:
            if self._unread is None:
                self._unread = deque()
                self._outlet.pause_reading()
            self._unread.append(message)
        else:
            self._take(message)

    def counted(self) -> None:
        if self._is_open:
            self._count_frame()
            self._apply(self._session.counted(time.monotonic()))

    @property
    def is_noisy(self) -> bool:
        """Strangers have one thing to say, and need no more than a frame for it."""
        return not self.user_id or self._channels.rates.is_noisy(self.user_id)

    def ended(self) -> None:
        self._is_open = False
        self._places.close()
        self._channels.tally.closes[str(int(self._outlet.close_code))] += 1
        self._unread = None
        self._channels.deadlines.discard(self)
        if self._step is not None:
            self._step.cancel()  # it leaves when it has ended
        else:
            self._leave()

    # Subscriber

    def welcome(self, seq: int, resumed: bool) -> None:
        assert self._principal is not None
        user = self._principal.user
        shown = {"id": user.id, "name": user.name, "email": user.email}
        heartbeat = self._channels.limits.session.heartbeat_s
        frame = Welcome(seq, self.session_id, shown, self._role, heartbeat, resumed)
        self._channels.tally.frames_answered += 1
        self._session.welcomed(time.monotonic(), seconds_left(self._principal))
        self.send(Frame(_encoder.encode(frame)))

    def send(self, outgoing: Outgoing) -> None:
        if self._last_effects is None:
            self._outlet.send(outgoing)

    def close(self, code: CloseCode, reason: str) -> None:
        """At once, but for the answers to the commands in hand: those are often what ends the channel."""
        effects = self._session.refused(code, reason)
        if self._in_hand and code in (CloseCode.NOT_A_MEMBER, CloseCode.NO_SUCH_WORKSPACE):
            self._end_after_answers(effects)
        else:
            self._apply(effects)

    def backlog_bytes(self) -> int:
        return self._outlet.backlog_bytes()

    async def drained(self) -> bool:
        return await self._outlet.drained()

    # Effects

    @property
    def _is_busy(self) -> bool:
        return self._step is not None or self._in_hand >= self._channels.limits.max_commands_waiting

    def _count_frame(self) -> None:
        if not self._channels.rates.take_frame(self._places.address, self.user_id):
            self._apply(self._session.flooded())

    def _take(self, message: str | bytes) -> None:
        self._count_frame()
        try:
            self._apply(self._session.receive(message, time.monotonic()))
        except Exception:
            with self._log_context():
                logger.exception("a frame of session %s failed", self.session_id)
            self.close(CloseCode.SERVER_FAULT, "the server failed at this frame")
        self._schedule()

    def _go_on(self) -> None:
        """Take what came meanwhile, as far as may be."""
        while self._unread and not self._is_busy:
            self._take(self._unread.popleft())
        if self._unread is not None and not self._unread and not self._is_busy:
            self._unread = None
            self._outlet.resume_reading()

    def _apply(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self._channels.tally.frames_answered += 1
                self.send(Frame(effect.payload))
            elif isinstance(effect, Run):
                self._submit(effect)
            elif isinstance(effect, Announce):
                self._channels.hub.announce(self._workspace_id, self, effect.state)
            elif isinstance(effect, Close):
                if effect.code is CloseCode.RATE_LIMITED:
                    self._channels.rates.flooded(self.user_id)
                self._outlet.close(effect.code, effect.reason)
            elif isinstance(effect, Authenticate):
                self._step = self._channels.start(self._carry_out(self._join(effect)))
            else:
                self._step = self._channels.start(self._carry_out(self._renew(effect)))

    def _schedule(self) -> None:
        if self._is_open:
            deadline = self._session.deadline
            due = self._probe_at if deadline is None else min(deadline, self._probe_at)
            self._channels.deadlines.set(self, due)

    async def _carry_out(self, step: Coroutine[Any, Any, None]) -> None:
        """A step of the handshake; what it raises becomes an error frame and the close code it means."""
        try:
            await step
        except _NotAdmitted as refusal:
            self._end(refusal.code, Problem.of(ProblemKind.NOT_FOUND, refusal.reason))
        except Exception as error:
            app_error = self._translated(error)
            self._end(_CLOSE_CODES.get(app_error.kind, CloseCode.SERVER_FAULT), app_error.problem)
        finally:
            self._step = None
            if self._is_open:
                self._go_on()
                self._schedule()
            else:
                self._leave()

    def _leave(self) -> None:
        if self._principal is not None:
            self._channels.strike(self, self._principal)
        if self._role:
            self._channels.hub.leave(self._workspace_id, self)

    async def _join(self, effect: Authenticate) -> None:
        await self._channels.turnstile.passed()
        principal = await self._identify(effect.token)
        self._use(principal)
        resumed_at = effect.since or 0
        membership = await self._membership_of(principal, resumed_at)
        self._channels.rates.join(principal.user_id)
        self._places.admit(principal.user_id, self._workspace_id)
        self._role, self.user_id = membership.role, principal.user_id
        await self._channels.hub.join(
            self._workspace_id, self, since=effect.since, name=principal.name
        )
        # A removal that was delivered before this socket joined did not close it, nor did it hear of another role
        # than the one that it was welcomed with: look again.
        if not self._is_known_member(membership, resumed_at):
            now = await self._membership_of(principal, resumed_at)
            if now.role != membership.role:
                self.close(CloseCode.RESTARTING, "your role has just been changed: come back")

    async def _renew(self, effect: Renew) -> None:
        try:
            principal = await self._identify(effect.token)
            if principal.user_id != self.user_id:
                raise Unauthorized("The fresh token belongs to another user.")
            self._use(principal)
            await self._membership_of(principal, 0)
        except Unavailable:
            # The channel stays, for as long as the token that it has is good.
            self.send(Frame(_encoder.encode(ErrorFrame(None, errors.Unavailable().problem))))
            return
        self._session.renewed(time.monotonic(), seconds_left(principal))

    def _use(self, principal: Principal) -> None:
        """In the same turn as the token was checked: so no revocation is missed."""
        if self._principal is not None:
            self._channels.strike(self, self._principal)
        self._principal = principal
        self._channels.enlist(self, principal)

    async def _identify(self, token: str | None) -> Principal:
        token = token or self._token
        if not token:
            raise Unauthorized("Send an access token in hello.token or as Authorization: Bearer.")
        return await self._channels.accounts.identify(token)

    def _is_known_member(self, membership: Membership, resumed_at: int) -> bool:
        hub = self._channels.hub
        return hub.has_same_members(self._workspace_id, membership.seq, resumed_at)

    async def _membership_of(self, principal: Principal, resumed_at: int) -> Membership:
        """As the database says, or as it said before, if the topic has heard of no change since."""
        members, key = self._channels.members, (self._workspace_id, principal.user_id)
        kept = members.get(key)
        if (
            kept is not None
            and principal.may_enter(self._workspace_id)
            and self._is_known_member(kept, resumed_at)
        ):
            return kept
        workspaces = self._channels.storage.workspaces
        membership = await workspaces.membership(self._workspace_id, principal.user_id)
        if membership is not None and principal.may_enter(self._workspace_id):
            members.put(key, membership)
            return membership
        members.forget(key)
        if await workspaces.head(self._workspace_id) is None:
            raise _NotAdmitted(CloseCode.NO_SUCH_WORKSPACE, NO_SUCH_WORKSPACE)
        raise _NotAdmitted(CloseCode.NOT_A_MEMBER, "You are not a member of this workspace.")

    def _submit(self, run: Run) -> None:
        """Commands are carried out, and answered, in the order in which the client sent them."""
        assert self._principal is not None
        self._in_hand += 1
        try:
            op = str(type(run.command).__struct_config__.tag)
            self._channels.rates.command_by(self._principal.user_id, op)
            answer = self._channels.commands.submit(
                self._principal, self._workspace_id, run.command, key=run.command_id, via="socket"
            )
        except AppError as error:
            asyncio.get_running_loop().call_soon(self._refuse, run, error)
        else:
            answer.add_done_callback(partial(self._answer, run))

    def _answer(self, run: Run, future: asyncio.Future[Answer]) -> None:
        if (error := future.exception()) is not None:
            self._refuse(run, error)
            return
        answer = self._channels.commands.shown(run.command, future.result(), run.command_id)
        self._answered(Ack(run.command_id, answer.seq, answer.version, msgspec.Raw(answer.result)))

    def _refuse(self, run: Run, error: BaseException) -> None:
        with LogContext(command_id=run.command_id):
            app_error = self._translated(error)
        if app_error.kind is ProblemKind.UNAUTHORIZED:
            self._end_after_answers(
                self._session.refused(CloseCode.UNAUTHORIZED, app_error.problem.detail)
            )
        self._answered(ErrorFrame(run.command_id, app_error.problem))

    def _answered(self, frame: Ack | ErrorFrame) -> None:
        self._outlet.send(Frame(_encoder.encode(frame)))
        self._channels.tally.frames_answered += 1
        self._in_hand -= 1
        if self._last_effects is not None and not self._in_hand:
            self._apply(self._last_effects)
        self._go_on()

    def _end_after_answers(self, effects: list[Effect]) -> None:
        self._last_effects = [*(self._last_effects or ()), *effects]

    def _translated(self, error: BaseException) -> AppError:
        app_error = translated(error)
        if app_error is None:
            with self._log_context():
                logger.error("a frame of session %s failed", self.session_id, exc_info=error)
            app_error = AppError("The server failed at this.")
        return app_error

    def _log_context(self) -> LogContext:
        return LogContext(
            session_id=self.session_id, user_id=self.user_id, workspace_id=self._workspace_id
        )

    def _end(self, code: CloseCode, problem: Problem) -> None:
        self.send(Frame(_encoder.encode(ErrorFrame(None, problem))))
        self.close(code, problem.detail)


_CLOSE_CODES = {
    ProblemKind.INVALID: CloseCode.NO_SUCH_WORKSPACE,  # an id that no database can hold
    ProblemKind.UNAUTHORIZED: CloseCode.UNAUTHORIZED,
    ProblemKind.NOT_FOUND: CloseCode.NO_SUCH_WORKSPACE,
    ProblemKind.TOO_MANY: CloseCode.RATE_LIMITED,
}


async def _deny(websocket: WebSocket, refusal: AppError) -> None:
    """Answer the handshake with the refusal, or under a server that cannot with 403."""
    if "websocket.http.response" in websocket.scope.get("extensions", {}):
        await websocket.send_denial_response(problem_response(refusal.problem, refusal.headers))
    else:
        await websocket.close()


class _NotAdmitted(Exception):
    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def bearer_token(header: str | None) -> str | None:
    """The token of an Authorization header (RFC 6750, section 2.1), if it has one."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() or None if scheme.casefold() == "bearer" else None
