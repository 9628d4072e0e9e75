"""JSON Schemas of the wire types (draft 2020-12), by msgspec, under names that read well."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

Schema = dict[str, Any]
_REFERENCE = "#/components/schemas/{name}"
_LIST = re.compile(r"Listed_(\w+)_")
_TIME_NAME = re.compile(r"(?:.+_)?at")  # created_at; the `at` of a change


def schemas_of(
    answers: Iterable[Any], inputs: Iterable[Any]
) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """The schema of each type, and the components that these refer to.

    Of what goes out every field is there, default or not, unless its struct leaves defaults out.
    """
    going_out = list(dict.fromkeys(part for answer in answers for part in alternatives(answer)))
    coming_in = list(dict.fromkeys(inputs))
    schemas, components = msgspec.json.schema_components(
        [*going_out, *coming_in], ref_template=_REFERENCE
    )
    for name in _whole(going_out, components):
        components[name]["required"] = list(components[name]["properties"])
    renamed = {name: _readable(name, components) for name in components}
    named = {
        renamed[name]: _polished(schema, renamed, title=renamed[name])
        for name, schema in components.items()
    }
    by_type = {
        type_: _polished(schema, renamed)
        for type_, schema in zip([*going_out, *coming_in], schemas, strict=True)
    }
    return by_type, dict(sorted(named.items()))


def schema_of(type_: Any, by_type: Mapping[Any, Schema]) -> Schema:
    """That of a type, or of a union of such."""
    parts = [by_type[part] for part in alternatives(type_)]
    return parts[0] if len(parts) == 1 else {"anyOf": parts}


def alternatives(type_: Any) -> tuple[Any, ...]:
    """The types of a union; another type alone."""
    if typing.get_origin(type_) in (types.UnionType, typing.Union):
        return typing.get_args(type_)
    return (type_,)


def _whole(answers: Iterable[Any], components: Mapping[str, Schema]) -> Iterator[str]:
    """The components of the answers whose structs leave no default out."""
    seen = set[str]()
    waiting: list[Any] = [inspect.type_info(answer) for answer in answers]
    while waiting:
        node = waiting.pop()
        if isinstance(node, inspect.StructType):
            name = _component(node.cls, components)
            if name in seen:
                continue
            seen.add(name)
            waiting += [field.type for field in node.fields]
            if not _origin(node.cls).__struct_config__.omit_defaults:
                yield name
        elif isinstance(node, inspect.UnionType):
            waiting += node.types
        elif isinstance(node, inspect.ListType):
            waiting.append(node.item_type)
        elif isinstance(node, inspect.DictType):
            waiting.append(node.value_type)
        elif isinstance(node, inspect.Metadata):
            waiting.append(node.type)


def _origin(type_: Any) -> Any:
    return typing.get_origin(type_) or type_


def _component(type_: Any, components: Mapping[str, Schema]) -> str:
    """The name that msgspec gives a struct: with its module where two would be alike."""
    inner = [part.__name__ for part in typing.get_args(type_)]
    name = "_".join([_origin(type_).__name__, *inner, *([""] if inner else [])])
    return name if name in components else f"{_origin(type_).__module__}.{name}"


def _readable(name: str, components: Mapping[str, Schema]) -> str:
    if listed := _LIST.fullmatch(name):
        return f"{listed[1]}List"
    module, _, last = name.rpartition(".")
    return f"{last}Input" if module == "realtime.messages" else last


def _polished(schema: Any, renamed: Mapping[str, str], *, title: str | None = None) -> Any:
    """The schema under the new names, with patterns as ECMA-262 writes them and times as times."""
    if isinstance(schema, list):
        return [_polished(part, renamed) for part in schema]
    if not isinstance(schema, dict):
        return schema
    polished = {key: _polished(value, renamed) for key, value in schema.items()}
    if title is not None:
        polished["title"] = title
    if isinstance(schema.get("pattern"), str):
        polished["pattern"] = schema["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    if "$ref" in schema:
        prefix, _, name = schema["$ref"].rpartition("/")
        polished["$ref"] = f"{prefix}/{renamed[name]}"
    if "propertyName" in schema:  # of a union that is told apart by a tag
        polished["mapping"] = {
            value: _REFERENCE.format(name=renamed[reference.rpartition("/")[2]])
            for value, reference in schema["mapping"].items()
        }
    if isinstance(schema.get("properties"), dict):
        for name, property_ in polished["properties"].items():
            if _TIME_NAME.fullmatch(name):
                _as_time(property_)
    return polished


def _as_time(schema: Schema) -> None:
    for part in schema.get("anyOf", [schema]):
        if part.get("type") == "string":
            part["format"] = "date-time"
