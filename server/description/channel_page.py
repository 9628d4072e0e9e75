"""/docs/channel: what /asyncapi.json says, to read without a script."""

from __future__ import annotations

import functools
from html import escape

import msgspec

from realtime.messages import SUBPROTOCOL
from realtime.problems import CloseCode
from server.description.asyncapi import ChannelMessage, channel_messages
from server.description.markdown import slug
from server.description.schemas import Schema

_INTRODUCTION = f"""<h1>The channel</h1>
<p><code>/ws/workspaces/{{workspace_id}}</code>, subprotocol <code>{SUBPROTOCOL}</code>: one workspace, live.
Each message is one text frame that holds one JSON object. How it is used is told in
<a href="/docs/protocol">the protocol</a>; the same for programs is in
<a href="/asyncapi.json">asyncapi.json</a>.</p>"""


@functools.cache
def channel_html() -> str:
    """The text of the page."""
    described, schemas = channel_messages()
    groups = (
        ("From the client", [one for one in described if one.to_server and one.type != "command"]),
        ("Commands", [one for one in described if one.type == "command"]),
        ("From the server", [one for one in described if not one.to_server]),
    )
    parts = [_INTRODUCTION]
    for title, group in groups:
        parts.append(f'<h2 id="{slug(title)}">{title}</h2>')
        parts += [_message(one) for one in group]
    parts.append('<h2 id="types">Types</h2>')
    named = _named(schemas, described)
    parts += [
        f'<h3 id="type-{escape(name)}">{escape(name)}</h3>{_prose(schema)}{_fields(schema)}'
        for name, schema in named.items()
    ]
    rows = "".join(
        f"<tr><td>{code.value}</td><td>{escape(code.why.replace('`', ''))}</td></tr>"
        for code in CloseCode
    )
    head = "<tr><th>Code</th><th>Why the server ends the channel</th></tr>"
    parts.append(f'<h2 id="close-codes">Close codes</h2><table>{head}{rows}</table>')
    return "\n".join(parts)


def _message(one: ChannelMessage) -> str:
    anchor = slug(one.key.replace(".", "-")) + ("" if one.to_server else "-sent")
    examples = "".join(
        f"<pre><code>{escape(msgspec.json.format(msgspec.json.encode(example)).decode())}</code></pre>"
        for example in one.examples
    )
    summary = f"<p>{escape(one.summary.replace('`', ''))}</p>" if one.summary else ""
    schema = one.payload if "properties" in one.payload else _taken(one.payload)
    return (
        f'<h3 id="{anchor}"><code>{escape(one.key)}</code></h3>{summary}{_fields(schema)}{examples}'
    )


def _taken(reference: Schema) -> Schema:
    _, schemas = channel_messages()
    found: Schema = schemas[reference["$ref"].rpartition("/")[2]]
    return found


def _named(schemas: dict[str, Schema], described: list[ChannelMessage]) -> dict[str, Schema]:
    """The types that fields refer to; those of the frames themselves are shown with them."""
    frames = {one.payload["$ref"].rpartition("/")[2] for one in described if "$ref" in one.payload}
    commands = {name for name, schema in schemas.items() if "op" in schema.get("properties", {})}
    in_bulk = {"CreateClient", "UpdateClient", "DeleteClient", "RestoreClient"}
    hidden = frames | {"CommandFrame"} | (commands - in_bulk)
    return {name: schema for name, schema in schemas.items() if name not in hidden}


def _prose(schema: Schema) -> str:
    text = schema.get("description", "").replace("`", "")
    return f"<p>{escape(text)}</p>" if text else ""


def _fields(schema: Schema) -> str:
    needed = schema.get("required", ())
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{_type(field)}</td>"
        f"<td>{'needed' if name in needed else ''}</td></tr>"
        for name, field in schema.get("properties", {}).items()
    )
    return f"<table><tr><th>Field</th><th>Is</th><th></th></tr>{rows}</table>" if rows else ""


def _type(schema: Schema) -> str:
    """A type in a few words, with a link to its own part."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#type-{name}">{name}</a>'
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    bounds = [
        words.format(schema[key])
        for key, words in (
            ("format", "{}"),
            ("minLength", "at least {} characters"),
            ("maxLength", "at most {} characters"),
            ("minimum", "from {}"),
            ("maximum", "to {}"),
        )
        if key in schema
    ]
    return escape(", ".join([str(schema.get("type", "any value")), *bounds]))
