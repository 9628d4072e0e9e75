"""A board that is followed stays whole, whatever happens to the line and to the servers."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest

from clientflow import AsyncLive, Forbidden, NotFound, PreconditionFailed, Unauthorized
from tests.drivers import Desk, Instance
from tests.fault.proxy import Proxy
from tests.integration.client.conftest import QUICK, Connect, NoSockets
from tests.services import PostgresServer, RedisServer, ServerProcess, eventually


async def seqs(live: AsyncLive, last: int) -> list[int]:
    """The seqs of the changes that come, up to `last`."""
    found: list[int] = []
    async with asyncio.timeout(20):
        while not found or found[-1] < last:
            found.append((await anext(live)).seq)
    return found


async def is_live(live: AsyncLive) -> None:
    await eventually(lambda: live.status == "live")


async def test_changes_come_as_they_happen_and_the_board_has_them(
    connect: Connect, lone_desk: Desk
) -> None:
    workspace = connect(lone_desk).workspace(lone_desk.workspace_id)
    made = await lone_desk.create_client("Acme")
    async with workspace.follow() as live:
        assert live.board.clients[made["id"]].name == "Acme"
        await lone_desk.update_client(made, stage="won")
        change = await anext(live)
        assert (change.op, change.data["stage"]) == ("updated", "won")
        assert live.board.clients[made["id"]].stage == "won"
        assert [client.id for client in live.board.column("won")] == [made["id"]]


async def test_what_happened_before_is_told_to_who_asks_for_it(
    connect: Connect, lone_desk: Desk
) -> None:
    await lone_desk.create_clients(5)
    workspace = connect(lone_desk).workspace(lone_desk.workspace_id)
    async with workspace.follow(since=2) as live:
        assert await seqs(live, 5) == [3, 4, 5]
        await lone_desk.create_client()
        assert await seqs(live, 6) == [6]


async def test_a_killed_socket_is_resumed_without_a_hole(
    connect: Connect, lone_desk: Desk, proxied: Proxy
) -> None:
    workspace = connect(lone_desk, port=proxied.port).workspace(lone_desk.workspace_id)
    async with workspace.follow() as live:
        await is_live(live)
        for _ in range(3):
            await lone_desk.create_clients(4)
            await proxied.cut()
            await lone_desk.create_clients(6)
            await proxied.restore()
        assert await seqs(live, 30) == list(range(1, 31))
        assert len(live.board.clients) == 30


async def test_a_reader_that_stands_still_gets_everything_later_and_costs_no_memory(
    connect: Connect, lone_desk: Desk
) -> None:
    limits = dataclasses.replace(QUICK, max_changes_waiting=10, changes_page=40)
    workspace = connect(lone_desk, limits=limits).workspace(lone_desk.workspace_id)
    async with workspace.follow() as live:
        await lone_desk.create_clients(150)
        await eventually(lambda: live.board.seq == 150)
        assert len(live._feed) == 10
        assert await seqs(live, 150) == list(range(1, 151))
        await lone_desk.create_client()
        assert await seqs(live, 151) == [151]


async def test_a_restart_of_the_server_is_survived(
    connect: Connect, own_desk: Desk, own_process: ServerProcess
) -> None:
    workspace = connect(own_desk).workspace(own_desk.workspace_id)
    async with workspace.follow() as live:
        await own_desk.create_clients(3)
        assert await seqs(live, 3) == [1, 2, 3]
        await asyncio.to_thread(own_process.restart)
        await own_desk.create_clients(3)
        assert await seqs(live, 6) == [4, 5, 6]
        await asyncio.to_thread(own_process.kill)
        await asyncio.to_thread(own_process.start)
        await own_desk.create_clients(3)
        assert await seqs(live, 9) == [7, 8, 9]
        assert len(live.board.clients) == 9


async def test_what_is_written_on_one_instance_is_followed_on_the_other(
    connect: Connect, instances: tuple[Instance, Instance]
) -> None:
    one, other = instances
    desk = await (await one.sign_up("Ana")).new_workspace()
    workspace = connect(desk.at(other)).workspace(desk.workspace_id)
    async with workspace.follow() as live:
        await is_live(live)
        await desk.create_clients(5)
        assert await seqs(live, 5) == [1, 2, 3, 4, 5]
        await live.clients.create(name="From the other side")
        assert len(await desk.clients()) == 6


@pytest.fixture
async def over_frail_redis(
    postgres_server: PostgresServer,
) -> AsyncIterator[tuple[RedisServer, Instance, Instance]]:
    url = postgres_server.create_database()
    with (
        RedisServer() as redis,
        ServerProcess(url, redis.url) as a,
        ServerProcess(url, redis.url) as b,
    ):
        async with Instance(a) as one, Instance(b) as other:
            yield redis, one, other
    postgres_server.drop_database(url)


async def test_without_redis_changes_come_later_and_none_is_lost(
    connect: Connect, over_frail_redis: tuple[RedisServer, Instance, Instance]
) -> None:
    redis, one, other = over_frail_redis
    desk = await (await one.sign_up("Ana")).new_workspace()
    workspace = connect(desk.at(other)).workspace(desk.workspace_id)
    async with workspace.follow() as live:
        await is_live(live)
        await desk.create_clients(3)
        await asyncio.to_thread(redis.kill)
        await desk.create_clients(3)
        assert await seqs(live, 6) == [1, 2, 3, 4, 5, 6]


async def test_where_no_websocket_passes_it_follows_by_the_long_poll(
    connect: Connect, lone_desk: Desk
) -> None:
    async with NoSockets(lone_desk.person.instance.process.port) as proxy:
        workspace = connect(lone_desk, port=proxy.port).workspace(lone_desk.workspace_id)
        async with workspace.follow() as live:
            await eventually(lambda: live.status == "polling")
            await lone_desk.create_clients(3)
            assert await seqs(live, 3) == [1, 2, 3]
            made = await live.clients.create(name="Without a socket")
            assert await seqs(live, 4) == [4]
            assert live.board.clients[made.id].name == "Without a socket"


async def test_a_command_that_went_both_ways_takes_effect_once(
    connect: Connect, lone_desk: Desk
) -> None:
    hasty = dataclasses.replace(QUICK, ack_timeout_s=0.0001)
    workspace = connect(lone_desk, limits=hasty).workspace(lone_desk.workspace_id)
    async with workspace.follow() as live:
        await is_live(live)
        made = [await live.clients.create(name=f"Client {number}") for number in range(10)]
    assert len(await lone_desk.clients()) == len({client.id for client in made}) == 10


async def test_commands_on_a_line_that_breaks_take_effect_once(
    connect: Connect, lone_desk: Desk, proxied: Proxy
) -> None:
    workspace = connect(lone_desk, port=proxied.port).workspace(lone_desk.workspace_id)
    async with workspace.follow() as live:
        await is_live(live)

        async def breaking() -> None:
            for _ in range(4):
                await asyncio.sleep(0.03)
                await proxied.cut()
                await proxied.restore()

        names = [f"Client {number}" for number in range(60)]
        broken = asyncio.create_task(breaking())
        made = await asyncio.gather(*(live.clients.create(name=name) for name in names))
        await broken
        assert sorted(client.name for client in made) == sorted(names)
        assert await seqs(live, 60) == list(range(1, 61))
        assert sorted(client.name for client in live.board.clients.values()) == sorted(names)


async def test_a_refusal_on_the_socket_is_the_same_error_as_over_rest(
    connect: Connect, lone_desk: Desk
) -> None:
    made = await lone_desk.create_client()
    await lone_desk.update_client(made, stage="won")
    workspace = connect(lone_desk).workspace(lone_desk.workspace_id)
    async with workspace.follow() as live:
        await is_live(live)
        for clients in (live.clients, workspace.clients):
            with pytest.raises(PreconditionFailed):
                await clients.update(made["id"], if_version=1, stage="lost")
            with pytest.raises(NotFound):
                await clients.delete("nobody")


async def test_people_see_each_other(connect: Connect, lone_desk: Desk) -> None:
    ben = await lone_desk.admit_new("editor", "Ben")
    made = await lone_desk.create_client()
    async with (
        connect(lone_desk).workspace(lone_desk.workspace_id).follow() as mine,
        connect(ben).workspace(ben.workspace_id).follow() as his,
    ):
        await eventually(lambda: {person.name for person in mine.people} == {"Ana", "Ben"})
        await his.present(viewing=made["id"], editing=(made["id"], "notes"))
        await eventually(lambda: any(person.editing for person in mine.people))
        assert (mine.role, his.role) == ("owner", "editor")


async def test_who_is_removed_is_told_and_does_not_come_back(
    connect: Connect, lone_desk: Desk
) -> None:
    ben = await lone_desk.admit_new("editor", "Ben")
    async with connect(ben).workspace(ben.workspace_id).follow() as live:
        await is_live(live)
        await lone_desk.delete(f"/members/{ben.person.id}")
        with pytest.raises((Forbidden, NotFound)):
            await seqs(live, 100)
        assert live.status == "ended"


async def test_a_stranger_is_refused_before_anything_is_followed(
    connect: Connect, lone_desk: Desk
) -> None:
    stranger = await lone_desk.person.instance.sign_up("Eve")
    with pytest.raises(NotFound):
        async with connect(lone_desk.of(stranger)).workspace(lone_desk.workspace_id).follow():
            pass
    nobody = lone_desk.of(lone_desk.person.with_token("cfp_nonsense"))
    with pytest.raises(Unauthorized):
        async with connect(nobody).workspace(lone_desk.workspace_id).follow():
            pass
