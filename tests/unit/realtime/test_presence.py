"""Who is here and what they look at, folded from the sockets of several instances."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.messages import Editing, PresenceState
from realtime.presence import (
    REPEAT_INTERVAL_S,
    TIME_TO_LIVE_S,
    Ask,
    Entry,
    GoneSessions,
    Gossip,
    Person,
    PresenceBoard,
    PresenceEvent,
    SetEntries,
)

NOTHING = PresenceState()
NOTIFY_BYTES = 8_000  # a Postgres NOTIFY must be smaller


def viewing(client_id: str) -> PresenceState:
    return PresenceState(viewing=client_id)


def editing(client_id: str, field: str = "name") -> PresenceState:
    return PresenceState(editing=Editing(client_id, field))


def person(
    user_id: str = "ana",
    viewing: str | None = None,
    editing: Editing | None = None,
    sessions: int = 1,
) -> Person:
    return Person(user_id, user_id.title(), viewing, editing, sessions)


def names(events: list[PresenceEvent]) -> list[tuple[str, str]]:
    return [(event.name, event.person.id) for event in events]


@pytest.fixture
def board() -> PresenceBoard:
    return PresenceBoard("here")


def from_afar(
    session: str, user_id: str, state: PresenceState = NOTHING, changed: int = 0
) -> SetEntries:
    return SetEntries("there", [Entry(session, user_id, user_id.title(), state, changed)])


def test_the_first_socket_of_a_person_makes_them_join_and_the_last_makes_them_leave(
    board: PresenceBoard,
) -> None:
    assert board.enter("s1", "ana", "Ana") == [PresenceEvent("joined", person())]
    assert board.enter("s2", "ana", "Ana") == []
    assert board.people() == [person(sessions=2)]
    assert board.leave("s1") == []
    assert board.people() == [person()]
    assert board.leave("s2") == [PresenceEvent("left", person(sessions=0))]
    assert board.people() == []


def test_people_are_told_apart_by_id_not_by_name(board: PresenceBoard) -> None:
    board.enter("s1", "u1", "Ana")
    board.enter("s2", "u2", "Ana")
    assert [(p.id, p.name, p.sessions) for p in board.people()] == [
        ("u1", "Ana", 1),
        ("u2", "Ana", 1),
    ]


def test_a_change_of_state_is_an_update_and_the_same_again_is_none(board: PresenceBoard) -> None:
    board.enter("s1", "ana", "Ana")
    assert board.update("s1", viewing("c1")) == [PresenceEvent("updated", person(viewing="c1"))]
    assert board.update("s1", viewing("c1")) == []
    assert board.update("s1", NOTHING) == [PresenceEvent("updated", person())]


def test_the_state_of_a_socket_that_is_not_there_is_nobodys(board: PresenceBoard) -> None:
    assert board.update("s9", viewing("c1")) == []
    assert board.leave("s9") == []
    assert board.people() == []


def test_of_several_sockets_the_one_that_changed_last_speaks_for_the_person(
    board: PresenceBoard,
) -> None:
    board.enter("s1", "ana", "Ana")
    board.enter("s2", "ana", "Ana")
    board.update("s2", viewing("c2"))
    board.update("s1", viewing("c1"))
    assert board.people() == [person(viewing="c1", sessions=2)]
    board.update("s2", viewing("c3"))
    assert board.people() == [person(viewing="c3", sessions=2)]


def test_a_socket_with_nothing_to_say_lets_the_others_speak(board: PresenceBoard) -> None:
    board.enter("s1", "ana", "Ana")
    board.update("s1", editing("c1"))
    board.enter("s2", "ana", "Ana")
    assert board.people() == [person(editing=Editing("c1", "name"), sessions=2)]
    board.update("s2", viewing("c2"))
    board.update("s2", NOTHING)
    assert board.people() == [person(editing=Editing("c1", "name"), sessions=2)]


def test_when_the_socket_that_spoke_goes_the_next_one_speaks(board: PresenceBoard) -> None:
    board.enter("s1", "ana", "Ana")
    board.update("s1", viewing("c1"))
    board.enter("s2", "ana", "Ana")
    board.update("s2", viewing("c2"))
    assert board.leave("s2") == [PresenceEvent("updated", person(viewing="c1"))]


def test_sockets_of_one_person_on_two_instances_are_one_person(board: PresenceBoard) -> None:
    board.enter("s1", "ana", "Ana")
    assert board.hear(from_afar("s2", "ana"), 0.0) == []
    assert board.people() == [person(sessions=2)]
    assert names(board.hear(from_afar("s2", "ana", viewing("c1"), 1), 1.0)) == [("updated", "ana")]
    assert names(board.hear(GoneSessions("there", ["s2"]), 2.0)) == [("updated", "ana")]
    assert board.people() == [person()]


def test_people_elsewhere_join_change_and_leave_as_people_here_do(board: PresenceBoard) -> None:
    assert names(board.hear(from_afar("s1", "ben"), 0.0)) == [("joined", "ben")]
    assert names(board.hear(from_afar("s1", "ben"), 1.0)) == []
    assert names(board.hear(from_afar("s1", "ben", viewing("c1"), 1), 2.0)) == [("updated", "ben")]
    assert names(board.hear(GoneSessions("there", ["s1"]), 3.0)) == [("left", "ben")]
    assert names(board.hear(GoneSessions("there", ["s1"]), 4.0)) == []


def test_gossip_older_than_what_is_known_changes_nothing(board: PresenceBoard) -> None:
    board.hear(from_afar("s1", "ben", viewing("c2"), changed=2), 0.0)
    assert board.hear(from_afar("s1", "ben", viewing("c1"), changed=1), 1.0) == []
    assert board.people() == [person("ben", viewing="c2")]


def test_an_instance_does_not_learn_from_its_own_echo(board: PresenceBoard) -> None:
    board.enter("s1", "ana", "Ana")
    (told,) = board.tell()
    board.update("s1", viewing("c1"))
    for echo in (told, GoneSessions("here", ["s1"]), Ask("here")):
        assert board.hear(echo, 0.0) == []
    assert board.people() == [person(viewing="c1")]


def test_what_is_not_repeated_within_its_time_to_live_is_forgotten(board: PresenceBoard) -> None:
    board.hear(from_afar("s1", "ben"), 100.0)
    assert board.expire(100.0 + TIME_TO_LIVE_S - 0.1) == []
    assert names(board.expire(100.0 + TIME_TO_LIVE_S)) == [("left", "ben")]
    assert board.people() == []


def test_a_repetition_renews_the_time_to_live(board: PresenceBoard) -> None:
    board.hear(from_afar("s1", "ben"), 100.0)
    board.hear(from_afar("s1", "ben"), 120.0)
    assert board.expire(149.9) == []
    assert names(board.expire(150.0)) == [("left", "ben")]


def test_a_living_socket_survives_two_lost_repetitions() -> None:
    assert 2 * REPEAT_INTERVAL_S < TIME_TO_LIVE_S


def test_sockets_of_this_instance_never_expire(board: PresenceBoard) -> None:
    board.enter("s1", "ana", "Ana")
    board.update("s1", viewing("c1"))
    assert board.expire(1e12) == []
    assert len(board.people()) == 1


def test_an_instance_tells_of_its_own_sockets_alone(board: PresenceBoard) -> None:
    board.enter("s1", "ana", "Ana")
    board.enter("s2", "cleo", "Cleo")
    board.hear(from_afar("s3", "ben"), 0.0)
    board.update("s1", viewing("c1"))
    (told,) = board.tell()
    assert told.instance == "here"
    assert told.entries == [
        Entry("s1", "ana", "Ana", viewing("c1"), 1),
        Entry("s2", "cleo", "Cleo", NOTHING, 0),
    ]
    (one,) = board.tell("s2")
    assert [entry.session for entry in one.entries] == ["s2"]
    assert board.tell("s3") == board.tell("s9") == PresenceBoard("empty").tell() == []


def test_what_is_told_is_what_the_other_side_then_shows(board: PresenceBoard) -> None:
    board.enter("s1", "ana", "Ana")
    board.enter("s2", "ana", "Ana")
    board.update("s1", viewing("c1"))
    there = PresenceBoard("there")
    decode = msgspec.json.Decoder(Gossip).decode
    for told in board.tell():
        there.hear(decode(msgspec.json.encode(told)), 0.0)
    assert there.people() == board.people()


@pytest.mark.parametrize(
    ("name", "reference", "field"),
    [
        ("Ana", "0190f5fd6bb37cc2b0a1f2d3c4b5a697", "name"),
        ("Ada Maria Antonia de la Fuente y Gómez", "c" * 64, "next_action_at"),
        ("語" * 200, "語" * 255, "語" * 60),
        ("\x01" * 200, "\x01" * 255, "\x01" * 60),  # six bytes each in JSON
        ("🙂" * 200, '"' * 255, "\\" * 60),
    ],
    ids=["common", "long", "three bytes", "escaped", "mixed"],
)
@pytest.mark.parametrize("sockets", [1, 60])
def test_each_message_is_small_enough_for_a_postgres_notify_and_all_together_tell_everything(
    board: PresenceBoard, name: str, reference: str, field: str, sockets: int
) -> None:
    state = PresenceState(viewing=reference, editing=Editing(reference, field))
    for number in range(sockets):
        board.enter(f"{number:032x}", f"{number % 7:032x}", name)
        board.update(f"{number:032x}", state)
    told = board.tell()
    assert max(len(b"p\n" + msgspec.json.encode(message)) for message in told) < NOTIFY_BYTES
    sessions = [entry.session for message in told for entry in message.entries]
    assert sessions == [f"{number:032x}" for number in range(sockets)]


def test_few_messages_carry_many_sockets(board: PresenceBoard) -> None:
    for number in range(200):
        board.enter(f"{number:032x}", f"{number:032x}", "Ana Example")
    assert len(board.tell()) <= 12


USERS = ["ana", "ben"]
STATES = [NOTHING, viewing("c1"), viewing("c2"), editing("c1")]
own = st.tuples(
    st.sampled_from(["enter", "update", "leave"]),
    st.integers(0, 3),
    st.sampled_from(STATES),
)
afar = st.tuples(
    st.sampled_from(["set", "gone", "expire"]),
    st.integers(4, 7),
    st.sampled_from(STATES),
)


@given(st.lists(own | afar, max_size=40))
def test_who_follows_the_events_knows_who_is_here_and_what_they_look_at(
    story: list[tuple[str, int, PresenceState]],
) -> None:
    """A client that was sent the people once, and then each event, shows the same as one that asks anew."""
    board = PresenceBoard("here")
    shown: dict[str, tuple[str | None, Editing | None]] = {}
    here: set[int] = set()
    for changed, (act, number, state) in enumerate(story, 1):
        now = 10.0 * changed
        session, user = f"s{number}", USERS[number % 2]
        events: list[PresenceEvent] = []
        if act == "enter" and number not in here:
            here.add(number)
            events = board.enter(session, user, user.title())
        elif act == "update":
            events = board.update(session, state)
        elif act == "leave":
            here.discard(number)
            events = board.leave(session)
        elif act == "set":
            events = board.hear(from_afar(session, user, state, changed), now)
        elif act == "gone":
            events = board.hear(GoneSessions("there", [session]), now)
        elif act == "expire":
            events = board.expire(now)
        for event in events:
            assert (event.name == "joined") == (event.person.id not in shown)
            if event.name == "left":
                del shown[event.person.id]
            else:
                shown[event.person.id] = (event.person.viewing, event.person.editing)
        people = board.people()
        assert shown == {p.id: (p.viewing, p.editing) for p in people}
        assert len(people) == len(shown)
        assert all(p.sessions >= 1 for p in people)
        assert sum(p.sessions for p in people) == len(board._seen)


@given(st.lists(st.tuples(own, st.booleans(), st.booleans()), max_size=30))
def test_two_instances_agree_whatever_the_bus_loses_once_everything_is_told_again(
    story: list[tuple[tuple[str, int, PresenceState], bool, bool]],
) -> None:
    """Each step may be heard by the other instance or not, and so may each farewell."""
    here, there = PresenceBoard("here"), PresenceBoard("there")
    sessions: dict[int, str] = {}  # a socket that comes back is a new session
    for step, ((act, number, state), farewell_heard, step_heard) in enumerate(story):
        session = sessions.get(number, "none")
        if act == "enter" and number not in sessions:
            session = sessions[number] = f"s{step}"
            here.enter(session, USERS[number % 2], USERS[number % 2].title())
        elif act == "update":
            here.update(session, state)
        elif act == "leave" and number in sessions:
            here.leave(sessions.pop(number))
            if farewell_heard:
                there.hear(GoneSessions("here", [session]), 0.0)
        if step_heard:
            for told in here.tell(session):
                there.hear(told, 0.0)
    for told in here.tell():
        there.hear(told, TIME_TO_LIVE_S / 2)
    there.expire(TIME_TO_LIVE_S)
    shown, meant = ({p.id: p for p in board.people()} for board in (there, here))
    assert shown.keys() == meant.keys()
    for user_id, someone in meant.items():
        assert shown[user_id].sessions == someone.sessions
        assert someone.sessions > 1 or shown[user_id] == someone
