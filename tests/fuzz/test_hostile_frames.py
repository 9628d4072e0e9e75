"""Messages to a channel that nobody should send: refused by an answer or a close, and nothing has happened."""

from __future__ import annotations

import json

import pytest
from hypothesis import strategies as st

from tests.drivers import Json
from tests.fuzz.conftest import Target
from tests.fuzz.exploring import TIMEOUT_S, Tally, explore
from tests.fuzz.messages import carried, commands, other_frames, spoilt
from tests.fuzz.wire import Heard, Wire

pytestmark = [
    pytest.mark.timeout(TIMEOUT_S),
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
]

LAST = "00000000-0000-4000-8000-000000000000"
# Malformed, bad token, bad UTF-8, too big, and the reasons for which a good channel ends.
CLOSES = {1007, 1009, 4400, 4401, 4403, 4404}


Conversation = tuple[bool, list[tuple[str, bytes]]]


def conversations(ids: list[str], token: str) -> st.SearchStrategy[Conversation]:
    """Whether hello comes first, and what follows: each the text of a frame, and the bytes that carry it."""
    good, others = commands(ids), other_frames(token)
    texts = st.one_of(
        good.map(json.dumps), others.map(json.dumps), spoilt(good), spoilt(others), spoilt(good)
    )

    @st.composite
    def conversation(draw: st.DrawFn) -> Conversation:
        told = draw(st.integers(1, 6))
        sent = [(text, draw(carried(text))) for text in (draw(texts) for _ in range(told))]
        return draw(st.integers(0, 9)) > 0, sent

    return conversation()


def test_hostile_messages_are_refused_and_change_nothing(target: Target, tally: Tally) -> None:
    path = f"/workspaces/{target.workspace_id}/clients"
    client = target.http.post(path, json={"name": "Acme"}, headers=target.owner).json()
    stages = [stage["id"] for stage in target.board("/stages")["items"]]
    members = [member["user_id"] for member in target.board("/members")["items"]]
    ids = [client["id"], *stages, *members, "x" * 32]
    said, refused = set[str | None](), set[str | None]()
    listed = [settled(target)]

    def check(example: Conversation) -> None:
        greeted, sent = example
        said.update(command_id(text) for text, _ in sent)
        heard = talk(target, greeted, sent)

        assert [one for one in heard.of("error") if one["problem"]["status"] >= 500] == []
        refused.update(one["id"] for one in heard.of("error"))
        before, listed[0] = listed[0], settled(target)
        if listed[0]["seq"] == before["seq"]:
            assert listed[0]["items"] == before["items"], "a change that is not in the log"
        else:
            # A command may be carried out although its channel ended meanwhile; one that was refused may not.
            changes = target.board(f"/changes?since={before['seq']}")["changes"]
            changed_by = {one["command_id"] for one in changes}
            assert changed_by <= said, "a change that nobody asked for"
            assert not changed_by & refused, "a command that was refused has changed something"
        if heard.close_code is None:
            assert not heard.ended, "hung up without a close frame"
        else:
            assert heard.close_code in CLOSES, (heard.close_code, heard.close_reason)
            assert heard.close_code in (1007, 1009) or heard.of("error"), "closed without a word"
        tally.counts["messages"] += len(sent)
        tally.counts["changes"] += listed[0]["seq"] - before["seq"]
        tally.counts["errors"] += len(heard.of("error"))
        tally.counts[f"closed with {heard.close_code}" if heard.close_code else "stayed open"] += 1

    explore(conversations(ids, target.token), check, tally)

    assert not target.complaints()
    assert target.process.answers()


def settled(target: Target) -> Json:
    """The clients just as they are at their `seq`: a list may be newer than the seq that it tells."""
    while True:
        listed = target.board("/clients?limit=1000")
        if not target.board(f"/changes?since={listed['seq']}")["changes"]:
            return listed


def talk(target: Target, greeted: bool, sent: list[tuple[str, bytes]]) -> Heard:
    """Say it all; an answer to the last command means that every one before has its answer."""
    with Wire.opened(target.process.port, target.workspace_id) as wire:
        if greeted:
            wire.say({"type": "hello", "token": target.token})
            wire.until(lambda heard: bool(heard.of("welcome")) or heard.closed)
        for _, data in sent:
            wire.send(data)
        wire.say({"type": "command", "id": LAST, "op": "client.delete", "client_id": "nobody"})
        return wire.until(
            lambda heard: heard.closed or any(one.get("id") == LAST for one in heard.frames)
        )


def command_id(text: str) -> str | None:
    """As the server would read it: of two fields of one name the last counts."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def test_a_stranger_gets_nowhere_whatever_they_send(target: Target, tally: Tally) -> None:
    head, members = target.board()["seq"], target.board("/members")

    def check(example: Conversation) -> None:
        _, sent = example
        with Wire.opened(target.process.port, target.workspace_id) as wire:
            wire.say({"type": "hello", "token": target.stranger})
            for _, data in sent:
                wire.send(data)
            heard = wire.until(lambda heard: heard.closed)
        assert heard.close_code in {1007, 1009, 4400, 4403}, heard.close_reason
        assert not heard.of("welcome") + heard.of("change") + heard.of("ack"), heard.frames
        tally.counts[f"closed with {heard.close_code}"] += 1

    explore(conversations(["x" * 32], target.stranger), check, tally, seconds=tally.seconds / 4)

    assert (target.board()["seq"], target.board("/members")) == (head, members)
    assert not target.complaints()
