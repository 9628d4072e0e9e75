"""Frames of the channel as the client reads and writes them. What a newer server sends besides is passed over."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from clientflow.errors import Incompatible
from realtime.messages import (
    Ack,
    AnyCommand,
    AssistantFrame,
    AuthFrame,
    ChangeFrame,
    ErrorFrame,
    Hello,
    ImportFrame,
    Ping,
    PresenceFrame,
    Welcome,
)
from realtime.presence import Person


class Presence(msgspec.Struct, frozen=True, tag_field="type", tag="presence"):
    """`users` at first, later one of the others."""

    users: list[Person] | None = None
    joined: Person | None = None
    updated: Person | None = None
    left: Person | None = None


Told: TypeAlias = Presence | AssistantFrame | ImportFrame
ServerFrame: TypeAlias = Welcome | ChangeFrame | Ack | ErrorFrame | Told


class _Envelope(msgspec.Struct):
    type: str


_encoder = msgspec.json.Encoder()
_envelope = msgspec.json.Decoder(_Envelope)
_decoders: dict[str, msgspec.json.Decoder[ServerFrame]] = {
    "welcome": msgspec.json.Decoder(Welcome),
    "change": msgspec.json.Decoder(ChangeFrame),
    "ack": msgspec.json.Decoder(Ack),
    "error": msgspec.json.Decoder(ErrorFrame),
    "presence": msgspec.json.Decoder(Presence),
    "assistant": msgspec.json.Decoder(AssistantFrame),
    "import": msgspec.json.Decoder(ImportFrame),
}


def read_frame(raw: str | bytes) -> ServerFrame | None:
    """None for a `pong` and for what this client does not know. Raises `Incompatible`."""
    try:
        decoder = _decoders.get(_envelope.decode(raw).type)
        return None if decoder is None else decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise Incompatible(f"A frame of the server cannot be read: {error}") from error


def frame_text(frame: Hello | AuthFrame | Ping | PresenceFrame) -> str:
    return _encoder.encode(frame).decode()


def command_text(key: str, command: AnyCommand) -> str:
    """A command under its key, as one frame."""
    body: dict[str, object] = msgspec.to_builtins(command)
    return _encoder.encode({"type": "command", "id": key, **body}).decode()
