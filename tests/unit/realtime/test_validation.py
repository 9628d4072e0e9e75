"""Input from outside: what is wrong is named by its field, with what would be right."""

import contextlib
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
import msgspec.inspect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from realtime import messages, validation
from realtime.problems import ProblemKind
from realtime.validation import Refused, convert, decode, invalid

COMMANDS = msgspec.json.Decoder(messages.AnyCommand)
FRAMES = msgspec.json.Decoder(messages.ClientFrame)


def refused(decoder: msgspec.json.Decoder[Any], value: object) -> tuple[str, str]:
    """The one field at fault in `value`, and the message about it."""
    with pytest.raises(Refused) as caught:
        decode(decoder, value if isinstance(value, str) else json.dumps(value))
    problem = caught.value.problem
    assert problem.status == 422
    (fault,) = problem.errors
    assert problem.detail == (f"{fault.field}: {fault.message}" if fault.field else fault.message)
    assert "`" not in problem.detail
    assert "regex" not in fault.message
    return fault.field, fault.message


def create(**data: object) -> dict[str, object]:
    return {"op": "client.create", "data": {"name": "Ada", **data}}


@pytest.mark.parametrize(
    ("value", "field", "mend"),
    [
        # absent, unknown
        ({}, "op", "needed"),
        ({"op": "client.create"}, "data", "needed"),
        ({"op": "client.create", "data": {}}, "data.name", "needed"),
        (create(value={"amount": 1}), "data.value.currency", "needed"),
        (create(nmae="Ada"), "data.nmae", "no such field"),
        (create(value={"amount": 1, "currency": "EUR", "x": 1}), "data.value.x", "no such field"),
        # types
        (create(name=5), "data.name", "Expected str"),
        (create(company=5), "data.company", "Expected str | null"),
        (create(tags="vip"), "data.tags", "Expected array"),
        (create(tags=["vip", None]), "data.tags[1]", "Expected str"),
        (create(custom=[]), "data.custom", "Expected object"),
        (create(custom={"a": []}), "data.custom[...]", "Expected bool | int | float | str | null"),
        (create(value={"amount": 1.5, "currency": "EUR"}), "data.value.amount", "Expected int"),
        (create(value=5), "data.value", "Expected object | null"),
        ({"op": "client.create", "data": []}, "data", "Expected object"),
        ([], "", "Expected object"),
        # lengths and ranges
        (create(name=""), "data.name", "length >= 1"),
        (create(name="x" * 201), "data.name", "length <= 200"),
        (create(notes="x" * 20_001), "data.notes", "length <= 20000"),
        (create(tags=["x"] * 51), "data.tags", "length <= 50"),
        (create(custom={str(n): n for n in range(51)}), "data.custom", "length <= 50"),
        (create(custom={"a": 2**53}), "data.custom[...]", "<= 9007199254740991"),
        (create(custom={"": 1}), "data.custom", "length >= 1"),
        (create(custom={"k" * 61: 1}), "data.custom", "length <= 60"),
        ({"op": "client.delete", "client_id": "c", "if_version": 0}, "if_version", ">= 1"),
        ({"op": "client.bulk", "operations": []}, "operations", "length >= 1"),
        # forms
        (create(name="A\0da"), "data.name", "U+0000"),
        (create(tags=["a\0"]), "data.tags[0]", "U+0000"),
        (create(custom={"k\0": 1}), "data.custom", "U+0000"),
        (create(custom={"k": "\0"}), "data.custom[...]", "U+0000"),
        (create(email="ada"), "data.email", "ana@example.com"),
        (create(id="short"), "data.id", "8 to 64"),
        (create(stage="Won!"), "data.stage", "a-z"),
        (create(position="a b"), "data.position", "rank"),
        (create(value={"amount": 1, "currency": "euro"}), "data.value.currency", "EUR"),
        (create(next_action_at="tomorrow"), "data.next_action_at", "RFC3339"),
        (create(next_action_at="2026-01-01T10:00:00"), "data.next_action_at", "timezone"),
        (
            {"op": "stage.create", "data": {"name": "n", "color": "red"}},
            "data.color",
            "#4f46e5",
        ),
        # choices: the message says what there is to choose from
        ({"op": "client.explode"}, "op", "client.create"),
        (
            {"op": "client.bulk", "operations": [{"op": "stage.create"}]},
            "operations[0].op",
            "client.create",
        ),
        (
            {"op": "member.update", "user_id": "u", "data": {"role": "king"}},
            "data.role",
            "viewer",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_wrong_is_named_by_its_field_with_what_would_be_right(
    value: object, field: str, mend: str
) -> None:
    named, message = refused(COMMANDS, value)
    assert named == field
    assert mend in message


def test_an_unknown_frame_is_told_which_there_are() -> None:
    field, message = refused(FRAMES, {"type": "shout"})
    assert field == "type"
    assert "presence" in message


@pytest.mark.parametrize(
    "value",
    [
        "unknown field `secret`",
        "missing required field `secret`",
        "x - at `$.secret`",
        "matching regex 'secret'",
    ],
)
def test_words_of_the_sender_are_not_taken_for_the_name_of_a_field(value: str) -> None:
    assert refused(FRAMES, {"type": value})[0] == "type"
    assert refused(COMMANDS, {"op": value})[0] == "op"


def test_an_unknown_field_is_named_as_the_sender_wrote_it() -> None:
    field, _ = refused(COMMANDS, create(**{"a.b - at $.c": 1}))
    assert field == "data.a.b - at $.c"


def _patterns(node: object, seen: set[int]) -> Iterator[str]:
    """The patterns of every string type within a type."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, msgspec.inspect.StrType) and node.pattern is not None:
        yield node.pattern
    for name in getattr(node, "__struct_fields__", ()):
        child = getattr(node, name)
        for part in child if isinstance(child, tuple) else (child,):
            if isinstance(part, msgspec.Struct):
                yield from _patterns(part, seen)


def _patterns_of(*types: object) -> set[str]:
    return {
        pattern
        for info in msgspec.inspect.multi_type_info(types)
        for pattern in _patterns(info, set())
    }


IN_USE = sorted(_patterns_of(messages.AnyCommand, messages.ClientFrame))


def test_every_pattern_of_the_messages_is_found_here() -> None:
    assert set(IN_USE) <= set(validation._PATTERN_HINTS)
    assert len(IN_USE) >= 8


def _refuses_nul(pattern: str, text: str) -> None:
    """Every pattern refuses U+0000, which PostgreSQL's text cannot hold, and says so in its own words."""

    class Form(msgspec.Struct):
        plain: Annotated[str, Meta(pattern=pattern)] = ""
        keys: dict[Annotated[str, Meta(pattern=pattern)], int] = {}

    decoder = msgspec.json.Decoder(Form)
    words = validation._PATTERN_HINTS[pattern].replace("`", "")
    assert refused(decoder, {"plain": text}) == ("plain", words)
    assert refused(decoder, {"keys": {text: 1}}) == ("keys", words)


@pytest.mark.parametrize("pattern", IN_USE, ids=range(len(IN_USE)))
def test_no_pattern_answers_with_its_regular_expression(pattern: str) -> None:
    _refuses_nul(pattern, "\0")


@pytest.mark.parametrize("pattern", IN_USE, ids=range(len(IN_USE)))
@pytest.mark.parametrize("text", ["'\0'", "`\0`", " - at \0"])
def test_no_text_that_breaks_a_pattern_changes_the_answer(pattern: str, text: str) -> None:
    _refuses_nul(pattern, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"op":}',
        '{"op":"workspace.delete"} {}',
        '{"op":"workspace.delete",}',
        "{'op':1}",
        '{"op":"\\ud800"}',
        '{"op":"\ud800"}',
        b'{"op":"\xff"}',
        b'{"op":"\xed\xa0\x80"}',
    ],
)
def test_what_is_no_json_is_malformed_and_says_so(text: str | bytes) -> None:
    with pytest.raises(Refused) as caught:
        decode(COMMANDS, text)
    assert caught.value.problem.status == ProblemKind.MALFORMED.status == 400
    assert caught.value.problem.detail.startswith("This is not JSON: ")
    assert caught.value.problem.errors == ()


@pytest.mark.parametrize(
    "text",
    [
        '{"op":"client.create","data":{"name":"x"},"more":' + "[" * 100_000,
        '{"op":"client.create","data":{"name":"x"},"more":' + '{"a":' * 100_000,
        '{"op":"client.create","more":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"op":"client.bulk","operations":' + "[" * 100_000,
        "[" * 100_000,
    ],
    ids=["arrays", "objects", "closed", "in place", "root"],
)
def test_json_nested_without_end_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        decode(COMMANDS, text)


@given(st.text(st.characters(exclude_categories=()), max_size=200) | st.binary(max_size=200))
def test_decoding_gives_a_value_or_refuses(raw: str | bytes) -> None:
    for decoder in (COMMANDS, FRAMES):
        with contextlib.suppress(Refused):
            decode(decoder, raw)


class Query(msgspec.Struct):
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    sort: Literal["name", "-name"] = "name"


def test_a_query_is_converted_from_its_text() -> None:
    assert convert({"limit": "20", "sort": "-name"}, Query) == Query(20, "-name")


def test_a_query_that_does_not_convert_names_its_field() -> None:
    for value, field in (({"limit": "many"}, "limit"), ({"limit": "0"}, "limit"), ([], "")):
        with pytest.raises(Refused) as caught:
            convert(value, Query)
        assert [fault.field for fault in caught.value.problem.errors] == [field]
        assert caught.value.problem.status == 422


def test_a_problem_of_one_field_says_it_in_its_detail_too() -> None:
    problem = invalid("name", "Must be shorter")
    assert problem.detail == "name: Must be shorter"
    assert [(e.field, e.message) for e in problem.errors] == [("name", "Must be shorter")]
    assert invalid("", "Expected object").detail == "Expected object"
