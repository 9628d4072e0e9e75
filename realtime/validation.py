"""Decoding input from outside: typed by msgspec, refused with the field's name and what would be right."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from realtime.problems import FieldError, Problem, ProblemKind

T = TypeVar("T")

# msgspec's messages. Each is matched whole and greedily, so that words of the sender which it
# quotes are not taken for its own.
_WHERE = re.compile(r"(?P<message>.*) - at (?:`key` in )?`\$\.?(?P<path>[^`]*)`", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>.*)`", re.DOTALL)
_PATTERN = re.compile(r"Expected `str` matching regex (?P<pattern>'.*'|\".*\")", re.DOTALL)
_CHOICE = re.compile(r"Invalid (?:enum )?value .*", re.DOTALL)
_STEP = re.compile(r"[^.\[\]]+|\[[^\]]*\]")

# A regular expression helps nobody mend their input: each pattern in use has words of its own.
_PATTERN_HINTS: dict[str, str] = {}


def pattern(expression: str, hint: str) -> str:
    """Register the words that explain `expression` to whoever breaks it; gives the expression."""
    _PATTERN_HINTS[expression] = hint
    return expression


class Refused(Exception):
    """Input that does not decode; `problem` says which field and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def invalid(field: str, message: str) -> Problem:
    """The problem of one field."""
    detail = f"{field}: {message}" if field else message
    return Problem.of(ProblemKind.INVALID, detail, (FieldError(field, message),))


def decode(decoder: msgspec.json.Decoder[T], raw: bytes | str) -> T:
    """Decode JSON text (UTF-8).

    Raises `Refused`: MALFORMED when it is no JSON, INVALID (naming the field) when it is of the
    wrong shape.
    """
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise Refused(_explained(str(error), decoder.type)) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        detail = f"This is not JSON: {error}."
        raise Refused(Problem.of(ProblemKind.MALFORMED, detail)) from None


def convert(value: object, type_: type[T], *, strict: bool = False) -> T:
    """Convert strings from a query to the fields of `type_`; `strict` takes values of the right type only.

    Raises `Refused` naming the field.
    """
    try:
        return msgspec.convert(value, type_, strict=strict)
    except msgspec.ValidationError as error:
        raise Refused(_explained(str(error), type_)) from None


def _explained(message: str, type_: Any) -> Problem:
    path = ""
    if where := _WHERE.fullmatch(message):
        message, path = where["message"], where["path"]
    if named := _UNKNOWN.fullmatch(message):
        path, message = _joined(path, named["name"]), "There is no such field"
    elif named := _MISSING.fullmatch(message):
        path, message = _joined(path, named["name"]), "This field is needed"
    elif matched := _PATTERN.fullmatch(message):
        quoted = matched["pattern"]
        hints = (hint for known, hint in _PATTERN_HINTS.items() if repr(known) == quoted)
        message = next(hints, "Has the wrong form")
    elif _CHOICE.fullmatch(message) and (choices := _choices_at(type_, path)):
        message = f"Must be one of {', '.join(choices)}"
    return invalid(path.replace("`", ""), message.replace("`", ""))


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


@functools.lru_cache(maxsize=64)
def _info(type_: Any) -> inspect.Type:
    return inspect.type_info(type_)


def _choices_at(type_: Any, path: str) -> list[str]:
    """What may stand at `path` of `type_` where that is one of a few words."""
    nodes, choices = [_info(type_)], list[str]()
    for step in _STEP.findall(path):
        alternatives = [part for node in nodes for part in _alternatives(node)]
        choices = [
            str(part.tag)
            for part in alternatives
            if isinstance(part, inspect.StructType) and part.tag_field == step
        ]
        nodes = [inner for part in alternatives for inner in _within(part, step)]
    for node in nodes:
        for part in _alternatives(node):
            if isinstance(part, inspect.LiteralType):
                choices += [str(value) for value in part.values]
    return choices


def _alternatives(node: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(node, inspect.UnionType):
        yield from node.types
    elif isinstance(node, inspect.Metadata):
        yield from _alternatives(node.type)
    else:
        yield node


def _within(node: inspect.Type, step: str) -> Iterator[inspect.Type]:
    if isinstance(node, inspect.StructType):
        yield from (field.type for field in node.fields if field.encode_name == step)
    elif isinstance(node, inspect.ListType):
        yield node.item_type
