"""/asyncapi.json (AsyncAPI 3.0): the channel, as its message types describe themselves."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

import msgspec

from realtime import messages
from realtime.presence import PeopleFrame
from realtime.problems import CloseCode
from server.description.channel_examples import COMMANDS, FRAMES
from server.description.examples import WORKSPACE_ID
from server.description.schemas import Schema, schemas_of
from server.permissions import MINIMUM_ROLE
from server.version import VERSION

_ABOUT = """One workspace, live: every change reaches every member's socket once, in the order of `seq`, without holes.

Each message is one text frame that holds one JSON object; its `type` says what it is. The first frame is `hello`. No
token ever stands in a URL. A client ignores types and fields that it does not know. The [protocol](/docs/protocol)
tells how it is used; [/openapi.json](/openapi.json) describes the REST API, whose writes are the same commands."""
_CHANNEL = {"$ref": "#/channels/workspace"}
_TO_SERVER = get_args(messages.ClientFrame)
_FROM_SERVER = (
    messages.Welcome,
    PeopleFrame,
    messages.ChangeFrame,
    messages.Ack,
    messages.ErrorFrame,
    messages.AssistantFrame,
    messages.ImportFrame,
    messages.Pong,
)
_REPLIES: dict[str, tuple[str, ...]] = {
    "hello": ("welcome",),
    "command": ("ack", "error"),
    "ping": ("pong",),
}
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True)
class ChannelMessage:
    """One kind of frame. `key` names it in the document; `type` is its own on the wire."""

    key: str
    type: str
    to_server: bool
    summary: str
    payload: Schema
    examples: list[Any]


@functools.cache
def asyncapi_text() -> bytes:
    """The document as JSON, made once."""
    return _encoder.encode(asyncapi())


def asyncapi() -> dict[str, Any]:
    """The document. Raises `KeyError` for a message without an example."""
    described, schemas = channel_messages()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "ClientFlow channel",
            "version": VERSION,
            "description": _ABOUT,
        },
        "defaultContentType": "application/json",
        "servers": {
            "here": {
                "host": "{host}",
                "protocol": "wss",
                "description": "The host that serves this document; ws where that is http.",
                "variables": {"host": {"default": "localhost:8000"}},
                "security": [{"$ref": "#/components/securitySchemes/bearer"}],
            }
        },
        "channels": {
            "workspace": {
                "address": "/ws/workspaces/{workspace_id}",
                "title": "A workspace, live",
                "description": _closing(),
                "parameters": {
                    "workspace_id": {"description": "A workspace.", "examples": [WORKSPACE_ID]}
                },
                "messages": {
                    one.key: {"$ref": f"#/components/messages/{one.key}"} for one in described
                },
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            }
        },
        "operations": dict(_operations(described)),
        "components": {
            "messages": {one.key: _message(one) for one in described},
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token or a personal access token, in `hello`; programs may send it "
                    "with the handshake instead, in the header Authorization.",
                }
            },
        },
    }


def channel_messages() -> tuple[list[ChannelMessage], dict[str, Schema]]:
    """Every kind of frame, those to the server first, and the schemas that they refer to."""
    commands = get_args(messages.AnyCommand)
    by_type, schemas = schemas_of(_FROM_SERVER, [*_TO_SERVER, *commands])
    described = [
        _frame(type_, by_type, schemas, to_server=True)
        for type_ in _TO_SERVER
        if type_ is not messages.CommandFrame
    ]
    envelope = _taken(by_type[messages.CommandFrame], schemas)
    described += [
        _command(command, envelope, _taken(by_type[command], schemas)) for command in commands
    ]
    described += [_frame(type_, by_type, schemas, to_server=False) for type_ in _FROM_SERVER]
    return described, {name: _without_discriminator(schema) for name, schema in schemas.items()}


def _taken(reference: Schema, schemas: dict[str, Schema]) -> Schema:
    """The schema that a reference names."""
    return copy.deepcopy(schemas[reference["$ref"].rpartition("/")[2]])


def _frame(
    type_: Any, by_type: dict[Any, Schema], schemas: dict[str, Schema], *, to_server: bool
) -> ChannelMessage:
    tag: str = type_.__struct_config__.tag
    return ChannelMessage(
        key=f"{tag}_state" if type_ is messages.PresenceFrame else tag,
        type=tag,
        to_server=to_server,
        summary=_summary(type_),
        payload=by_type[type_],
        examples=[_shown(example) for example in FRAMES[type_]],
    )


def _command(type_: Any, envelope: Schema, body: Schema) -> ChannelMessage:
    """A command stands in its frame: one object with the fields of both."""
    op: str = type_.__struct_config__.tag
    role = MINIMUM_ROLE[op].name.lower()
    payload = {
        "type": "object",
        "properties": envelope["properties"] | body["properties"],
        "required": [*envelope["required"], *body["required"]],
    }
    example = {"type": "command", "id": "8f14e45f-1", **_shown(COMMANDS[type_])}
    return ChannelMessage(
        key=op,
        type="command",
        to_server=True,
        summary=f"{_summary(type_)} Needs the role {role} or higher.".strip(),
        payload=_without_discriminator(payload),
        examples=[example],
    )


def _shown(example: Any) -> Any:
    return msgspec.json.decode(_encoder.encode(example))


def _summary(type_: Any) -> str:
    """Its own docstring, not one that it inherits; msgspec gives none of its own."""
    return " ".join((vars(type_).get("__doc__") or "").split())


def _operations(described: list[ChannelMessage]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The server receives what clients send, and sends the rest."""
    answering = {name for names in _REPLIES.values() for name in names}
    for type_ in dict.fromkeys(one.type for one in described if one.to_server):
        keys = [one.key for one in described if one.to_server and one.type == type_]
        operation: dict[str, Any] = {
            "action": "receive",
            "channel": _CHANNEL,
            "messages": [_in_channel(key) for key in keys],
        }
        if replies := _REPLIES.get(type_):
            operation["reply"] = {
                "channel": _CHANNEL,
                "messages": [_in_channel(key) for key in replies],
            }
        yield f"receive_{type_}", operation
    for one in described:
        if not one.to_server and one.key not in answering - {"error"}:
            yield (
                f"send_{one.key}",
                {"action": "send", "channel": _CHANNEL, "messages": [_in_channel(one.key)]},
            )


def _in_channel(key: str) -> dict[str, str]:
    return {"$ref": f"#/channels/workspace/messages/{key}"}


def _message(one: ChannelMessage) -> dict[str, Any]:
    message: dict[str, Any] = {
        "name": one.key,
        "title": one.key,
        "payload": one.payload,
        "examples": [{"payload": example} for example in one.examples],
    }
    if one.summary:
        message["summary"] = one.summary
    return message


def _closing() -> str:
    rows = "\n".join(f"| {code.value} | {code.why} |" for code in CloseCode)
    introduction = f"Subprotocol `{messages.SUBPROTOCOL}`. The server ends it with a close code:"
    return f"{introduction}\n\n| Code | Why |\n|---|---|\n{rows}\n"


def _without_discriminator(schema: Any) -> Any:
    """In AsyncAPI a discriminator is a name; the tag's own enum tells the alternatives apart as well."""
    if isinstance(schema, list):
        return [_without_discriminator(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_discriminator(value)
        for key, value in schema.items()
        if not (key == "discriminator" and isinstance(value, dict) and "propertyName" in value)
    }
