"""The change log over REST, with long polls."""

import asyncio
import time

import pytest

from tests.drivers import Desk, Instance, execute_outside, refused


async def test_the_log_tells_every_change_in_order(desk: Desk) -> None:
    client = await desk.create_client("Acme")
    await desk.update_client(client, name="New", tags=["vip"])
    await desk.post(f"/clients/{client['id']}/comments", {"body": "Called."})
    await desk.delete(f"/clients/{client['id']}")
    await desk.post("/stages", {"name": "On hold"})
    await desk.patch("", {"name": "Sales 2027"})

    response = await desk.get("/changes")

    log = response.json()
    assert log["seq"] == 6
    assert [change["seq"] for change in log["changes"]] == [1, 2, 3, 4, 5, 6]
    assert [(change["entity"], change["op"]) for change in log["changes"]] == [
        ("client", "created"),
        ("client", "updated"),
        ("comment", "created"),
        ("client", "deleted"),
        ("stage", "created"),
        ("workspace", "updated"),
    ]
    created, updated, _, deleted, _, _ = log["changes"]
    assert created.keys() == {
        "seq", "at", "actor", "entity", "op", "id", "version", "data", "command_id"
    }  # fmt: skip
    assert created["data"] == client
    assert created["actor"] == {"id": desk.person.id, "name": "Ana", "via": "rest"}
    assert created["command_id"] is None
    assert updated["data"].keys() == {"name", "tags", "updated_at", "updated_by"}
    assert (updated["version"], deleted["version"], deleted["data"]) == (2, 3, {})


async def test_the_log_and_the_channel_tell_the_same(desk: Desk) -> None:
    board = await desk.open_board()
    await desk.create_clients(5)

    told = await board.changes_up_to(5)

    assert [{k: v for k, v in change.items() if k != "type"} for change in told] == (
        await desk.changes()
    )


async def test_the_log_is_read_on_from_any_seq(desk: Desk) -> None:
    await desk.create_clients(10)

    assert [change["seq"] for change in await desk.changes(since=7)] == [8, 9, 10]
    assert [change["seq"] for change in await desk.changes(since=2, limit=3)] == [3, 4, 5]
    assert await desk.changes(since=10) == []
    assert await desk.changes(since=999) == []


async def test_a_long_poll_returns_at_once_when_there_is_something(desk: Desk) -> None:
    await desk.create_client()
    began = time.monotonic()

    changes = await desk.changes(since=0, wait=30)

    assert [change["seq"] for change in changes] == [1]
    assert time.monotonic() - began < 5


async def test_a_long_poll_returns_as_soon_as_something_happens(desk: Desk) -> None:
    polls = [asyncio.create_task(desk.changes(since=0, wait=30)) for _ in range(5)]
    began = time.monotonic()
    await asyncio.sleep(0)

    await desk.create_client()

    for changes in await asyncio.gather(*polls):
        assert [change["seq"] for change in changes] == [1]
    assert time.monotonic() - began < 5


async def test_a_long_poll_returns_empty_after_its_wait(desk: Desk) -> None:
    began = time.monotonic()

    assert await desk.changes(since=0, wait=1) == []

    assert 0.9 < time.monotonic() - began < 5


async def test_a_poller_misses_nothing_while_others_write(desk: Desk) -> None:
    async def poll() -> list[int]:
        seen: list[int] = []
        while len(seen) < 60:
            seen += [c["seq"] for c in await desk.changes(since=seen[-1] if seen else 0, wait=10)]
        return seen

    polling = asyncio.create_task(poll())
    await asyncio.gather(*(desk.create_client(f"Client {number}") for number in range(60)))

    assert await polling == list(range(1, 61))


async def test_whoever_is_removed_while_polling_learns_nothing_more(desk: Desk) -> None:
    ben = await desk.admit_new("viewer")
    head = await desk.head()
    polling = asyncio.create_task(ben.get("/changes", params={"since": head, "wait": 30}))
    await desk.open_board()  # time for the poll to begin

    await desk.delete(f"/members/{ben.person.id}")

    refused(await polling, 404)


async def test_a_log_that_no_longer_reaches_back_says_so(server: Instance, desk: Desk) -> None:
    await desk.create_clients(6)
    await execute_outside(
        server.process,
        f"DELETE FROM change_log WHERE workspace_id = '{desk.workspace_id}' AND seq <= 3",
    )

    refused(await desk.get("/changes", params={"since": 2}), 410)
    refused(await desk.get("/changes", params={"since": 0, "wait": 30}), 410)
    assert [change["seq"] for change in await desk.changes(since=3)] == [4, 5, 6]
    assert (await desk.open_board(since=3)).welcome["resumed"] is True
    assert (await desk.open_board(since=2)).welcome["resumed"] is False


async def test_a_log_that_was_emptied_no_longer_reaches_back(server: Instance, desk: Desk) -> None:
    await desk.create_clients(3)
    await execute_outside(
        server.process, f"DELETE FROM change_log WHERE workspace_id = '{desk.workspace_id}'"
    )

    refused(await desk.get("/changes", params={"since": 2}), 410)
    assert await desk.changes(since=3) == []


@pytest.mark.parametrize(
    "query", [{"since": "x"}, {"since": -1}, {"since": "1" * 40}, {"limit": 0}, {"limit": 1001},
              {"wait": "x"}, {"wait": -1}],
)  # fmt: skip
async def test_a_log_that_cannot_be_asked_for_is_refused(desk: Desk, query) -> None:
    refused(await desk.get("/changes", params=query), 422, next(iter(query)))
