"""Servers and networks fail while people work: the board says so, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.browser.agreement import agree
from tests.browser.conftest import SitDown, two_instances
from tests.browser.network import OfficeProxy
from tests.browser.screens import BoardScreen
from tests.browser.tab import CONNECTION_LOST
from tests.drivers import Desk, Instance
from tests.services import PostgresServer, RedisServer, eventually

pytestmark = pytest.mark.fault


@dataclass
class Installation:
    """Two instances of one truth, which these tests kill and start again."""

    a: Instance
    b: Instance
    redis: RedisServer

    async def heal(self) -> None:
        for service in (self.redis, self.a.process, self.b.process):
            if not service.running:
                await asyncio.to_thread(service.start)


@pytest.fixture(scope="module")
async def shared_installation(postgres_server: PostgresServer) -> AsyncIterator[Installation]:
    with RedisServer() as redis:
        async with two_instances(postgres_server, redis) as (a, b):
            yield Installation(a, b, redis)


@pytest.fixture
async def installation(shared_installation: Installation) -> AsyncIterator[Installation]:
    await shared_installation.heal()
    yield shared_installation
    await shared_installation.heal()


@dataclass
class Team:
    """Ana at instance A and Ben at instance B, with one workspace."""

    ana: Desk
    ben: Desk

    @property
    def instances(self) -> tuple[Instance, Instance]:
        return self.ana.person.instance, self.ben.person.instance


@pytest.fixture
async def team(installation: Installation) -> Team:
    ana = await (await installation.a.sign_up("Ana")).new_workspace()
    ben = await ana.admit_new("editor", "Ben")
    return Team(ana, ben.at(installation.b))


async def test_what_is_done_while_the_server_is_down_is_on_the_board_once_when_it_is_back(
    installation: Installation, team: Team, sit_down: SitDown
) -> None:
    ana, ben = await both_sit_down(team, sit_down)
    await ana.add("Acme")
    await ben.shows(Lead=["Acme"])
    await ana.tab.mark()

    await asyncio.to_thread(installation.a.process.kill)
    await ana.add("Globex")
    await ana.add("Initech")
    await (await ana.open("Acme")).fill("Company", "Acme Inc")
    await ana.is_cut_off(waiting=3)
    await ana.card_says("Acme", "Acme Inc")

    await asyncio.to_thread(installation.a.process.start)
    await back(ana)
    await ben.shows(Lead=["Acme", "Globex", "Initech"])
    await ben.card_says("Acme", "Acme Inc")
    assert await ana.tab.still_marked(), "the page was loaded anew"
    await agree(team.ana, team.instances, [ana, ben])


async def test_a_server_killed_in_the_middle_of_many_edits_loses_and_doubles_none(
    installation: Installation, team: Team, sit_down: SitDown
) -> None:
    ana, ben = await both_sit_down(team, sit_down)
    names = [f"Client {number}" for number in range(12)]

    for number, name in enumerate(names):
        if number == 6:
            installation.a.process.kill()
        await ana.add(name)
    await asyncio.to_thread(installation.a.process.start)

    await back(ana)
    for board in (ana, ben):
        await board.shows(Lead=names)
    await agree(team.ana, team.instances, [ana, ben])


async def test_an_instance_that_is_restarted_gets_its_browsers_back_with_what_they_missed(
    installation: Installation, team: Team, sit_down: SitDown
) -> None:
    ana, ben = await both_sit_down(team, sit_down)
    await ben.add("Acme")
    await ana.shows(Lead=["Acme"])
    await ben.tab.mark()

    ended = await asyncio.to_thread(installation.b.process.terminate)
    assert ended in (0, -signal.SIGTERM), "it did not end in good order"
    await ben.connection_is("Reconnecting…", "Offline")
    await ana.add("Globex")
    await ana.drag("Acme", to="Won")
    await ben.shows(Lead=["Acme"])

    await asyncio.to_thread(installation.b.process.start)
    await back(ben)
    await ben.shows(Lead=["Globex"], Won=["Acme"])
    await ben.others_here_are("Ana")
    await ana.others_here_are("Ben")
    assert await ben.tab.still_marked(), "the page was loaded anew"
    await agree(team.ana, team.instances, [ana, ben])


async def test_without_redis_both_still_see_each_others_changes(
    installation: Installation, team: Team, sit_down: SitDown
) -> None:
    ana, ben = await both_sit_down(team, sit_down)

    installation.redis.kill()
    await ana.add("Acme")
    await ben.shows(Lead=["Acme"])
    await ben.add("Globex")
    await ana.shows(Lead=["Acme", "Globex"])
    await ana.drag("Globex", to="Won")
    await ben.shows(Lead=["Acme"], Won=["Globex"])
    for board in (ana, ben):
        await board.is_live()

    await asyncio.to_thread(installation.redis.start)
    await ben.add("Initech")
    await ana.shows(Lead=["Acme", "Initech"], Won=["Globex"])
    await agree(team.ana, team.instances, [ana, ben])


async def test_where_no_socket_can_be_had_the_board_works_over_requests(
    installation: Installation, team: Team, sit_down: SitDown
) -> None:
    async with OfficeProxy(installation.a.process.port) as office:
        ana, ben = await asyncio.gather(
            sit_down(team.ana, office.origin, connection="Live, slower"), sit_down(team.ben)
        )
        ana.tab.expect(*CONNECTION_LOST)
        assert office.refused >= 3

        await ana.add("Acme")
        await ben.shows(Lead=["Acme"])
        await ben.add("Globex")
        await ben.drag("Acme", to="Contacted")
        await ana.shows(Lead=["Globex"], Contacted=["Acme"])
        panel = await ana.open("Globex")
        await panel.comment("By post.")
        await (await ben.open("Globex")).has_comments("By post.")
        assert ana.tab.sockets == [[]] * len(ana.tab.sockets), "a socket was had"

        office.lets_sockets_through = True
        await panel.close()
        await ana.add("Initech")
        await ana.is_live()
        await ben.add("Umbrella")
        await ana.shows(Lead=["Globex", "Initech", "Umbrella"], Contacted=["Acme"])
        await agree(team.ana, team.instances, [ana, ben])


async def test_a_laptop_off_the_network_keeps_its_edits_until_it_is_back(
    team: Team, sit_down: SitDown
) -> None:
    ana, ben = await both_sit_down(team, sit_down)
    await ana.add("Acme")
    await ben.shows(Lead=["Acme"])
    await ana.tab.mark()

    await ana.tab.lose_network()
    await ana.connection_is("Offline")
    await (await ana.open("Acme")).fill("Company", "Acme Inc")
    await ana.add("Globex")
    await ana.is_cut_off(waiting=2)
    await ben.add("Initech", "Won")
    await ben.card_does_not_say("Acme", "Acme Inc")

    await ana.tab.find_network()
    await back(ana)
    for board in (ana, ben):
        await board.shows(Lead=["Acme", "Globex"], Won=["Initech"])
        await board.card_says("Acme", "Acme Inc")
    assert await ana.tab.still_marked(), "the page was loaded anew"
    await agree(team.ana, team.instances, [ana, ben])


async def test_an_edit_that_comes_too_late_is_told_and_taken_back(
    team: Team, sit_down: SitDown
) -> None:
    ana, ben = await both_sit_down(team, sit_down)
    await ana.add("Acme")
    panel = await ben.open("Acme")

    ana.tab.expect("status of 404")
    await ana.tab.lose_network()
    await ana.connection_is("Offline")
    await ana.drag("Acme", to="Won")
    await panel.delete()
    await eventually(lambda: is_empty(team.ana))

    await ana.tab.find_network()
    await back(ana)
    await ana.alerts("Your change came too late: the client has been deleted.")
    for board in (ana, ben):
        await board.shows()
    await agree(team.ana, team.instances, [ana, ben])


async def is_empty(desk: Desk) -> bool:
    return await desk.clients() == []


async def both_sit_down(team: Team, sit_down: SitDown) -> tuple[BoardScreen, BoardScreen]:
    """Losing the connection belongs to their story."""
    ana, ben = await asyncio.gather(sit_down(team.ana), sit_down(team.ben))
    for board in (ana, ben):
        board.tab.expect(*CONNECTION_LOST)
    return ana, ben


async def back(board: BoardScreen) -> None:
    """Live again by itself, at the latest when the longest pause between two tries is over."""
    await board.connection_is("Live", timeout_ms=20_000)
