"""A server is stopped, or dies: channels are told, and what was acknowledged stays."""

import asyncio
import signal

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.drivers import Instance
from tests.services import eventually

pytestmark = pytest.mark.fault


async def test_a_server_that_stops_says_so_to_every_channel(lone: Instance) -> None:
    desk = await (await lone.sign_up("Ana")).new_workspace()
    boards = [await desk.open_board() for _ in range(5)]
    polling = asyncio.create_task(desk.get("/changes", params={"wait": 30}))
    await boards[0].ping()

    exit_code = await asyncio.to_thread(lone.process.terminate)

    assert exit_code in (0, -signal.SIGTERM), "it had to be killed"
    assert [await board.closed() for board in boards] == [1012] * 5
    await asyncio.wait([polling], timeout=5)
    assert polling.done(), "the poll outlived the server"
    assert polling.exception() is not None or polling.result().status_code in (200, 503)


async def test_whoever_was_connected_resumes_after_the_restart(lone: Instance) -> None:
    desk = await (await lone.sign_up("Ana")).new_workspace()
    before = await desk.open_board()
    await desk.create_clients(3)
    await before.changes_up_to(3)

    await asyncio.to_thread(lone.process.restart)

    await before.closed()
    await desk.create_client()
    board = await desk.open_board(since=3)
    assert board.welcome["resumed"] is True
    assert (await board.next_change())["seq"] == 4


async def test_what_was_acknowledged_outlives_a_server_that_is_killed(lone: Instance) -> None:
    desk = await (await lone.sign_up("Ana")).new_workspace()
    acknowledged: list[str] = []

    async def write_on(writer: int) -> None:
        board = await desk.open_board()
        for number in range(10_000):
            try:
                await board.post(
                    "client.create",
                    command_id=f"{writer}-{number}",
                    data={"name": f"{writer}-{number}"},
                )
                acknowledged.append((await board.answer(f"{writer}-{number}")).result["name"])
            except (ConnectionClosed, AssertionError):
                return

    writing = [asyncio.create_task(write_on(writer)) for writer in range(5)]
    await eventually(lambda: len(acknowledged) > 50)
    await asyncio.to_thread(lone.process.kill)
    await asyncio.gather(*writing)

    await asyncio.to_thread(lone.process.start)

    changes = await desk.changes()
    assert [change["seq"] for change in changes] == list(range(1, len(changes) + 1))
    names = [change["data"]["name"] for change in changes]
    assert set(acknowledged) <= set(names)
    assert len(names) == len(set(names))
    # A writer that saw no answer repeats under the same id, over REST.
    unanswered = [name for name in names if name not in acknowledged]
    for name in unanswered:
        assert (await desk.post("/clients", {"name": name}, key=name)).status_code == 201
    assert await desk.head() == len(changes)


async def test_the_other_instance_serves_on_when_one_is_killed(
    pair: tuple[Instance, Instance],
) -> None:
    here = await (await pair[0].sign_up("Ana")).new_workspace()
    there = here.at(pair[1])
    lost, kept = await here.open_board(), await there.open_board()
    await here.create_client()

    await asyncio.to_thread(pair[0].process.kill)

    assert await lost.closed() == 1006
    with pytest.raises(httpx.TransportError):
        await here.get()
    await there.create_client()
    await kept.changes_up_to(2)
    board = await there.open_board(since=0)
    await board.changes_up_to(2)
