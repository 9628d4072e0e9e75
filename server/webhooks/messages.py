"""What is sent: one change, or a test, as receivers read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from realtime import messages
from server.change_frames import wire_change
from server.webhooks.events import TEST_EVENT, event_of
from storage.records import Change

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Message:
    """`id` is the same however often it is sent."""

    id: str
    event: str
    seq: int | None
    body: bytes


class Payload(msgspec.Struct, frozen=True):
    """`timestamp`: when it happened. `data`: the change as GET …/changes shows it."""

    type: str
    timestamp: datetime
    workspace_id: str
    data: messages.Change


class Ping(msgspec.Struct, frozen=True):
    """A test, which tells of no change."""

    type: str
    timestamp: datetime
    workspace_id: str
    data: dict[str, str]


def change_id(workspace_id: str, seq: int) -> str:
    return f"msg_{workspace_id}_{seq}"


def change_message(change: Change) -> Message:
    event = event_of(change.entity, change.op)
    payload = Payload(event, change.at, change.workspace_id, wire_change(change, messages.Change))
    return Message(change_id(change.workspace_id, change.seq), event, change.seq, _encode(payload))


def ping_message(workspace_id: str, delivery_id: str, at: datetime) -> Message:
    payload = Ping(TEST_EVENT, at, workspace_id, {"message": "A test of this webhook."})
    return Message(f"msg_{delivery_id}", TEST_EVENT, None, _encode(payload))
