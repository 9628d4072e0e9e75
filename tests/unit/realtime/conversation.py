"""A channel as one side of a conversation: say a frame, see what the session answers."""

import json
from typing import Any

from realtime.problems import CloseCode
from realtime.session import Close, Effect, Send, Session, SessionLimits

HELLO = {"type": "hello", "token": "t"}
PING = {"type": "ping"}
PONG = {"type": "pong"}


class Conversation:
    """A session with its clock, which stands still but for `wait`."""

    def __init__(self, limits: SessionLimits | None = None) -> None:
        self.now = 1000.0
        self.limits = limits or SessionLimits()
        self.session = Session(self.limits, self.now)

    @classmethod
    def joining(cls, limits: SessionLimits | None = None) -> "Conversation":
        """`hello` has been said, and is being checked."""
        conversation = cls(limits)
        conversation.say(HELLO)
        return conversation

    @classmethod
    def live(
        cls, limits: SessionLimits | None = None, expires_in_s: float = 900.0
    ) -> "Conversation":
        """Welcomed, with a token good for `expires_in_s`."""
        conversation = cls.joining(limits)
        conversation.session.welcomed(conversation.now, expires_in_s)
        return conversation

    def say(self, frame: object) -> list[Effect]:
        """Text and bytes go as they are, anything else as JSON."""
        raw = frame if isinstance(frame, str | bytes) else json.dumps(frame, ensure_ascii=False)
        return self.session.receive(raw, self.now)

    def wait(self, seconds: float) -> list[Effect]:
        """What the session says of itself after so much time."""
        self.now += seconds
        return self.session.tick(self.now)

    @property
    def is_open(self) -> bool:
        return answers(self.say(PING)) == [PONG]


def command(command_id: str = "c-1", op: str = "client.delete", **fields: object) -> dict[str, Any]:
    """A `command` frame; as it stands one that any session passes on."""
    fields = fields or {"client_id": "client-1"}
    return {"type": "command", "id": command_id, "op": op, **fields}


def answers(effects: list[Effect]) -> list[dict[str, Any]]:
    """The frames among the effects, decoded."""
    return [json.loads(effect.payload) for effect in effects if isinstance(effect, Send)]


def error(effects: list[Effect]) -> dict[str, Any]:
    """The one frame among the effects, which is an error."""
    (frame,) = answers(effects)
    assert frame["type"] == "error"
    return frame


def fields(effects: list[Effect]) -> list[str]:
    """The fields that the one error names."""
    return [fault["field"] for fault in error(effects)["problem"]["errors"]]


def closing(effects: list[Effect]) -> CloseCode | None:
    """The code the channel is closed with, as the last thing of all."""
    codes = [effect.code for effect in effects if isinstance(effect, Close)]
    if not codes:
        return None
    assert len(codes) == 1
    assert isinstance(effects[-1], Close)
    return codes[0]
