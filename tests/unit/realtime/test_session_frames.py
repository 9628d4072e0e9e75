"""What a welcomed channel does with each kind of frame, good and bad."""

import json

import pytest

from realtime.messages import ClientPatch, DeleteClient, Editing, PresenceState, UpdateClient
from realtime.problems import CloseCode
from realtime.session import Announce, Close, Run, SessionLimits
from tests.unit.realtime.conversation import (
    PING,
    PONG,
    Conversation,
    answers,
    closing,
    command,
    error,
    fields,
)

CREATE = "client.create"


@pytest.fixture
def live() -> Conversation:
    return Conversation.live()


def test_a_ping_is_answered_with_a_pong(live: Conversation) -> None:
    assert answers(live.say(PING)) == [PONG]


def test_a_command_is_given_out_under_its_id_fully_typed(live: Conversation) -> None:
    frame = command("k-1", "client.update", client_id="c1", data={"stage": "won"}, if_version=3)
    expected = UpdateClient(client_id="c1", data=ClientPatch(stage="won"), if_version=3)
    assert live.say(frame) == [Run("k-1", expected)]


def test_presence_is_given_out_to_be_announced(live: Conversation) -> None:
    state = {"viewing": "c1", "editing": {"client_id": "c1", "field": "name"}}
    expected = PresenceState(viewing="c1", editing=Editing("c1", "name"))
    assert live.say({"type": "presence", "state": state}) == [Announce(expected)]
    live.now += SessionLimits().presence_interval_s
    assert live.say({"type": "presence", "state": {}}) == [Announce(PresenceState())]


def test_of_presence_states_that_come_too_fast_the_last_is_announced_when_it_is_time(
    live: Conversation,
) -> None:
    for viewing in ("c1", "c2", "c3"):
        effects = live.say({"type": "presence", "state": {"viewing": viewing}})
        assert effects == ([Announce(PresenceState(viewing="c1"))] if viewing == "c1" else [])

    due = live.now + SessionLimits().presence_interval_s
    assert live.session.deadline == due
    assert live.session.tick(due - 0.01) == []
    assert live.session.tick(due) == [Announce(PresenceState(viewing="c3"))]
    assert live.session.tick(due + 1) == []
    assert live.session.deadline is not None
    assert live.session.deadline > due + 1


def test_a_presence_state_that_waits_is_dropped_with_its_channel(live: Conversation) -> None:
    for viewing in ("c1", "c2"):
        live.say({"type": "presence", "state": {"viewing": viewing}})
    live.say("no json")

    assert live.session.deadline is None
    assert live.session.tick(live.now + 1) == []


@pytest.mark.parametrize(
    ("frame", "frame_id", "field"),
    [
        (command("k", op="client.explode"), "k", "op"),
        (command("k", op="assistant"), "k", "op"),
        ({"type": "command", "id": "k"}, "k", "op"),
        ({"type": "command", "id": "k", "op": 5}, "k", "op"),
        ({"type": "command", "op": CREATE, "data": {"name": "Ada"}}, None, "id"),
        (command("", CREATE, data={"name": "Ada"}), "", "id"),
        (command("a b", CREATE, data={"name": "Ada"}), "a b", "id"),
        (command("k" * 256, CREATE, data={"name": "Ada"}), "k" * 256, "id"),
        ({"type": "command", "id": 5, "op": CREATE}, None, "id"),
        (command("k", CREATE, data=None), "k", "data"),
        (command("k", CREATE, data={}), "k", "data.name"),
        (command("k", CREATE, data={"name": ["Ada"]}), "k", "data.name"),
        (command("k", CREATE, data={"name": "Ada", "nmae": "Ada"}), "k", "data.nmae"),
        (command("k", CREATE, data={"name": "Ada", "tags": ["a", 5]}), "k", "data.tags[1]"),
        (command("k", "client.update", client_id="c", data={}, if_version=0), "k", "if_version"),
        (command("k", "client.delete", client_id=5), "k", "client_id"),
        (command("k", "client.bulk", operations=[{"op": "x"}]), "k", "operations[0].op"),
        ({"type": "presence", "state": {"viewing": 5}}, None, "state.viewing"),
        ({"type": "presence"}, None, "state"),
        ({"type": "auth"}, None, "token"),
        ({"type": "auth", "token": None}, None, "token"),
        ({"type": "shout"}, None, "type"),
        ({"type": None}, None, "type"),
        ({"id": "k"}, "k", "type"),
        ({}, None, "type"),
        ([PING], None, ""),
        (None, None, ""),
        (5, None, ""),
        ("null", None, ""),
    ],
    ids=str,
)
def test_a_frame_of_the_wrong_shape_is_answered_by_id_and_field_and_the_channel_stays_open(
    live: Conversation, frame: object, frame_id: str | None, field: str
) -> None:
    effects = live.say(frame)
    answer = error(effects)
    assert answer["id"] == frame_id
    assert answer["problem"]["type"] == "/docs/errors#invalid"
    assert answer["problem"]["status"] == 422
    assert fields(effects) == [field]
    assert len(effects) == 1
    assert live.is_open


