"""Those who ask too much or read too slowly: ended, and nobody else waits."""

import asyncio
import contextlib

from websockets.exceptions import ConnectionClosed
from websockets.frames import Close

from realtime.session import SessionLimits
from tests.drivers import Desk, Instance, StalledReader, check_problem
from tests.services import eventually

LIMITS = SessionLimits()
BIG_NOTES = "x" * 19_000
TOO_SLOW = b"reading too slowly: come back and resume"


async def test_a_flood_of_frames_is_closed_with_4029(desk: Desk) -> None:
    flooding, other = await desk.open_board(), await desk.open_board()
    at_once = 150  # who says much more after the end has a second to read why, and then no longer

    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionClosed):
            while flooding.is_open:  # whoever sends slowly is allowed more
                heard = len(flooding.frames)
                for _ in range(at_once):
                    await flooding.say('{"type":"ping"}')
                await eventually(
                    lambda heard=heard: (
                        not flooding.is_open or len(flooding.frames) >= heard + at_once
                    )
                )

    assert await flooding.closed() == 4029
    assert (await other.command("client.create", data={"name": "Acme"})).status == 200


async def test_commands_beyond_the_limit_are_refused_and_the_channel_stays(desk: Desk) -> None:
    board = await desk.open_board()

    statuses: list[int] = []
    async with asyncio.timeout(30):
        while 429 not in statuses:  # whoever sends slowly is allowed more
            ids = [await board.post("client.conjure") for _ in range(500)]
            answers = [await board.answer(command_id) for command_id in ids]
            statuses += [answer.status for answer in answers]

    allowed = int(LIMITS.commands_burst)
    assert statuses[:allowed] == [422] * allowed
    check_problem(next(each.problem for each in answers if each.status == 429), 429)
    assert board.is_open


async def test_a_reader_that_stalls_is_closed_with_4008_and_nobody_else_waits(
    server: Instance, desk: Desk
) -> None:
    clients = await desk.create_clients(40)
    board = await desk.open_board(since=0)
    url = f"{server.process.ws_url}/ws/workspaces/{desk.workspace_id}"

    async with StalledReader.joined(url, desk.person.token) as stalled, asyncio.timeout(30):
        joined = await sockets(server)
        while await sockets(server) == joined:
            operations = [
                {
                    "op": "client.update",
                    "client_id": client["id"],
                    "data": {"notes": f"{len(board.changes)} {BIG_NOTES}"},
                }
                for client in clients
            ]
            await desk.post("/clients/bulk", {"operations": operations})
            await board.changes_up_to(await desk.head(), timeout_s=5)
        told = await stalled.read_up_to(TOO_SLOW)

    assert board.seqs == list(range(1, len(board.seqs) + 1))
    assert told.endswith(TOO_SLOW)
    assert Close.parse(told[-len(TOO_SLOW) - 2 :]).code == 4008


async def sockets(server: Instance) -> int:
    """How many have joined any workspace."""
    metrics = (await server.http.get("/metrics")).text
    return int(float(metrics.split("\nclientflow_sockets ")[1].split()[0]))


async def test_a_slow_reader_that_reads_at_all_is_waited_for_on_resume(desk: Desk) -> None:
    """The log that is sent after a welcome is larger than the buffer of a socket."""
    await desk.create_clients(45, notes=BIG_NOTES)
    await desk.create_clients(45, notes=BIG_NOTES)

    board = await desk.open_board(since=0)

    await board.changes_up_to(90)
    assert board.seqs == list(range(1, 91))
