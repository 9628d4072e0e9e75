"""Readers that stall cost the server a bounded amount of memory, for a bounded time, and nobody else anything."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from math import ceil
from pathlib import Path
from time import monotonic

import pytest

from server.limits import Limits
from tests.drivers import Desk, Instance, StalledReader
from tests.fault.choices import LARGE_BYTES, Chooser
from tests.fault.cluster import Cluster
from tests.services import eventually

logger = logging.getLogger(__name__)

READERS = 100
CLIENTS = 8
# More than the server and the kernel hold back for a reader.
BATCHES = ceil(1.5 * Limits().max_socket_buffer_bytes / (CLIENTS * LARGE_BYTES)) + 1
# Every reader may be owed a whole buffer, but they all wait for the same frames, which are kept once.
GROWTH_WITHIN_MIB = 30.0
CLOSED_WITHIN_S = 3.0
DROPPED_WITHIN_S = 8.0
OTHERS_WAIT_AT_MOST_S = 2.0


@pytest.mark.fault
async def test_a_hundred_stalled_readers_leave_the_memory_flat_and_are_dropped(
    cluster: Cluster,
) -> None:
    node = cluster.nodes[1]
    async with Instance(node.server) as instance, AsyncExitStack() as stack:
        desk = await (await instance.sign_up("Ana", "backpressure@example.com")).new_workspace()
        client_ids = [client["id"] for client in await desk.create_clients(CLIENTS)]
        await _write(desk, client_ids)  # what grows once, has grown
        healthy = await desk.open_board()
        files_before = _open_files(node.server.pid)
        url = f"{node.socket_url}/{desk.workspace_id}"
        for _ in range(READERS):
            await stack.enter_async_context(StalledReader.joined(url, desk.person.token))
        before = most = _resident_mib(node.server.pid)

        for _ in range(BATCHES):
            sent = monotonic()
            head = await _write(desk, client_ids)
            await healthy.changes_up_to(head)
            assert monotonic() - sent < OTHERS_WAIT_AT_MOST_S, "a stalled reader held up another"
            most = max(most, _resident_mib(node.server.pid))
        start = monotonic()

        async def only_one_is_left() -> bool:
            return await node.metric("clientflow_sockets") == 1

        await eventually(only_one_is_left, timeout=CLOSED_WITHIN_S)
        most = max(most, _resident_mib(node.server.pid))
        logger.info("RSS %.0f MiB before, %.0f MiB at most", before, most)
        assert most - before < GROWTH_WITHIN_MIB

        await eventually(
            lambda: _open_files(node.server.pid) < files_before + READERS / 10,
            timeout=DROPPED_WITHIN_S,
            message="connections of stalled readers are still open",
        )
        logger.info("the connections were gone %.1f s after the last write", monotonic() - start)
        assert healthy.is_open
        board = await desk.open_board(since=CLIENTS)
        assert board.welcome is not None
        assert board.welcome["resumed"] is True
        await board.changes_up_to(head)


async def _write(desk: Desk, client_ids: list[str]) -> int:
    """Large changes of all the clients; the log's head after them."""
    command = Chooser(str(monotonic())).large_updates(client_ids)
    response = await desk.post("/clients/bulk", {"operations": command.body["operations"]})
    assert response.status_code == 200, response.text
    return int(response.json()["seq"])


def _resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"the server {pid} has ended")


def _open_files(pid: int) -> int:
    """Of which a connection is one."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
