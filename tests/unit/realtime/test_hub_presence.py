"""Presence over several instances: told at once, healed by repetition, forgotten when an instance dies."""

from typing import Any

import pytest

from realtime.messages import Editing, PresenceState
from realtime.presence import REPEAT_INTERVAL_S, TIME_TO_LIVE_S
from tests.unit.realtime.cluster import cluster
from tests.unit.realtime.doubles import Socket, join
from tests.unit.virtual_time import idle, in_virtual_time, pass_time


def people(socket: Socket) -> dict[str, dict[str, Any]]:
    """Who is here as the page shows it that has had these frames."""
    shown: dict[str, dict[str, Any]] = {}
    for frame in socket.presence:
        if "users" in frame:
            shown = {user["id"]: user for user in frame["users"]}
        elif "left" in frame:
            del shown[frame["left"]["id"]]
        else:
            (event,) = frame.keys() - {"type"}
            assert event in ("joined", "updated")
            shown[frame[event]["id"]] = frame[event]
    return shown


def events(socket: Socket) -> list[tuple[str, str]]:
    """What the socket was told after it had joined."""
    return [
        (event, entry["id"])
        for frame in socket.presence
        for event, entry in frame.items()
        if event in ("joined", "updated", "left")
    ]


@in_virtual_time
async def test_a_socket_is_told_who_is_here_itself_included_right_after_the_welcome() -> None:
    async with cluster() as board:
        hub = await board.start()
        await join(hub, "ana")
        ben = await join(hub, "ben")
        assert ben.frames[1] == {
            "type": "presence",
            "users": [
                {"id": "ana", "name": "Ana", "viewing": None, "editing": None, "sessions": 1},
                {"id": "ben", "name": "Ben", "viewing": None, "editing": None, "sessions": 1},
            ],
        }


@pytest.mark.parametrize("since", [None, 0])
@in_virtual_time
async def test_the_others_are_told_who_joined_but_not_the_one_who_did(since: int | None) -> None:
    async with cluster() as board:
        hub = await board.start()
        ana = await join(hub, "ana", since=since)
        ben = await join(hub, "ben", since=since)
        await idle()
        assert events(ana) == [("joined", "ben")]
        assert events(ben) == []


@in_virtual_time
async def test_a_second_tab_is_no_second_person() -> None:
    async with cluster() as board:
        hub = await board.start()
        ben = await join(hub, "ben")
        first, second = await join(hub, "ana"), await join(hub, "ana")
        await idle()
        assert events(ben) == [("joined", "ana")]
        assert people(second)["ana"]["sessions"] == 2
        hub.leave("w1", first)
        assert events(ben) == [("joined", "ana")]
        hub.leave("w1", second)
        await idle()
        assert events(ben) == [("joined", "ana"), ("left", "ana")]
        assert ben.presence[-1]["left"]["sessions"] == 0


@in_virtual_time
async def test_what_somebody_looks_at_and_edits_is_shown_to_all() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ana, ben = await join(a, "ana"), await join(b, "ben")
        await idle()
        a.announce("w1", ana, PresenceState("client-1", Editing("client-1", "name")))
        await idle()
        for socket in (ana, ben):
            assert people(socket)["ana"] == {
                "id": "ana",
                "name": "Ana",
                "viewing": "client-1",
                "editing": {"client_id": "client-1", "field": "name"},
                "sessions": 1,
            }


@in_virtual_time
async def test_people_on_several_instances_see_each_other_come_and_go() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ana = await join(a, "ana")
        ben = await join(b, "ben")
        await idle()
        assert people(ana).keys() == people(ben).keys() == {"ana", "ben"}
        b.leave("w1", ben)
        await idle()
        assert events(ana) == [("joined", "ben"), ("left", "ben")]


@in_virtual_time
async def test_an_instance_that_opens_a_workspace_asks_who_is_there_and_need_not_wait() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        sockets = [await join(a, f"user{number}") for number in range(60)]
        a.announce("w1", sockets[0], PresenceState("client-1"))
        await idle()
        ben = await join(b, "ben")
        await idle()
        assert len(people(ben)) == 61
        assert people(ben)["user0"]["viewing"] == "client-1"


