"""Whoever was away for longer than the log is kept is told so, and loads the board again."""

from __future__ import annotations

import asyncio

import pytest

from server.housekeeping import Housekeeping
from server.limits import Limits
from storage import Storage
from tests.drivers import Instance, refused
from tests.fault.cluster import Cluster

KEPT_DAYS = 1


@pytest.mark.fault
async def test_a_gap_that_the_log_no_longer_bridges_ends_in_a_clean_reload(
    cluster: Cluster,
) -> None:
    async with Instance(cluster.nodes[1].server) as instance:
        ana = await instance.sign_up("Ana", "long-gaps@example.com")
        desk = await ana.new_workspace()
        await desk.create_clients(6)
        async with cluster.database() as database:
            await database.execute(
                "UPDATE change_log SET at = at - interval '2 days'"
                " WHERE workspace_id = $1 AND seq <= 4",
                desk.workspace_id,
            )

        instances = [Storage(cluster.database_url) for _ in range(2)]
        for storage in instances:
            await storage.open()
        cleaning = [Housekeeping(storage, Limits(), KEPT_DAYS).clean() for storage in instances]
        assert sum(await asyncio.gather(*cleaning)) == 4
        for storage in instances:
            await storage.close()

        refused(await desk.get("/changes", params={"since": 2}), 410)
        board = await desk.open_board(since=2)
        assert board.welcome is not None
        assert board.welcome["resumed"] is False
        loaded = (await desk.get("/clients")).json()
        assert (loaded["seq"], len(loaded["items"])) == (6, 6)
        await desk.create_client("Next")
        await board.changes_up_to(7)
        assert board.seqs == [7]
        kept = await desk.open_board(since=4)
        assert kept.welcome is not None
        assert kept.welcome["resumed"] is True
        await kept.changes_up_to(7)
        assert kept.seqs == [5, 6, 7]
