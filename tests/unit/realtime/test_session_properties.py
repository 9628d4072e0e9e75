"""What holds for a channel whatever comes in."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from realtime.problems import CloseCode
from realtime.session import (
    Announce,
    Authenticate,
    Close,
    Effect,
    Renew,
    Run,
    Send,
    Session,
    SessionLimits,
)
from tests.unit.realtime.conversation import HELLO, PING, Conversation, command

KINDS = ["hello", "command", "presence", "auth", "ping", "shout", 1, None]
OPS = ["client.create", "client.update", "client.bulk", "stage.create", "member.remove", "?", 1]
KEYS = ["type", "id", "op", "token", "since", "state", "data", "client_id", "name", "operations"]

# Every code point, the halves of surrogate pairs too.
any_text = st.text(st.characters(exclude_categories=()), max_size=40)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | any_text
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | any_text, inner, max_size=5)
    ),
    max_leaves=12,
)
frames = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS)},
    optional={
        "id": st.sampled_from(["k-1", "", "a b"]) | values,
        "op": st.sampled_from(OPS) | values,
        "data": values,
        "state": values,
        "token": values,
        "since": values,
        "client_id": values,
        "operations": values,
    },
)


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """A good frame with a piece cut out or something thrown in."""
    good = draw(st.sampled_from([HELLO, PING, command(), {"type": "presence", "state": {}}]))
    text = json.dumps(good)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    return text[:start] + draw(any_text) + text[end:]


def _written(value: object, escaped: bool) -> str:
    return json.dumps(value, ensure_ascii=escaped)


texts = (
    any_text
    | spoilt()
    | st.builds(_written, frames | values, st.booleans())
    | st.builds(lambda text, times: text * times, any_text, st.integers(1, 5_000))
)

states = st.sampled_from([Conversation, Conversation.joining, Conversation.live])


@given(state=states, said=st.lists(texts | st.binary(max_size=20), min_size=1, max_size=4))
@example(state=Conversation.live, said=['{"type":"ping","a":' + "[" * 50_000])
@example(state=Conversation.live, said=["[" * 65_536])
@example(state=Conversation.live, said=['{"type":"ping","a":"' + "\ud800" * 20_000 + '"}'])
def test_nothing_that_is_said_raises_and_every_answer_is_a_frame_of_the_contract(
    state: Callable[[], Conversation], said: list[str | bytes]
) -> None:
    conversation = state()
    for raw in said:
        for effect in conversation.session.receive(raw, conversation.now):
            assert isinstance(effect, Authenticate | Renew | Run | Announce | Send | Close)
            if isinstance(effect, Send):
                _is_of_the_contract(json.loads(effect.payload))


def _is_of_the_contract(frame: dict[str, Any]) -> None:
    if frame == {"type": "pong"}:
        return
    assert set(frame) == {"type", "id", "problem"}
    assert frame["type"] == "error"
    assert frame["id"] is None or isinstance(frame["id"], str)
    problem = frame["problem"]
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert problem["detail"]
    assert all(set(fault) == {"field", "message"} for fault in problem.get("errors", ()))


LIMITS = SessionLimits(hello_timeout_s=5.0, frames_per_s=1.0, frames_burst=8.0)
Act = Callable[[Session, float], list[Effect]]

acts: st.SearchStrategy[tuple[str, Act]] = st.sampled_from(
    [
        ("hello", lambda s, now: s.receive(json.dumps(HELLO), now)),
        ("ping", lambda s, now: s.receive(json.dumps(PING), now)),
        ("command", lambda s, now: s.receive(json.dumps(command()), now)),
        ("renewal", lambda s, now: s.receive('{"type":"auth","token":"t"}', now)),
        ("presence", lambda s, now: s.receive('{"type":"presence","state":{}}', now)),
        ("wrong", lambda s, now: s.receive("[]", now)),
        ("no json", lambda s, now: s.receive("{", now)),
        ("binary", lambda s, now: s.receive(b"", now)),
        ("big", lambda s, now: s.receive("x" * 70_000, now)),
        ("tick", lambda s, now: s.tick(now)),
        ("welcomed", lambda s, now: s.welcomed(now, 10.0) or []),
        ("renewed", lambda s, now: s.renewed(now, 10.0) or []),
        ("refused", lambda s, now: s.refused(CloseCode.NOT_A_MEMBER, "gone")),
    ]
)


@given(st.lists(st.tuples(acts, st.sampled_from([0.0, 0.1, 1.0, 6.0])), max_size=30))
def test_a_close_is_the_last_that_is_ever_heard_of_a_channel(
    story: list[tuple[tuple[str, Act], float]],
) -> None:
    now = 0.0
    session = Session(LIMITS, now)
    closed = False
    for (_name, act), elapsed in story:
        now += elapsed
        effects = act(session, now)
        if closed:
            assert effects == []
            assert session.deadline is None
        for effect in effects:
            assert not closed
            closed = isinstance(effect, Close)


@given(st.lists(st.tuples(acts, st.sampled_from([0.0, 0.1, 1.0, 6.0])), max_size=30))
def test_nothing_is_asked_for_before_hello_and_nothing_done_before_the_welcome(
    story: list[tuple[tuple[str, Act], float]],
) -> None:
    now = 0.0
    session = Session(LIMITS, now)
    said_hello = welcomed = False
    for (name, act), elapsed in story:
        now += elapsed
        for effect in act(session, now):
            if isinstance(effect, Authenticate):
                assert not said_hello
                said_hello = True
            if isinstance(effect, Run | Announce | Renew):
                assert welcomed
        welcomed = welcomed or (name == "welcomed" and said_hello)


@given(st.lists(st.tuples(acts, st.sampled_from([0.0, 0.1, 1.0, 6.0])), max_size=30))
def test_tick_speaks_at_its_deadline_and_never_before(
    story: list[tuple[tuple[str, Act], float]],
) -> None:
    now = 0.0
    session = Session(LIMITS, now)
    for (_name, act), elapsed in story:
        now += elapsed
        due = session.deadline is not None and now >= session.deadline
        effects = session.tick(now)
        assert [type(effect) for effect in effects] == ([Close] if due else [])
        act(session, now)