@in_virtual_time
async def test_an_instance_that_dies_takes_its_people_with_it_after_their_time_to_live() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        await join(a, "ana")
        ben = await join(b, "ben")
        await pass_time(5.0)
        await board.stop(a)  # without a word about its sockets
        await pass_time(TIME_TO_LIVE_S - REPEAT_INTERVAL_S)
        assert people(ben).keys() == {"ana", "ben"}
        await pass_time(2 * REPEAT_INTERVAL_S + 0.1)
        assert people(ben).keys() == {"ben"}


@in_virtual_time
async def test_who_stays_is_shown_for_as_long_as_they_stay() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        await join(a, "ana")
        ben = await join(b, "ben")
        await pass_time(10 * TIME_TO_LIVE_S)
        assert people(ben).keys() == {"ana", "ben"}
        assert events(ben) == [("joined", "ana")]


@in_virtual_time
async def test_an_arrival_that_the_bus_lost_is_told_with_the_next_repetition() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ben = await join(b, "ben")
        board.bus.loses = lambda message: message.startswith(b"p")
        ana = await join(a, "ana")
        a.announce("w1", ana, PresenceState("client-1"))
        await idle()
        assert people(ben).keys() == {"ben"}
        board.bus.loses = lambda message: False
        await pass_time(REPEAT_INTERVAL_S)
        assert people(ben)["ana"]["viewing"] == "client-1"
        assert people(ana).keys() == {"ana", "ben"}


@in_virtual_time
async def test_a_departure_that_the_bus_lost_heals_with_the_time_to_live() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ana, cleo = await join(a, "ana"), await join(a, "cleo")
        ben = await join(b, "ben")
        await idle()
        board.bus.loses = lambda message: b"gone" in message
        a.leave("w1", ana)
        await pass_time(TIME_TO_LIVE_S + REPEAT_INTERVAL_S + 0.1)
        assert people(ben).keys() == people(cleo).keys() == {"ben", "cleo"}


@in_virtual_time
async def test_the_same_state_again_is_told_to_nobody_here_or_elsewhere() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        ana, ben = await join(a, "ana"), await join(b, "ben")
        await idle()
        a.announce("w1", ana, PresenceState("client-1"))
        await idle()
        assert events(ben)[-1:] == [("updated", "ana")]
        told, said = len(ben.presence), len(board.bus.said)

        a.announce("w1", ana, PresenceState("client-1"))
        await idle()

        assert (len(ben.presence), len(board.bus.said)) == (told, said)


@in_virtual_time
async def test_presence_is_no_change_and_leaves_no_trace_in_the_log() -> None:
    async with cluster() as board:
        hub = await board.start()
        ana = await join(hub)
        hub.announce("w1", ana, PresenceState("client-1"))
        await pass_time(60.0)
        assert board.log.rows["w1"] == []
        assert ana.changes == []


@in_virtual_time
async def test_an_announcement_of_a_socket_that_is_not_in_the_workspace_means_nothing() -> None:
    async with cluster() as board:
        hub = await board.start()
        ana = await join(hub)
        stranger = Socket("eve")
        hub.announce("w1", stranger, PresenceState("client-1"))
        hub.announce("w9", stranger, PresenceState("client-1"))
        hub.leave("w1", ana)
        hub.announce("w1", ana, PresenceState("client-1"))
        await idle()
        ben = await join(hub, "ben")
        assert people(ben).keys() == {"ben"}


@in_virtual_time
async def test_a_person_on_two_instances_leaves_with_the_last_socket_of_both() -> None:
    async with cluster() as board:
        a, b = await board.start("a"), await board.start("b")
        laptop, phone = await join(a, "ana"), await join(b, "ana")
        ben = await join(b, "ben")
        await idle()
        assert "ana" in people(ben)
        a.leave("w1", laptop)
        await idle()
        assert "ana" in people(ben)
        b.leave("w1", phone)
        await idle()
        assert people(ben).keys() == {"ben"}
