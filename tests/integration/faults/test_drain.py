"""SIGTERM drains: nothing in flight is lost, and not everybody comes back at the same moment."""

import asyncio
import signal
import time

import httpx

from server.websocket_protocol import DRAIN_WINDOW_S, DRAINED_SOCKETS_PER_S
from tests.drivers import Instance
from tests.services import eventually

SOCKETS = 120


async def test_sockets_are_sent_away_over_a_window_and_served_until_then(lone: Instance) -> None:
    desk = await (await lone.sign_up("Ana")).new_workspace()
    boards = [await desk.open_board() for _ in range(SOCKETS)]
    left_at: list[float] = []

    async def write_until_sent_away(number: int) -> list[str]:
        """The ids of the commands that were acknowledged, one after the other."""
        board, acknowledged = boards[number], list[str]()
        while board.is_open:
            command_id = f"drain-{number}-{len(acknowledged)}"
            try:
                await board.command(
                    "client.create", command_id=command_id, data={"name": command_id}
                )
            except Exception:
                break
            acknowledged.append(command_id)
        return acknowledged

    async def note_the_end(number: int) -> int | None:
        code = await boards[number].closed(timeout_s=30)
        left_at.append(time.monotonic())
        return code

    writing = [asyncio.create_task(write_until_sent_away(number)) for number in range(3)]
    ending = [asyncio.create_task(note_the_end(number)) for number in range(SOCKETS)]
    await eventually(lambda: len(boards[-1].seqs) > 20)
    lone.process.send_signal(signal.SIGTERM)
    codes = await asyncio.gather(*ending)
    acknowledged = [id_ for ids in await asyncio.gather(*writing) for id_ in ids]
    exit_code = await asyncio.to_thread(lone.process.wait, 20)

    assert exit_code in (0, -signal.SIGTERM), "it had to be killed"
    assert codes == [1012] * SOCKETS
    window_s = min(DRAIN_WINDOW_S, SOCKETS / DRAINED_SOCKETS_PER_S)
    assert max(left_at) - min(left_at) > window_s / 3, "all were sent away at once"

    await asyncio.to_thread(lone.process.start)

    logged = [change["command_id"] for change in await desk.changes()]
    assert set(acknowledged) <= set(logged)
    assert len(logged) == len(set(logged))


async def test_a_server_that_drains_says_so_and_lets_no_poll_wait(lone: Instance) -> None:
    desk = await (await lone.sign_up("Ana")).new_workspace()
    boards = [await desk.open_board() for _ in range(SOCKETS)]
    polling = asyncio.create_task(desk.get("/changes", params={"wait": 50}))
    readiness = httpx.AsyncClient(base_url=lone.process.base_url)
    await readiness.get("/readyz")
    await boards[0].ping()

    started = time.monotonic()
    lone.process.send_signal(signal.SIGTERM)
    answer = await polling
    exit_code = await asyncio.to_thread(lone.process.wait, 20)
    await readiness.aclose()

    assert answer.status_code == 200
    assert answer.json() == {"changes": [], "seq": 0}
    assert exit_code in (0, -signal.SIGTERM), "it had to be killed"
    assert time.monotonic() - started < 50, "the poll was waited for"
    await asyncio.to_thread(lone.process.start)
