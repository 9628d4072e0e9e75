"""What one client sent and heard, in the order in which it happened. Times are of one monotonic clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Json = dict[str, Any]
Path: TypeAlias = Literal["socket", "rest"]


@dataclass(frozen=True, slots=True)
class Command:
    """One write, however often it is tried. `body` is the command as the channel takes it, without `type` and `id`."""

    id: str
    body: Json

    @property
    def op(self) -> str:
        return str(self.body["op"])


@dataclass(frozen=True, slots=True)
class Sent:
    """A try. `epoch` is the channel that it went out on; None: over REST."""

    command: Command
    attempt: int
    path: Path
    instance: str
    epoch: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """REST tells no seq, and no version of what has been deleted."""

    command_id: str
    attempt: int
    seq: int | None
    version: int | None
    result: Any
    at: float


@dataclass(frozen=True, slots=True)
class Refused:
    command_id: str
    attempt: int
    status: int
    detail: str
    at: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """The try had no answer, or one (`status`, 5xx) that says nothing. An answer may still follow."""

    command_id: str
    attempt: int
    reason: str
    at: float
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Welcomed:
    """An epoch begins: a channel, or a row of long polls from one seq on."""

    epoch: int
    instance: str
    seq: int
    since: int | None
    resumed: bool
    at: float


@dataclass(frozen=True, slots=True)
class Loaded:
    """The board was read over REST, to go on from `seq`."""

    epoch: int
    instance: str
    seq: int
    at: float


@dataclass(frozen=True, slots=True)
class Received:
    """A change came. `text` is its JSON as it came."""

    epoch: int
    seq: int
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Ended:
    epoch: int
    code: int | None
    reason: str
    at: float


Event: TypeAlias = Sent | Acknowledged | Refused | Unknown | Welcomed | Loaded | Received | Ended


@dataclass(slots=True)
class History:
    client: str
    user_id: str
    workspace_id: str
    events: list[Event] = field(default_factory=list)

    def note(self, event: Event) -> None:
        self.events.append(event)
