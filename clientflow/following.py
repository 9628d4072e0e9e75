"""Following one workspace's log as a pure object: frames, answers and the time in, effects out.

It decides when to dial, to resume, to load the board again, to renew the token, to poll and to give up. Sockets and
timers are `channel.py`'s; every decision can be tested without one (sans I/O).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from clientflow.errors import ClientFlowError, Gone, may_pass, refused
from clientflow.frames import Presence, frame_text, read_frame
from clientflow.limits import ClientLimits
from clientflow.pace import HOLE, LEAVING, NO_WELCOME, PEER_DEAD, redial_delay_s
from realtime.messages import (
    Ack,
    AssistantFrame,
    AuthFrame,
    Change,
    ErrorFrame,
    ImportFrame,
    Ping,
    Welcome,
)
from realtime.problems import CloseCode, Problem, ProblemKind

Status: TypeAlias = Literal["connecting", "live", "resuming", "polling", "ended"]


@dataclass(frozen=True)
class Dial:
    """Open a socket and say hello with `since`, then call `received` and at its end `closed`."""

    since: int | None


@dataclass(frozen=True)
class Transmit:
    text: str


@dataclass(frozen=True)
class HangUp:
    """End the socket; nothing of it is wanted any more, `closed` neither."""

    code: int
    reason: str


@dataclass(frozen=True)
class Renew:
    """Get another token, then call `renewed` or `failed`."""


@dataclass(frozen=True)
class Load:
    """Read the board over REST, then call `loaded` or `failed`."""


@dataclass(frozen=True)
class StartPolling:
    """Follow by the long poll: call `polled` with each answer, `failed` with what ends it."""


@dataclass(frozen=True)
class StopPolling:
    pass


@dataclass(frozen=True)
class Join:
    welcome: Welcome


@dataclass(frozen=True)
class Fold:
    change: Change


@dataclass(frozen=True)
class Tell:
    frame: Presence | AssistantFrame | ImportFrame


@dataclass(frozen=True)
class Settle:
    """A command of this socket has its answer."""

    answer: Ack | ErrorFrame


@dataclass(frozen=True)
class Lose:
    """The socket has gone: what was sent on it may or may not have arrived."""


@dataclass(frozen=True)
class End:
    error: ClientFlowError


Effect: TypeAlias = (
    Dial
    | Transmit
    | HangUp
    | Renew
    | Load
    | StartPolling
    | StopPolling
    | Join
    | Fold
    | Tell
    | Settle
    | Lose
    | End
)
_ENDINGS: dict[int, tuple[ProblemKind, str]] = {
    CloseCode.NOT_A_MEMBER: (ProblemKind.FORBIDDEN, "You are not a member of this workspace."),
    CloseCode.NO_SUCH_WORKSPACE: (ProblemKind.NOT_FOUND, "There is no such workspace."),
}
_PING = frame_text(Ping())


class _State(enum.Enum):
    RESTING = "no socket, one will be dialled"
    DIALLING = "a socket is being opened, no welcome yet"
    LIVE = "welcomed"
    RENEWING = "no socket, a token is being renewed"
    LOADING = "no socket, the board is being read"
    ENDED = "over"


class Following:
    """Times are seconds of one monotonic clock. `seq` None: only what is new is wanted, and no board is kept."""

    def __init__(self, seq: int | None, limits: ClientLimits, chance: Callable[[], float]) -> None:
        self.seq = seq
        self._keeps_board = seq is not None
        self._limits = limits
        self._chance = chance
        self._state = _State.RESTING
        self._polling = False
        self._ever_live = False
        self._attempt = 0  # ends in a row without a calm stretch between
        self._failures = 0  # sockets in a row that brought no welcome
        self._holes = 0  # in a row
        self._heartbeat_s = 0.0
        self._told_s: float | None = None  # how long the last refusal of this socket asks to wait
        self._redial_at: float | None = None
        self._load_at: float | None = None
        self._welcome_by: float | None = None
        self._ping_at: float | None = None
        self._silent_at: float | None = None
        self._calm_at: float | None = None
        self._renew_at: float | None = None

    @property
    def live(self) -> bool:
        return self._state is _State.LIVE

    @property
    def status(self) -> Status:
        if self._state is _State.ENDED:
            return "ended"
        if self.live:
            return "live"
        if self._polling:
            return "polling"
        return "resuming" if self._ever_live else "connecting"

    @property
    def deadline(self) -> float | None:
        """When `tick` next has something to do."""
        times = (
            self._redial_at,
            self._load_at,
            self._welcome_by,
            self._ping_at,
            self._silent_at,
            self._calm_at,
            self._renew_at,
        )
        return min((time for time in times if time is not None), default=None)

    def start(self, now: float) -> list[Effect]:
        return self._dial(now)

    def received(self, raw: str | bytes, now: float) -> list[Effect]:
        """One message of the socket. Raises `Incompatible`."""
        if self._state not in (_State.DIALLING, _State.LIVE):
            return []
        self._silent_at = None  # any frame proves the peer alive
        frame = read_frame(raw)
        if isinstance(frame, Welcome):
            return self._welcomed(frame, now)
        if isinstance(frame, ErrorFrame):
            self._told_s = frame.problem.retry_after
        if not self.live:
            return []  # what else the error before a close says, its code says too
        if isinstance(frame, Change):
            return self._changed(frame, now)
        if isinstance(frame, Ack | ErrorFrame):
            return [Settle(frame)]
        return [] if frame is None else [Tell(frame)]

    def closed(self, code: int | None, now: float) -> list[Effect]:
        """The socket has ended, with its close code; None: it could not be opened."""
        if self._state not in (_State.DIALLING, _State.LIVE):
            return []
        return self._lost(code, now)

    def token_lasts(self, seconds: float | None, now: float) -> None:
        """The token of this socket; None: for ever."""
        if seconds is None or not self.live:
            self._renew_at = None
        else:  # a token of very short life is renewed halfway
            self._renew_at = now + max(seconds - self._limits.renew_before_s, seconds / 2, 0.0)

    def renewed(self, token: str, seconds_left: float | None, now: float) -> list[Effect]:
        if self.live:
            self.token_lasts(seconds_left, now)
            return [Transmit(frame_text(AuthFrame(token)))]
        return self._rest(CloseCode.UNAUTHORIZED, now) if self._state is _State.RENEWING else []

    def loaded(self, seq: int, now: float) -> list[Effect]:
        """The board stands as of `seq`."""
        if self._state is not _State.LOADING:
            return []
        self.seq = seq
        self._holes = 0
        return self._dial(now)

    def polled(self, changes: Sequence[Change], now: float) -> list[Effect]:
        """One answer of the long poll."""
        effects: list[Effect] = []
        for change in changes:
            if not self._polling or self._state in (_State.LOADING, _State.ENDED):
                break
            effects += self._changed(change, now)
        return effects

    def failed(self, error: ClientFlowError, now: float) -> list[Effect]:
        """A renewal, a load or the poll did not work."""
        if self._state is _State.ENDED:
            return []
        if isinstance(error, Gone) and self._keeps_board:
            return [] if self._state is _State.LOADING else self._load()
        if not may_pass(error):
            return self._end(error)
        if self.live:
            self._renew_at = now + self._limits.renew_retry_s
        elif self._state is _State.RENEWING:
            return self._rest(None, now)
        elif self._state is _State.LOADING:
            self._load_at = now + self._delay(None)
        return []

    def tick(self, now: float) -> list[Effect]:
        """Time has passed."""
        effects: list[Effect] = []
        if _due(self._calm_at, now):
            self._calm_at, self._attempt = None, 0
        if _due(self._redial_at, now):
            return self._dial(now)
        if _due(self._load_at, now):
            self._load_at = None
            return [Load()]
        if _due(self._welcome_by, now):
            return [HangUp(NO_WELCOME, "no welcome in time"), *self._lost(NO_WELCOME, now)]
        if _due(self._silent_at, now):
            return [HangUp(PEER_DEAD, "the peer is silent"), *self._lost(PEER_DEAD, now)]
        if _due(self._ping_at, now):
            self._ping_at = now + self._heartbeat_s
            self._silent_at = self._silent_at or now + self._limits.pong_timeout_s
            effects.append(Transmit(_PING))
        if _due(self._renew_at, now):
            self._renew_at = None
            effects.append(Renew())
        return effects

    def _dial(self, now: float) -> list[Effect]:
        self._still()
        self._state = _State.DIALLING
        self._welcome_by = now + self._limits.welcome_timeout_s
        self._told_s = None
        return [Dial(self.seq if self._keeps_board else None)]

    def _welcomed(self, welcome: Welcome, now: float) -> list[Effect]:
        self._still()
        self._state, self._ever_live, self._failures = _State.LIVE, True, 0
        self._heartbeat_s = float(welcome.heartbeat)
        self._ping_at = now + self._heartbeat_s
        # One that welcomes and drops at once must not be hammered: only a calm stretch resets the waits.
        self._calm_at = now + self._limits.calm_s
        effects: list[Effect] = [StopPolling()] if self._polling else []
        self._polling = False
        if not self._keeps_board:
            self.seq = welcome.seq
        elif not welcome.resumed:
            return [*effects, *self._load()]
        return [*effects, Join(welcome)]

    def _changed(self, change: Change, now: float) -> list[Effect]:
        known = self.seq or 0
        if change.seq <= known:
            return []
        if change.seq == known + 1 or not self._keeps_board:
            self.seq, self._holes = change.seq, 0
            return [Fold(change)]
        self._holes += 1
        if self._holes >= self._limits.holes_before_reload:
            return self._load()
        if self.live:
            return [HangUp(HOLE, "a change is missing"), *self._lost(HOLE, now)]
        return []  # the next poll asks from the last good one

    def _lost(self, code: int | None, now: float) -> list[Effect]:
        effects: list[Effect] = [Lose()] if self.live else []
        if code is not None and code in _ENDINGS:
            kind, detail = _ENDINGS[code]
            return [*effects, *self._end(refused(Problem.of(kind, detail)))]
        if not self.live:
            self._failures += 1
        if self._failures >= self._limits.sockets_before_polling and not self._polling:
            self._polling = self._keeps_board
            effects += [StartPolling()] if self._polling else []
        if code == CloseCode.UNAUTHORIZED:
            self._still()
            self._state = _State.RENEWING
            return [*effects, Renew()]
        return [*effects, *self._rest(code, now)]

    def _rest(self, code: int | None, now: float) -> list[Effect]:
        self._still()
        self._state = _State.RESTING
        self._redial_at = now + self._delay(code)
        return []

    def _load(self) -> list[Effect]:
        """What lies between can only be read as a whole: the socket goes, and a new one follows the loaded board."""
        effects: list[Effect] = []
        if self.live:
            effects = [HangUp(LEAVING, "the log does not reach back"), Lose()]
        elif self._state is _State.DIALLING:
            effects = [HangUp(LEAVING, "the log does not reach back")]
        self._still()
        self._state = _State.LOADING
        return [*effects, Load()]

    def _end(self, error: ClientFlowError) -> list[Effect]:
        effects: list[Effect] = [Lose()] if self.live else []
        self._still()
        self._state = _State.ENDED
        return [*effects, HangUp(LEAVING, "leaving"), StopPolling(), End(error)]

    def _delay(self, code: int | None) -> float:
        wait = redial_delay_s(code, self._attempt, self._limits, self._chance, self._told_s)
        self._attempt += 1
        return wait

    def _still(self) -> None:
        """No timer of the state that is left goes off."""
        self._redial_at = self._load_at = self._welcome_by = None
        self._ping_at = self._silent_at = self._calm_at = self._renew_at = None


def _due(at: float | None, now: float) -> bool:
    return at is not None and now >= at
