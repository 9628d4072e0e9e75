"""/asyncapi.json: every frame of the channel, with examples that its own types decode."""

import json
from typing import Any, get_args

import jsonschema_rs
import msgspec
import pytest

from realtime import messages
from realtime.presence import PeopleFrame
from realtime.problems import CloseCode
from server.description.asyncapi import asyncapi_text, channel_messages
from server.description.channel_page import channel_html

DOCUMENT: dict[str, Any] = json.loads(asyncapi_text())
DESCRIBED, _ = channel_messages()
TO_SERVER = [one for one in DESCRIBED if one.to_server]
TO_CLIENT = [one for one in DESCRIBED if not one.to_server]
ANSWERS = {
    type_.__struct_config__.tag: type_
    for type_ in (
        messages.Welcome,
        messages.ChangeFrame,
        messages.Ack,
        messages.ErrorFrame,
        messages.AssistantFrame,
        messages.ImportFrame,
        messages.Pong,
        PeopleFrame,
    )
}
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def key(one: Any) -> str:
    return str(one.key)


def valid(value: Any, payload: dict[str, Any]) -> bool:
    whole = {"$schema": DRAFT, **payload, "components": DOCUMENT["components"]}
    return jsonschema_rs.validator_for(whole, validate_formats=True).is_valid(value)


@pytest.mark.parametrize("one", DESCRIBED, ids=key)
def test_an_example_is_valid_by_the_schema_beside_it(one: Any) -> None:
    message = DOCUMENT["components"]["messages"][one.key]
    assert message["examples"]
    for example in message["examples"]:
        assert valid(example["payload"], message["payload"])


@pytest.mark.parametrize("one", TO_SERVER, ids=key)
def test_an_example_to_the_server_is_what_it_decodes(one: Any) -> None:
    for example in one.examples:
        raw = json.dumps(example)
        assert msgspec.json.decode(raw, type=messages.ClientFrame)
        if one.type == "command":
            command = msgspec.json.decode(raw, type=messages.AnyCommand)
            assert command.__struct_config__.tag == one.key


@pytest.mark.parametrize("one", TO_CLIENT, ids=key)
def test_an_example_from_the_server_is_what_it_sends(one: Any) -> None:
    for example in one.examples:
        decoded = msgspec.json.decode(json.dumps(example), type=ANSWERS[one.type])
        assert json.loads(msgspec.json.encode(decoded)) == example


def test_every_frame_and_every_command_is_described() -> None:
    frames = {type_.__struct_config__.tag for type_ in get_args(messages.ClientFrame)}
    commands = {type_.__struct_config__.tag for type_ in get_args(messages.AnyCommand)}

    assert {one.type for one in TO_SERVER} == frames
    assert {one.key for one in TO_SERVER if one.type == "command"} == commands
    assert {one.type for one in TO_CLIENT} == set(ANSWERS)


def test_both_directions_are_told_from_the_side_of_the_server() -> None:
    operations = DOCUMENT["operations"]
    received = {
        reference["$ref"].rpartition("/")[2]
        for operation in operations.values()
        if operation["action"] == "receive"
        for reference in operation["messages"]
    }
    assert received == {one.key for one in TO_SERVER}
    replies = operations["receive_command"]["reply"]["messages"]
    assert [reply["$ref"].rpartition("/")[2] for reply in replies] == ["ack", "error"]


def test_the_channel_names_its_subprotocol_and_every_close_code() -> None:
    channel = DOCUMENT["channels"]["workspace"]
    assert channel["address"] == "/ws/workspaces/{workspace_id}"
    assert messages.SUBPROTOCOL in channel["description"]
    for code in CloseCode:
        assert f"| {code.value} | {code.why} |" in channel["description"]


def test_the_page_shows_every_frame_command_and_close_code() -> None:
    page = channel_html()
    for one in DESCRIBED:
        assert f"<code>{one.key}</code>" in page
    for code in CloseCode:
        assert f"<td>{code.value}</td>" in page
