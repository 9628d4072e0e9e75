"""The frames in which sockets are told of an assistant's reply."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from realtime.frames import Frame
from realtime.messages import AssistantFrame
from realtime.reply_events import Ended

EndEvent: TypeAlias = Literal["done", "error", "cancelled"]
END_EVENTS: dict[str, EndEvent] = {
    "done": "done",
    "error": "error",
    "interrupted": "error",
    "cancelled": "cancelled",
}
_encoder = msgspec.json.Encoder()


def _frame(frame: AssistantFrame) -> Frame:
    return Frame(_encoder.encode(frame))


def started_frame(message_id: str, text: str, message: dict[str, Any]) -> Frame:
    return _frame(
        AssistantFrame(
            event="started",
            message_id=message_id,
            offset=0,
            text=text,
            message=message,
        )
    )


def delta_frame(message_id: str, offset: int, text: str) -> Frame:
    return _frame(AssistantFrame(event="delta", message_id=message_id, offset=offset, text=text))


def proposal_frame(message_id: str, proposal: dict[str, Any]) -> Frame:
    return _frame(AssistantFrame(event="proposal", message_id=message_id, proposal=proposal))


def end_frame(end: Ended) -> Frame:
    return _frame(
        AssistantFrame(
            event=END_EVENTS[end.message["status"]],
            message_id=end.message_id,
            offset=end.length,
            text="",
            message=end.message,
        )
    )
