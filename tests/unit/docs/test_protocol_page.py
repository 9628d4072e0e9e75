"""docs/protocol.md: its examples, operations, close codes and limits are those of the code."""

from typing import Any, get_args

import msgspec
import pytest

from realtime import messages
from realtime.messages import AnyCommand, ClientFrame, CommandFrame
from realtime.presence import PeopleFrame
from realtime.problems import CloseCode, Problem, ProblemKind
from realtime.session import Run, Send, Session, SessionLimits
from server.permissions import MINIMUM_ROLE, Role
from tests.unit.docs.markdown import Page, code_in

PROTOCOL = Page("docs/protocol.md")
TO_SERVER = [frame for block in PROTOCOL.blocks("json client") for frame in block.values()]
TO_CLIENT = [frame for block in PROTOCOL.blocks("json server") for frame in block.values()]

_frames = msgspec.json.Decoder(ClientFrame)
_commands = msgspec.json.Decoder(AnyCommand)
_answers: dict[str, type[msgspec.Struct]] = {
    "welcome": messages.Welcome,
    "ack": messages.Ack,
    "error": messages.ErrorFrame,
    "change": messages.ChangeFrame,
    "assistant": messages.AssistantFrame,
    "import": messages.ImportFrame,
    "presence": PeopleFrame,
    "pong": messages.Pong,
}


def same(decoded: Any) -> Any:
    """What the value is as JSON again: a field that the type does not know would be missing."""
    return msgspec.json.decode(msgspec.json.encode(decoded))


def label(frame: dict[str, Any]) -> str:
    return f"{frame['type']} {frame.get('op', '')}".strip()


@pytest.mark.parametrize("frame", TO_SERVER, ids=label)
def test_every_frame_to_the_server_is_decoded_as_it_stands(frame: dict[str, Any]) -> None:
    raw = msgspec.json.encode(frame)
    decoded = _frames.decode(raw)
    if isinstance(decoded, CommandFrame):
        assert same(decoded) | same(_commands.decode(raw)) == frame
    else:
        assert same(decoded) == frame


@pytest.mark.parametrize("frame", TO_CLIENT, ids=label)
def test_every_frame_from_the_server_has_the_form_the_server_sends(frame: dict[str, Any]) -> None:
    raw = msgspec.json.encode(frame)
    decoded = msgspec.json.decode(raw, type=_answers[frame["type"]])
    assert _without_zeros(same(decoded)) == _without_zeros(frame)


def _without_zeros(frame: dict[str, Any]) -> dict[str, Any]:
    """With `at` to the digit that counts: "…00.250Z" and "…00.250000Z" are one moment."""
    if "at" not in frame:
        return frame
    return frame | {"at": msgspec.convert(frame["at"], messages.datetime)}


def test_every_type_of_frame_has_an_example() -> None:
    assert {frame["type"] for frame in TO_SERVER} == {
        kind.__struct_config__.tag for kind in get_args(ClientFrame)
    }
    assert {frame["type"] for frame in TO_CLIENT} == {*_answers}
    presence = {name for frame in TO_CLIENT if frame["type"] == "presence" for name in frame}
    assert presence == {"type", *PeopleFrame.__struct_fields__}


def test_every_operation_has_an_example_and_a_row_with_its_lowest_role() -> None:
    operations = {kind.__struct_config__.tag for kind in get_args(AnyCommand)}
    roles = {
        code_in(row["`op`"])[0]: row["Role"]
        for row in PROTOCOL.section("Operations").table("`op`", "Takes", "Role")
    }
    assert {frame["op"] for frame in TO_SERVER if frame["type"] == "command"} == operations
    assert roles == {op: Role(MINIMUM_ROLE[op]).name.lower() for op in operations}


def test_what_an_operation_takes_is_what_its_command_has() -> None:
    takes = {
        code_in(row["`op`"])[0]: set(code_in(row["Takes"]))
        for row in PROTOCOL.section("Operations").table("`op`", "Takes", "Role")
    }
    for kind in get_args(AnyCommand):
        missing = set(kind.__struct_fields__) - takes[kind.__struct_config__.tag]
        assert not missing, f"{kind.__struct_config__.tag}: {missing}"


def test_the_close_codes_are_all_there() -> None:
    table = PROTOCOL.section("Close codes").table("Code", "Name", "When", "What to do")
    documented = {int(row["Code"]): row["Name"].strip("`") for row in table}
    assert documented == {code.value: code.name for code in CloseCode}


@pytest.mark.parametrize(
    "frame", [f for f in TO_CLIENT if f["type"] == "error"], ids=lambda frame: frame["id"]
)
def test_the_problems_shown_are_of_a_kind_that_exists(frame: dict[str, Any]) -> None:
    shown = msgspec.convert(frame["problem"], Problem)
    kind = next(kind for kind in ProblemKind if kind.status == shown.status)
    assert shown == Problem.of(kind, shown.detail, shown.errors)


def test_a_wrong_field_is_answered_in_the_words_shown() -> None:
    session = Session(SessionLimits(), now=0.0)
    session.receive('{"type":"hello"}', 0.0)
    session.welcomed(0.0, 60.0)
    update = next(f for f in TO_SERVER if f.get("op") == "client.update")
    shown = next(f for f in TO_CLIENT if f.get("problem", {}).get("status") == 422)

    good = session.receive(msgspec.json.encode(update).decode(), 0.0)
    assert [type(effect) for effect in good] == [Run]

    wrong = msgspec.json.encode(update | {"data": {"stag": "won"}}).decode()
    answers = session.receive(wrong, 0.0)
    assert [type(effect) for effect in answers] == [Send]
    assert isinstance(answers[0], Send)
    assert msgspec.json.decode(answers[0].payload) == shown
