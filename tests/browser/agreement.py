"""Is there one truth? Every board, every instance's REST and the change log are compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.browser.screens import BoardScreen
from tests.browser.tab import Tab
from tests.drivers import Desk, Instance, Json
from tests.services import eventually


async def agree(desk: Desk, instances: Iterable[Instance], boards: Iterable[BoardScreen]) -> None:
    log = await desk.changes(limit=1000)
    assert [change["seq"] for change in log] == list(range(1, len(log) + 1))
    truth = board_after(log)
    for instance in instances:
        there = desk.at(instance)
        assert await there.changes(limit=1000) == log
        listed = await there.clients(limit=1000)
        assert {client["id"]: client for client in listed} == truth
    columns = await _columns(desk, truth)
    for board in boards:
        await board.shows(**columns)
        await _has_heard_all(board.tab, head=len(log))


async def is_stored(desk: Desk, name: str, **fields: Any) -> None:
    """The client of this name has these values, once what was done on a board has arrived."""

    async def same() -> bool:
        (client,) = [client for client in await desk.clients() if client["name"] == name]
        assert {field: client[field] for field in fields} == fields
        return True

    await eventually(same)


async def _has_heard_all(tab: Tab, head: int) -> None:
    await eventually(lambda: is_complete(tab.heard, head))


def is_complete(heard: list[tuple[int, list[int]]], head: int) -> bool:
    """Each socket told every change once and in order, from where the page knew the log when it opened it.

    Between two sockets a page may have asked over REST: then it knows more than the one before has told.
    """
    known = 0
    for since, seqs in heard:
        known = max(known, since)
        if not seqs:
            continue
        assert seqs == list(range(seqs[0], seqs[-1] + 1)), f"not in order, or not once: {heard}"
        assert seqs[0] <= known + 1, f"something was missed: {heard}"
        known = seqs[-1]
    assert known == head, f"not everything was told: {heard}, and the log ends at {head}"
    return True


def board_after(log: list[Json]) -> dict[str, Json]:
    """The clients as the log has made them."""
    clients: dict[str, Json] = {}
    for change in log:
        if change["entity"] != "client":
            continue
        if change["op"] == "deleted":
            del clients[change["id"]]
        elif change["op"] == "updated":
            known = clients[change["id"]]
            clients[change["id"]] = known | change["data"] | {"version": change["version"]}
        else:
            clients[change["id"]] = change["data"]
    return clients


async def _columns(desk: Desk, clients: dict[str, Json]) -> dict[str, list[str]]:
    ordered = sorted(clients.values(), key=lambda client: (client["position"], client["id"]))
    return {
        stage["name"]: [client["name"] for client in ordered if client["stage"] == stage["key"]]
        for stage in await desk.stages()
    }
