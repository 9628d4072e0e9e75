"""A reader that stops reading while its board is busy."""

from __future__ import annotations

from math import ceil

from server.limits import Limits
from tests.fault.choices import FEW_CLIENTS, LARGE_BYTES
from tests.fault.cluster import Node
from tests.fault.history import Ended, Welcomed
from tests.fault.participant import Participant
from tests.fault.workload import Workload
from tests.services import eventually

UPDATES_AT_ONCE = 8
# More than the server, the kernel and the reader's own library hold back for it, even when an update or two of
# each batch is refused because its client has been deleted.
ENOUGH_BYTES = 1.5 * Limits().max_socket_buffer_bytes + 1024 * 1024
BATCHES = ceil(ENOUGH_BYTES / (UPDATES_AT_ONCE * LARGE_BYTES))
PATIENCE_S = 20.0
TOO_SLOW = 4008


async def stall_a_reader(workload: Workload, node: Node) -> None:
    """It is closed with 4008 while others write, and goes on where it was."""
    workspace_id = workload.workspace_ids[0]
    async with workload.visit(node) as reader:
        writer = await eventually(lambda: _writer(workload, workspace_id), timeout=PATIENCE_S)
        await eventually(lambda: reader.board is not None, timeout=PATIENCE_S)
        reader.may_read.clear()
        for _ in range(BATCHES):
            client_ids = sorted(writer.board.clients)[:UPDATES_AT_ONCE]
            await writer.repeat_until_known(writer.chooser.large_updates(client_ids))
        await writer.repeat_until_known(writer.chooser.small_updates(client_ids))
        written = workload.head_seen(workspace_id)
        reader.may_read.set()
        await eventually(
            lambda: reader.seq >= written,
            timeout=PATIENCE_S,
            message=f"the reader is at {reader.seq}, the board at {written}",
        )
        events = reader.history.events
    codes = [event.code for event in events if isinstance(event, Ended)]
    assert TOO_SLOW in codes, f"a stalled reader was closed with {codes}"
    returns = [event.resumed for event in events if isinstance(event, Welcomed)][1:]
    assert all(returns), "a stalled reader had to load the board again"


def _writer(workload: Workload, workspace_id: str) -> Participant | None:
    """Somebody who knows enough clients."""
    for one in workload.participants:
        known = 0 if one.board is None else len(one.board.clients)
        if one.workspace_id == workspace_id and known >= FEW_CLIENTS:
            return one
    return None
