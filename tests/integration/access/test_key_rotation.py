"""The signing key is exchanged while instances are restarted one by one, and nobody notices."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.drivers import Instance, Person
from tests.services import PostgresServer, ServerProcess

OLD = ServerProcess.defaults["JWT_SECRET_KEY"]
NEW = OLD[::-1]


# The steps of docs/operations.md, by JWT_SECRET_KEY and JWT_PREVIOUS_SECRET_KEY.
STEPS = {"before": (OLD, ""), "told": (OLD, NEW), "signing": (NEW, OLD), "after": (NEW, "")}
SIDE_BY_SIDE = [("before", "told"), ("told", "signing"), ("signing", "after")]


@pytest.fixture(scope="module")
async def steps(postgres_server: PostgresServer) -> AsyncIterator[dict[str, Instance]]:
    """An instance at each step of a rotation, all on one database."""
    database_url = postgres_server.create_database()
    processes = {
        name: ServerProcess(
            database_url,
            settings={"JWT_SECRET_KEY": key, "JWT_PREVIOUS_SECRET_KEY": previous},
        )
        for name, (key, previous) in STEPS.items()
    }
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(postgres_server.drop_database, database_url)
        for process in processes.values():
            stack.callback(process.close)
        await asyncio.gather(*(asyncio.to_thread(each.start) for each in processes.values()))
        yield {
            name: await stack.enter_async_context(Instance(process))
            for name, process in processes.items()
        }


async def status(person: Person) -> int:
    return (await person.get("/auth/me")).status_code


async def test_instances_that_run_side_by_side_accept_what_each_signs(
    steps: dict[str, Instance],
) -> None:
    ana = await steps["before"].sign_up("Ana")

    for pair in SIDE_BY_SIDE:
        for signing, reading in (pair, pair[::-1]):
            person = await steps[signing].sign_in(ana.email)
            assert await status(person.at(steps[reading])) == 200, (signing, reading)

    assert await status(ana.at(steps["after"])) == 401, "of the key that is gone"
    desk = await ana.new_workspace()
    board = await desk.at(steps["signing"]).open_board()
    await board.ping()


async def test_a_rotation_signs_nobody_out(steps: dict[str, Instance]) -> None:
    before, during, after = steps["before"], steps["signing"], steps["after"]
    ana = await before.sign_up("Ana")
    desk = await ana.new_workspace()
    script = await ana.personal_token("write")
    invite = await desk.invite(role="viewer")
    draft = {"name": "kept", "scopes": ["read"]}
    made = await ana.post("/tokens", draft, key="make-it")
    invited = await desk.post("/invites", {"role": "viewer"}, key="invite")
    lost = {"refresh_token": (await before.sign_in(ana.email)).refresh_token}
    key = {"Idempotency-Key": "lost-answer"}
    given = await before.ask("POST", "/auth/refresh", lost, headers=key)

    again = await during.ask("POST", "/auth/refresh", lost, headers=key)
    assert again.json()["refresh_token"] == given.json()["refresh_token"]
    shown = await ana.at(during).post("/tokens", draft, key="make-it")
    assert shown.json() == made.json(), "a repetition shows what the key from before has made"
    shown = await desk.at(during).post("/invites", {"role": "viewer"}, key="invite")
    assert shown.json()["code"] == invited.json()["code"]

    body = {"refresh_token": ana.refresh_token}
    renewed = Person(after, (await after.ask("POST", "/auth/refresh", body)).json())
    assert await status(renewed) == 200
    assert await status(script.at(after)) == 200
    ben = await after.sign_up("Ben")
    assert (await ben.post(f"/invites/{invite['code']}/accept")).status_code == 200
    assert await after.sign_in(ana.email)


@pytest.mark.parametrize("key", [None, "repeated"])
async def test_an_invite_is_good_whether_it_was_made_under_a_key_or_not(
    unlimited: Instance, key: str | None
) -> None:
    desk = await (await unlimited.sign_up("Ana")).new_workspace()
    made = await desk.post("/invites", {"role": "viewer"}, key=key)
    again = await desk.post("/invites", {"role": "viewer"}, key=key)

    assert (again.json()["code"] == made.json()["code"]) == (key is not None)
    assert "made_with" not in made.json()
    for invite in (made, again) if key is None else (made,):
        ben = await unlimited.sign_up("Ben")
        response = await ben.post(f"/invites/{invite.json()['code']}/accept")
        assert response.status_code == 200, response.text
