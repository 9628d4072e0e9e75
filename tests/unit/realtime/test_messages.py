"""The messages of the contract, as others write and read them."""

import json
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest
from msgspec import UNSET

from realtime import messages
from realtime.messages import ClientPatch, Money, UpdateClient
from realtime.problems import CloseCode, Problem, ProblemKind
from realtime.validation import Refused, decode

COMMANDS = msgspec.json.Decoder(messages.AnyCommand)


def encoded(message: object) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(msgspec.json.encode(message))
    return answer


@pytest.mark.parametrize(
    "command",
    [
        {
            "op": "client.create",
            "data": {
                "id": "client_01-A",
                "name": "Ada",
                "company": None,
                "email": "ada@example.com",
                "phone": "+44 20 7946 0000",
                "stage": "lead",
                "position": "a0",
                "value": {"amount": -150_000, "currency": "EUR"},
                "owner_id": None,
                "tags": ["vip", "nürnberg"],
                "notes": "",
                "next_action_at": "2026-03-01T09:00:00Z",
                "custom": {"text": "x", "number": 1, "share": 0.5, "yes": True, "none": None},
            },
        },
        {"op": "client.create", "data": {"name": "Ada"}},
        {"op": "client.update", "client_id": "c1", "data": {}},
        {"op": "client.update", "client_id": "c1", "data": {"stage": "won"}, "if_version": 3},
        {"op": "client.delete", "client_id": "c1"},
        {"op": "client.restore", "client_id": "c1"},
        {"op": "client.bulk", "operations": [{"op": "client.delete", "client_id": "c1"}]},
        {"op": "client.import", "match": "email", "rows": [{"email": "ada@example.com"}]},
        {"op": "comment.create", "client_id": "c1", "data": {"body": "Called."}},
        {"op": "stage.create", "data": {"name": "Won"}},
        {"op": "stage.update", "stage_id": "s1", "data": {"position": 0}},
        {"op": "stage.delete", "stage_id": "s1", "move_to": "lost"},
        {"op": "member.update", "user_id": "u1", "data": {"role": "owner"}},
        {"op": "member.remove", "user_id": "u1"},
        {"op": "invite.create", "data": {"role": "viewer"}},
        {"op": "workspace.update", "data": {"name": "Sales"}},
        {"op": "workspace.delete"},
    ],
    ids=lambda command: command["op"],
)
def test_a_command_reads_as_it_is_written_and_writes_as_it_was_read(
    command: dict[str, Any],
) -> None:
    assert encoded(decode(COMMANDS, json.dumps(command))) == command


def test_every_command_has_a_name_of_its_own_on_the_wire() -> None:
    names = [kind.__struct_config__.tag for kind in get_args(messages.AnyCommand)]
    assert len(set(names)) == len(names)
    assert all(name.count(".") == 1 and name == name.lower() for name in names)


def test_a_patch_tells_a_field_left_out_from_one_that_is_cleared() -> None:
    text = '{"op":"client.update","client_id":"c1","data":{"email":null}}'
    patch = decode(COMMANDS, text)
    assert isinstance(patch, UpdateClient)
    assert patch.data.email is None
    assert patch.data.company is UNSET
    assert encoded(patch.data) == {"email": None}


@pytest.mark.parametrize("field", ["name", "stage", "position", "tags", "notes", "custom"])
def test_what_a_client_always_has_cannot_be_cleared(field: str) -> None:
    with pytest.raises(Refused, match=f"data.{field}"):
        decode(
            COMMANDS, json.dumps({"op": "client.update", "client_id": "c", "data": {field: None}})
        )


def test_nobody_can_be_invited_as_owner() -> None:
    with pytest.raises(Refused, match=r"data\.role"):
        decode(COMMANDS, '{"op":"invite.create","data":{"role":"owner"}}')


def test_a_bulk_holds_500_operations_and_no_more() -> None:
    operation = {"op": "client.delete", "client_id": "c1"}
    assert decode(COMMANDS, json.dumps({"op": "client.bulk", "operations": [operation] * 500}))
    with pytest.raises(Refused, match="operations"):
        decode(COMMANDS, json.dumps({"op": "client.bulk", "operations": [operation] * 501}))