@pytest.mark.parametrize("text", ["", "{", "{'type': 'ping'}", '{"type":"ping"}}', "\x00", "NaN"])
def test_what_is_no_json_is_answered_and_ends_the_channel_with_4400(
    live: Conversation, text: str
) -> None:
    effects = live.say(text)
    assert error(effects)["id"] is None
    assert error(effects)["problem"]["status"] == 400
    assert closing(effects) == CloseCode.MALFORMED == 4400


def test_a_binary_frame_is_answered_and_ends_the_channel_even_with_json_in_it(
    live: Conversation,
) -> None:
    effects = live.say(b'{"type":"ping"}')
    assert "text" in error(effects)["problem"]["detail"]
    assert closing(effects) == CloseCode.MALFORMED


def test_a_field_the_server_does_not_know_beside_the_envelope_is_let_be(live: Conversation) -> None:
    assert answers(live.say({"type": "ping", "sent_at": 5})) == [PONG]
    assert live.say({**command("k"), "trace": "x"}) == [
        Run("k", DeleteClient(client_id="client-1"))
    ]


def _ping_of(size_bytes: int, letter: str, *, limit: int) -> str:
    """A ping whose UTF-8 has exactly this size, filled up with `letter`."""
    bare = len(json.dumps({"type": "ping", "pad": ""}))
    count, rest = divmod(size_bytes - bare, len(letter.encode()))
    text = json.dumps({"type": "ping", "pad": letter * count + "x" * rest}, ensure_ascii=False)
    assert len(text.encode()) == size_bytes
    return text


@pytest.mark.parametrize("letter", ["x", "é", "語", "🙂"])
def test_a_frame_may_have_64_kib_of_utf8_and_one_byte_more_ends_the_channel_with_1009(
    live: Conversation, letter: str
) -> None:
    limit = live.limits.max_frame_bytes
    assert limit == 65_536
    assert answers(live.say(_ping_of(limit, letter, limit=limit))) == [PONG]
    effects = live.say(_ping_of(limit + 1, letter, limit=limit))
    assert closing(effects) == CloseCode.TOO_BIG == 1009
    assert len(effects) == 1


def test_the_size_is_looked_at_before_anything_else_is_done_with_a_frame() -> None:
    assert closing(Conversation().say("[" * 1_000_000)) == CloseCode.TOO_BIG


@pytest.mark.parametrize(
    "bomb",
    [
        '{"type":"ping","a":' + "[" * 50_000,
        '{"type":"ping","a":' + '{"a":' * 13_000,
        '{"type":"ping","a":' + "[" * 20_000 + "]" * 20_000 + "}",
        '{"type":"command","id":"k","op":"client.delete","client_id":"c","a":'
        + "[" * 20_000
        + "]" * 20_000
        + "}",
        '{"type":"command","id":"k","op":"client.create","data":{"name":"x","custom":{"k":'
        + "[" * 20_000,
        '{"type":"hello","since":' + "[" * 50_000,
        "[" * 60_000,
    ],
    ids=["arrays", "objects", "closed", "in a command", "in custom", "in hello", "at the root"],
)
def test_json_nested_without_end_is_refused_and_nothing_else_happens(bomb: str) -> None:
    for conversation in (Conversation(), Conversation.joining(), Conversation.live()):
        assert error(conversation.say(bomb))["problem"]["status"] in (400, 422)


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"\\ud800"}',
        '{"type":"command","id":"\\udfff","op":"client.delete","client_id":"c"}',
        '{"type":"command","id":"k","op":"client.delete","client_id":"\\ud800x"}',
        '{"type":"\ud800"}',
        '{"type":"ping","pad":"' + "\udc80" * 20_000 + '"}',
    ],
    ids=["escaped", "escaped in the id", "escaped in a command", "raw", "raw and long"],
)
def test_half_a_surrogate_pair_is_no_text_and_is_refused(live: Conversation, text: str) -> None:
    effects = live.say(text)
    assert error(effects)["problem"]["status"] == 400
    assert closing(effects) == CloseCode.MALFORMED


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5_000, "-" + "9" * 60_000])
def test_numbers_beyond_all_measure_reach_nobody(live: Conversation, number: str) -> None:
    for data in (
        f'"custom":{{"a":{number}}}',
        f'"value":{{"amount":{number},"currency":"EUR"}}',
    ):
        create = f'{{"type":"command","id":"k","op":"client.create","data":{{"name":"x",{data}}}}}'
        assert error(live.say(create))["problem"]["status"] == 422
    delete = f'"op":"client.delete","client_id":"c","if_version":{number}'
    assert error(live.say(f'{{"type":"command","id":"k",{delete}}}'))["problem"]["status"] == 422
    assert closing(Conversation().say(f'{{"type":"hello","since":{number}}}')) is not None
    assert live.is_open


def test_an_id_is_named_even_where_the_rest_of_the_frame_is_not_understood(
    live: Conversation,
) -> None:
    assert error(live.say({"type": "future", "id": "k-9"}))["id"] == "k-9"


def test_a_reason_to_close_is_text_that_fits_in_a_log_line(live: Conversation) -> None:
    *_, close = live.say("{")
    assert isinstance(close, Close)
    assert close.reason
    assert "\n" not in close.reason
