"""One channel's protocol as a pure object: frames and the time in, effects out.

The websocket endpoint moves bytes and carries out effects; every decision of the channel is here and can be tested
without a socket (sans I/O, https://sans-io.readthedocs.io).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import msgspec

from realtime import messages
from realtime.messages import (
    AnyCommand,
    AuthFrame,
    CommandFrame,
    ErrorFrame,
    Hello,
    Ping,
    PresenceFrame,
)
from realtime.problems import CloseCode, Problem, ProblemKind
from realtime.rate import TokenBucket
from realtime.validation import Refused, decode


@dataclass(frozen=True)
class SessionLimits:
    """What one channel may do. A limit broken once is answered, a flood is closed with 4029."""

    hello_timeout_s: float = 5.0
    heartbeat_s: int = 25
    max_frame_bytes: int = 64 * 1024
    frames_per_s: float = 1_000.0
    frames_burst: float = 5_000.0
    commands_per_s: float = 500.0
    commands_burst: float = 2_500.0
    presence_interval_s: float = 0.25  # of states that come faster the last one is announced


@dataclass(frozen=True)
class Authenticate:
    """Check `token` (None: the one of the handshake's headers), then call `welcomed` or `refused`."""

    token: str | None
    since: int | None


@dataclass(frozen=True)
class Renew:
    """Check the fresh `token`, then call `renewed` or `refused`."""

    token: str


@dataclass(frozen=True)
class Run:
    """Carry out `command` and answer under `command_id`."""

    command_id: str
    command: AnyCommand


@dataclass(frozen=True)
class Announce:
    """Tell the others what this member is doing."""

    state: messages.PresenceState


@dataclass(frozen=True)
class Send:
    payload: bytes


@dataclass(frozen=True)
class Close:
    code: CloseCode
    reason: str


# So long a client that was closed for flooding should stay away, and is kept away.
FLOOD_REST_S = 10

Effect: TypeAlias = Authenticate | Renew | Run | Announce | Send | Close

_encoder = msgspec.json.Encoder()
_frames = msgspec.json.Decoder(messages.ClientFrame)
_commands = msgspec.json.Decoder(messages.AnyCommand)


class _State(enum.Enum):
    HELLO = "waiting for hello"
    JOINING = "hello received, being checked"
    LIVE = "welcomed"
    CLOSED = "closed"


class Session:
    """The state of one channel. Times are seconds of one monotonic clock."""

    __slots__ = (
        "_announce_at",
        "_commands",
        "_expires_at",
        "_frames",
        "_limits",
        "_opened_at",
        "_state",
        "_unannounced",
    )

    def __init__(self, limits: SessionLimits, now: float) -> None:
        self._limits = limits
        self._state = _State.HELLO
        self._opened_at = now
        self._expires_at: float | None = None
        self._frames = TokenBucket(limits.frames_per_s, limits.frames_burst, now)
        self._commands = TokenBucket(limits.commands_per_s, limits.commands_burst, now)
        self._announce_at = now  # the next presence state, not before
        self._unannounced: messages.PresenceState | None = None

    @property
    def deadline(self) -> float | None:
        """When `tick` next has something to say."""
        ends_at = self._ends_at
        if self._unannounced is None or ends_at is None:
            return ends_at
        return min(ends_at, self._announce_at)

    @property
    def _ends_at(self) -> float | None:
        if self._state is _State.HELLO:
            return self._opened_at + self._limits.hello_timeout_s
        return self._expires_at if self._state is _State.LIVE else None

    def receive(self, raw: str | bytes, now: float) -> list[Effect]:
        """Take one text (str) or binary (bytes) message."""
        if self._state is _State.CLOSED:
            return []
        if not self._frames.take(now):
            return self.flooded()
        if isinstance(raw, bytes):
            return self._malformed(None, "Frames must be text, not binary.")
        if _utf8_length_exceeds(raw, self._limits.max_frame_bytes):
            return self._close(
                CloseCode.TOO_BIG, f"frames are at most {self._limits.max_frame_bytes} bytes"
            )
        try:
            frame = decode(_frames, raw)
        except Refused as refused:
            return self._refused_frame(raw, refused.problem)
        if self._state is _State.HELLO:
            if not isinstance(frame, Hello):
                return self._malformed(None, "The first frame must be `hello`.")
            self._state = _State.JOINING
            return [Authenticate(frame.token, frame.since)]
        if isinstance(frame, Ping):
            return [Send(messages.PONG)]
        if self._state is _State.JOINING:
            return self._malformed(None, "Wait for `welcome` before the next frame.")
        if isinstance(frame, CommandFrame):
            return self._command(frame.id, raw, now)
        if isinstance(frame, PresenceFrame):
            return self._announced(frame.state, now)
        if isinstance(frame, AuthFrame):
            return [Renew(frame.token)]
        return self._malformed(None, "`hello` is sent once.")

    def counted(self, now: float) -> list[Effect]:
        """A frame that says nothing (a ping, a pong, a part of a message) has come."""
        if self._state is _State.CLOSED or self._frames.take(now):
            return []
        return self.flooded()

    def welcomed(self, now: float, expires_in_s: float) -> None:
        """The token was good for another `expires_in_s` seconds and the member has joined."""
        if self._state is _State.JOINING:
            self._state = _State.LIVE
            self._expires_at = now + expires_in_s

    def renewed(self, now: float, expires_in_s: float) -> None:
        """A fresh token was good."""
        if self._state is _State.LIVE:
            self._expires_at = now + expires_in_s

    def refused(self, code: CloseCode, reason: str) -> list[Effect]:
        """What was asked for cannot be: the channel ends."""
        return self._close(code, reason)

    def tick(self, now: float) -> list[Effect]:
        """Time has passed: no hello within the limit, the token has run out, or a presence state has waited."""
        ends_at = self._ends_at
        if ends_at is None:
            return []
        if now < ends_at:
            waiting = self._unannounced
            return [] if waiting is None else self._announced(waiting, now)
        if self._state is _State.HELLO:
            return self._close(
                CloseCode.MALFORMED, f"no hello within {self._limits.hello_timeout_s:g} s"
            )
        return self._close(CloseCode.UNAUTHORIZED, "the token has run out")

    def _announced(self, state: messages.PresenceState, now: float) -> list[Effect]:
        """At once, or, so soon after another, when it is time."""
        if now < self._announce_at:
            self._unannounced = state
            return []
        self._unannounced = None
        self._announce_at = now + self._limits.presence_interval_s
        return [Announce(state)]

    def _command(self, command_id: str, raw: str, now: float) -> list[Effect]:
        if not self._commands.take(now):
            detail = "Too many commands at once: wait for answers, then send on."
            wait_s = ceil(self._commands.wait_s(now))
            problem = Problem.of(ProblemKind.TOO_MANY, detail, retry_after_s=wait_s)
            return [_error(command_id, problem)]
        try:
            command = decode(_commands, raw)
        except Refused as refused:
            return [_error(command_id, refused.problem)]
        return [Run(command_id, command)]

    def _refused_frame(self, raw: str, problem: Problem) -> list[Effect]:
        """A wrong field of a live channel is answered; what is no JSON, or no hello, ends the channel."""
        answer = _error(_id_of(raw), problem)
        if self._state is _State.LIVE and problem.status == ProblemKind.INVALID.status:
            return [answer]
        return [answer, *self._close(CloseCode.MALFORMED, problem.detail)]

    def flooded(self) -> list[Effect]:
        """Too many frames have come, on this channel or on all of its user or address together."""
        if self._state is _State.CLOSED:
            return []
        problem = Problem.of(
            ProblemKind.TOO_MANY, "Too many frames: send less.", retry_after_s=FLOOD_REST_S
        )
        return [_error(None, problem), *self._close(CloseCode.RATE_LIMITED, "too many frames")]

    def _malformed(self, frame_id: str | None, detail: str) -> list[Effect]:
        problem = Problem.of(ProblemKind.MALFORMED, detail)
        return [_error(frame_id, problem), *self._close(CloseCode.MALFORMED, detail)]

    def _close(self, code: CloseCode, reason: str) -> list[Effect]:
        if self._state is _State.CLOSED:
            return []
        self._state = _State.CLOSED
        return [Close(code, reason)]


def _error(frame_id: str | None, problem: Problem) -> Send:
    return Send(_encoder.encode(ErrorFrame(frame_id, problem)))


def _utf8_length_exceeds(text: str, limit: int) -> bool:
    if len(text) * 4 <= limit:
        return False
    return len(text) > limit or len(text.encode("utf-8", "surrogatepass")) > limit


class _Identified(msgspec.Struct):
    id: str


_identified = msgspec.json.Decoder(_Identified)


def _id_of(raw: str) -> str | None:
    try:
        return decode(_identified, raw).id
    except Refused:
        return None