def test_amounts_are_exact_in_javascript() -> None:
    assert messages.MAX_SAFE_INTEGER == 9_007_199_254_740_991  # Number.MAX_SAFE_INTEGER
    money = msgspec.json.Decoder(Money)
    for amount in (2**53 - 1, -(2**53 - 1)):
        assert decode(money, json.dumps({"amount": amount, "currency": "EUR"})).amount == amount
        with pytest.raises(Refused, match="amount"):
            decode(money, json.dumps({"amount": amount * 2, "currency": "EUR"}))


@pytest.mark.parametrize("email", ["ada@example.com", "ada+x@sub.example.co", "", "ü@dömain.de"])
def test_an_email_may_be_empty_or_have_two_sides(email: str) -> None:
    assert decode(msgspec.json.Decoder(ClientPatch), json.dumps({"email": email})).email == email


@pytest.mark.parametrize("email", ["ada", "@example.com", "ada@", "a b@c.d", "a@b@c", "a@b\n"])
def test_what_is_no_email_is_refused(email: str) -> None:
    with pytest.raises(Refused, match=r"ana@example\.com"):
        decode(msgspec.json.Decoder(ClientPatch), json.dumps({"email": email}))


def test_the_servers_frames_are_those_of_the_contract() -> None:
    welcome = messages.Welcome(7, "s1", {"id": "u1", "name": "Ada"}, "editor", 25, True)
    assert encoded(welcome) == {
        "type": "welcome",
        "seq": 7,
        "session": "s1",
        "user": {"id": "u1", "name": "Ada"},
        "role": "editor",
        "heartbeat": 25,
        "resumed": True,
    }
    ack = messages.Ack("k-1", 7, 2, msgspec.Raw(b'{"id":"c1"}'))
    assert encoded(ack) == {
        "type": "ack",
        "id": "k-1",
        "seq": 7,
        "version": 2,
        "result": {"id": "c1"},
    }
    problem = Problem.of(ProblemKind.CONFLICT, "There is one already.")
    assert encoded(messages.ErrorFrame("k-1", problem)) == {
        "type": "error",
        "id": "k-1",
        "problem": {
            "type": "/docs/errors#conflict",
            "title": "This collides with what is there",
            "status": 409,
            "detail": "There is one already.",
        },
    }
    change = messages.ChangeFrame(
        seq=7,
        at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        actor=messages.ChangeActor("u1", "Ada", "socket"),
        entity="client",
        op="updated",
        id="c1",
        version=2,
        data={"name": "Ada"},
        command_id=None,
    )
    assert encoded(change) == {
        "type": "change",
        "seq": 7,
        "at": "2026-01-02T03:04:05Z",
        "actor": {"id": "u1", "name": "Ada", "via": "socket"},
        "entity": "client",
        "op": "updated",
        "id": "c1",
        "version": 2,
        "data": {"name": "Ada"},
        "command_id": None,
    }
    assert json.loads(messages.PONG) == {"type": "pong"}
    assert messages.SUBPROTOCOL == "clientflow.v1"


def test_the_close_codes_and_statuses_are_those_of_the_contract() -> None:
    assert {code.name: code.value for code in CloseCode} == {
        "TOO_BIG": 1009,
        "SERVER_FAULT": 1011,
        "RESTARTING": 1012,
        "TOO_SLOW": 4008,
        "RATE_LIMITED": 4029,
        "MALFORMED": 4400,
        "UNAUTHORIZED": 4401,
        "NOT_A_MEMBER": 4403,
        "NO_SUCH_WORKSPACE": 4404,
    }
    statuses = {kind.anchor: kind.status for kind in ProblemKind}
    assert statuses["invalid"] == 422
    assert statuses["precondition-failed"] == 412
    assert statuses["gone"] == 410
    assert len({kind.anchor for kind in ProblemKind}) == len(ProblemKind)
