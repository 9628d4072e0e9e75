"""The database goes away and comes back: told in the contract's words, and the server goes on serving."""

import asyncio

import pytest

from tests.drivers import PASSWORD, Desk, Instance, check_problem, refused
from tests.services import PostgresServer, eventually

pytestmark = pytest.mark.fault


async def test_while_postgres_is_stopped_everybody_is_told_to_come_back(
    notified_pair: tuple[Instance, Instance], own_postgres: PostgresServer
) -> None:
    instance, other = notified_pair
    ana = await instance.sign_up("Ana")
    desk = await ana.new_workspace()
    client = await desk.create_client()
    board, hers = await desk.open_board(), await desk.at(other).open_board()
    login = {"email": ana.email, "password": PASSWORD}
    fresh = (await instance.ask("POST", "/auth/login", login)).json()["access_token"]

    await asyncio.to_thread(own_postgres.stop)

    for response in (
        await desk.get("/clients"),
        await desk.get("/changes", params={"wait": 1}),
        await desk.post("/clients", {"name": "Acme"}, key="tried-while-away"),
        await desk.patch(f"/clients/{client['id']}", {"name": "New"}),
        await desk.person.post("/workspaces", {"name": "New"}),
        await desk.person.get("/workspaces"),
        await instance.ask("POST", "/auth/login", login),
        await instance.ask("POST", "/auth/refresh", {"refresh_token": ana.refresh_token}),
    ):
        refused(response, 503)
        assert int(response.headers["retry-after"]) > 0
    answer = await board.command("client.create", command_id="on-a-socket", data={"name": "Acme"})
    check_problem(answer.problem, 503)
    await board.say({"type": "auth", "token": fresh})
    check_problem(await board.error(), 503)
    await board.ping()
    assert board.is_open, (board.close_reason, instance.process.log[-2000:])
    assert hers.is_open, (hers.close_reason, other.process.log[-2000:])
    ready = await instance.http.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
    assert (await instance.http.get("/healthz")).status_code == 200
    assert (await instance.http.get("/metrics")).status_code == 200

    await asyncio.to_thread(own_postgres.start)

    async def is_ready() -> bool:
        return (await instance.http.get("/readyz")).json()["status"] == "ready"

    await eventually(is_ready)
    assert (await desk.post("/clients", {"name": "Acme"}, key="tried-while-away")).is_success
    again = await board.command("client.create", command_id="on-a-socket", data={"name": "Acme"})
    assert again.status == 200
    for told in (board, hers):
        await told.changes_up_to(3)
        assert told.seqs == [2, 3]


async def test_a_hello_while_postgres_is_stopped_is_told_to_come_back(
    notified_pair: tuple[Instance, Instance], own_postgres: PostgresServer
) -> None:
    desk = await (await notified_pair[0].sign_up("Ana")).new_workspace()
    await asyncio.to_thread(own_postgres.stop)

    board = await desk.connect()
    await board.say({"type": "hello", "token": desk.person.token})

    assert await board.closed() in (1011, 1012)
    check_problem(board.errors[0], 503)

    await asyncio.to_thread(own_postgres.start)

    async def is_welcome() -> bool:
        board = await desk.connect()
        await board.say({"type": "hello", "token": desk.person.token})
        await eventually(lambda: board.welcome or not board.is_open)
        return board.welcome is not None

    await eventually(is_welcome)


async def test_what_was_acknowledged_outlives_a_crash_of_postgres(
    notified_pair: tuple[Instance, Instance], own_postgres: PostgresServer
) -> None:
    here = await (await notified_pair[0].sign_up("Ana")).new_workspace()
    boards = [await here.open_board(), await here.at(notified_pair[1]).open_board()]
    acknowledged: set[str] = set()
    crashed = asyncio.Event()

    async def write_until_told_to_stop(desk: Desk, writer: int) -> None:
        number = 0
        while not crashed.is_set():
            name = f"{writer}.{number}"
            response = await desk.post("/clients", {"name": name}, key=name)
            if response.status_code == 201:
                acknowledged.add(name)
                number += 1
            else:
                refused(response, 503)  # the same key again: it may have happened

    desks = [here, here.at(notified_pair[1])] * 3
    writing = [
        asyncio.create_task(write_until_told_to_stop(desk, writer))
        for writer, desk in enumerate(desks)
    ]
    await eventually(lambda: len(acknowledged) > 50)
    await asyncio.to_thread(own_postgres.kill)
    before = len(acknowledged)
    await asyncio.to_thread(own_postgres.start)
    await eventually(lambda: len(acknowledged) > before + 50, timeout=20)
    crashed.set()
    await asyncio.gather(*writing)

    head = await here.head()
    names = [change["data"]["name"] for change in await here.changes()]
    assert len(names) == len(set(names)) == head
    assert acknowledged == set(names)
    for board in boards:
        await board.changes_up_to(head)
        assert board.seqs == list(range(1, head + 1))
