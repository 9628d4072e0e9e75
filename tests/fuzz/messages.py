"""Frames for the channel: every command that there is, by its type, and what can be made of it."""

from __future__ import annotations

import copy
import itertools
import json
import typing
from typing import Any

from hypothesis import strategies as st
from msgspec import inspect

from realtime import messages
from tests.fuzz.wire import BINARY, CONTINUED, PING, PONG, TEXT, frame

Json = dict[str, Any]
COMMANDS = list(typing.get_args(messages.AnyCommand))
LEFT_OUT = {"workspace.delete", "client.import"}  # the first ends the board, the second is REST's
UNSAFE = '\0\ud800\u202e\ufeff\U0001f388"\\/<>\u2028'

_numbers = itertools.count(1)
any_text = st.text(st.characters(exclude_categories=()), max_size=30)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**62, max_value=2**70)
    | st.floats()
    | any_text
    | st.text(UNSAFE, max_size=8)
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=10,
)
NAMES = ["lead", "won", "none", "owner", "viewer", "position", "name"]


def of_type(info: inspect.Type, ids: list[str]) -> st.SearchStrategy[Any]:
    """JSON that decodes as the type; `ids` stand where a record is referred to."""
    match info:
        case inspect.StructType():
            return _of_struct(info, ids)
        case inspect.UnionType():
            return st.one_of([of_type(one, ids) for one in info.types if not _is_unset(one)])
        case inspect.Metadata():
            return of_type(info.type, ids)
        case inspect.LiteralType():
            return st.sampled_from(list(info.values))
        case inspect.StrType():
            if info.pattern is not None and "x00" not in info.pattern:
                return st.from_regex(info.pattern, fullmatch=True) | st.sampled_from(NAMES)
            text = st.text(min_size=info.min_length or 0, max_size=min(info.max_length or 40, 40))
            return st.sampled_from([*ids, *NAMES]) | text.map(
                lambda value: value.replace("\0", "_")
            )
        case inspect.IntType():
            return st.integers(
                info.ge if info.ge is not None else -(2**53),
                info.le if info.le is not None else 2**53,
            )
        case inspect.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case inspect.DateTimeType():
            return st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
        case inspect.ListType():
            return st.lists(of_type(info.item_type, ids), min_size=info.min_length or 0, max_size=4)
        case inspect.DictType():
            keys, values = of_type(info.key_type, ids), of_type(info.value_type, ids)
            return st.dictionaries(keys, values, max_size=3)
        case _:
            return anything


def _is_unset(info: inspect.Type) -> bool:
    return isinstance(info, inspect.CustomType) or type(info).__name__ == "UnsetType"


def _of_struct(info: inspect.StructType, ids: list[str]) -> st.SearchStrategy[Json]:
    needed = {one.encode_name: of_type(one.type, ids) for one in info.fields if one.required}
    optional = {one.encode_name: of_type(one.type, ids) for one in info.fields if not one.required}
    tag = {} if info.tag_field is None else {info.tag_field: st.just(info.tag)}
    return st.fixed_dictionaries({**tag, **needed}, optional=optional)


def commands(ids: list[str]) -> st.SearchStrategy[Json]:
    """Frames that decode, each under a new id."""
    known = [inspect.type_info(one) for one in COMMANDS]
    wanted = [of_type(one, ids) for one in known if getattr(one, "tag", None) not in LEFT_OUT]
    return st.builds(
        lambda command: {"type": "command", "id": f"fuzz-{next(_numbers):08}", **command},
        st.one_of(wanted),
    )


def other_frames(token: str) -> st.SearchStrategy[Json]:
    """Of every kind that is no command, in an order that may be wrong."""
    references = st.none() | any_text
    editing = st.fixed_dictionaries({"client_id": any_text, "field": any_text})
    state = st.fixed_dictionaries(
        {}, optional={"viewing": references, "editing": st.none() | editing}
    )
    return st.one_of(
        st.just({"type": "ping"}),
        st.fixed_dictionaries({"type": st.just("presence"), "state": state}),
        st.fixed_dictionaries({"type": st.just("auth"), "token": st.just(token) | any_text}),
        st.fixed_dictionaries({"type": st.just("hello"), "token": st.just(token) | any_text}),
        st.sampled_from(
            [{"type": kind} for kind in ("welcome", "ack", "change", "pong", "", "PING")]
        ),
    )


@st.composite
def spoilt(draw: st.DrawFn, good: st.SearchStrategy[Json]) -> str:
    """The JSON text of a good frame after something was done to it."""
    value = copy.deepcopy(draw(good))
    path = draw(st.sampled_from(_paths(value)))
    what = draw(
        st.sampled_from(["replace", "drop", "add", "cut", "insert", "twice", "deep", "huge"])
    )
    if what in ("replace", "drop", "add"):
        holder = _at(value, path[:-1])
        if what == "replace" and path:
            holder[path[-1]] = draw(anything)
        elif what == "drop" and path:
            del holder[path[-1]]
        elif isinstance(value, dict):
            value[draw(any_text)] = draw(anything)
        return json.dumps(value)
    text = json.dumps(value)
    at = draw(st.integers(0, len(text)))
    if what == "cut":
        return text[:at] + text[draw(st.integers(at, len(text))) :]
    if what == "insert":
        return (
            text[:at]
            + draw(any_text | st.sampled_from(["NaN", "1e999", "-0", "\ufeff"]))
            + text[at:]
        )
    if what == "twice":
        return text + text if at % 2 else text[:-1] + "," + text[1:]
    if what == "deep":
        depth = draw(st.sampled_from([50, 500, 5_000, 30_000]))
        inner = "[" * depth if at % 2 else '{"a":' * depth
        return text[:-1] + ',"data":' + inner
    return (
        text[:-1]
        + ',"data":{"name":"'
        + "x" * draw(st.sampled_from([20_001, 65_400, 70_000]))
        + '"}}'
    )


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(inner for key, part in parts for inner in _paths(part, (*path, key)))]


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@st.composite
def carried(draw: st.DrawFn, text: str) -> bytes:
    """A message as one frame or several, with control frames between them."""
    data = text.encode("utf-8", "surrogatepass")
    kind = draw(st.sampled_from(["text"] * 6 + ["fragments", "binary", "bad utf-8"]))
    if kind == "text" or not data:
        return frame(TEXT, data)
    if kind == "binary":
        return frame(BINARY, data)
    at = draw(st.integers(0, len(data)))
    if kind == "bad utf-8":
        return frame(
            TEXT,
            data[:at] + draw(st.sampled_from([b"\xff", b"\xc0\xaf", b"\xed\xa0\x80"])) + data[at:],
        )
    control = draw(st.sampled_from([b"", frame(PING, b"are you there"), frame(PONG, b"")]))
    return frame(TEXT, data[:at], fin=False) + control + frame(CONTINUED, data[at:])
