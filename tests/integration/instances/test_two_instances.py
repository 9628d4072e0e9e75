"""Two instances, one truth: over Redis, and over Postgres alone."""

import asyncio
import time

import pytest

from tests.drivers import Desk, Instance, refused
from tests.services import eventually

Pair = tuple[Instance, Instance]


@pytest.fixture
async def here(instances: Pair) -> Desk:
    """Ana's desk at the first instance."""
    return await (await instances[0].sign_up("Ana")).new_workspace()


@pytest.fixture
def there(instances: Pair, here: Desk) -> Desk:
    """The same at the second."""
    return here.at(instances[1])


async def test_what_is_changed_at_one_instance_is_told_at_the_other(
    here: Desk, there: Desk
) -> None:
    board = await there.open_board()

    client = await here.create_client()
    change = await board.next_change()
    answer = await board.command("client.update", client_id=client["id"], data={"name": "New"})

    assert (change["id"], change["seq"]) == (client["id"], 1)
    assert await here.client(client) == answer.result


async def test_fifty_writers_at_two_instances_are_seen_everywhere_in_one_order(
    here: Desk, there: Desk
) -> None:
    boards = [await here.open_board(), await there.open_board()]
    sockets = [await desk.open_board() for desk in (here, there) for _ in range(5)]

    async def over_rest(desk: Desk, writer: int) -> None:
        for number in range(4):
            await desk.create_client(f"{writer}.{number}")

    async def on_a_socket(writer: int) -> None:
        for number in range(4):
            data = {"name": f"{writer}.{number}"}
            answer = await sockets[writer % 10].command("client.create", data=data)
            assert answer.status == 200, answer.problem

    await asyncio.gather(
        *(over_rest((here, there)[writer % 2], writer) for writer in range(25)),
        *(on_a_socket(writer) for writer in range(25, 50)),
    )

    for board in boards + sockets:
        await board.changes_up_to(200)
        assert board.seqs == list(range(1, 201))
    assert len({change["data"]["name"] for change in boards[0].changes}) == 200
    assert boards[0].changes == boards[1].changes


async def test_twenty_tries_under_one_key_on_two_instances_and_both_paths_have_one_effect(
    here: Desk, there: Desk
) -> None:
    boards = [await desk.open_board() for desk in (here, there) for _ in range(5)]
    draft = {"name": "Once"}

    by_socket = [board.command("client.create", command_id="one", data=draft) for board in boards]
    by_rest = [desk.post("/clients", draft, key="one") for desk in (here, there) * 5]
    answers = await asyncio.gather(*by_socket, *by_rest)

    results = [answer.result for answer in answers[:10]]
    for response in answers[10:]:
        assert response.status_code == 201
        results.append(response.json())
    assert len({result["id"] for result in results}) == 1
    assert await here.head() == 1
    for board in boards:
        await board.changes_up_to(1)
        await board.ping()
        assert board.seqs == [1]


async def test_a_removed_member_is_shut_out_at_the_other_instance_too(
    here: Desk, there: Desk, instances: Pair
) -> None:
    ben = (await here.admit_new("editor", "Ben")).at(instances[1])
    his, hers = await ben.open_board(), await there.open_board()

    await here.delete(f"/members/{ben.person.id}")
    await here.create_client("Secret")

    assert await his.closed() == 4403
    await hers.changes_up_to(await here.head())
    assert [change["entity"] for change in his.changes if change["entity"] == "client"] == []
    refused(await ben.get("/clients"), 404)


async def test_of_two_owners_who_leave_at_once_at_two_instances_one_stays(
    here: Desk, instances: Pair
) -> None:
    for _ in range(5):
        desk = await here.person.new_workspace()
        ben = (await desk.admit_new("owner")).at(instances[1])

        answers = await asyncio.gather(
            *(owner.delete(f"/members/{owner.person.id}") for owner in (desk, ben))
        )

        assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_a_deleted_workspace_ends_the_channels_at_the_other_instance_too(
    here: Desk, there: Desk
) -> None:
    board = await there.open_board()

    await here.delete()

    assert await board.closed() == 4404


async def test_a_new_role_holds_at_the_other_instance_at_once(here: Desk, instances: Pair) -> None:
    ben = (await here.admit_new("viewer", "Ben")).at(instances[1])
    board = await ben.open_board()

    await here.patch(f"/members/{ben.person.id}", {"role": "editor"})

    assert (await board.command("client.create", data={"name": "Acme"})).status == 200


async def test_people_at_two_instances_see_each_other(
    here: Desk, there: Desk, instances: Pair
) -> None:
    ben = (await here.admit_new("editor", "Ben")).at(instances[1])
    client = await here.create_client()
    hers = await here.open_board()
    await hers.show(viewing=client["id"])

    his = await ben.open_board()

    assert (await hers.person("joined", ben.person.id))["name"] == "Ben"
    await eventually(lambda: viewed_by(his, here.person.id) == client["id"])

    editing = {"client_id": client["id"], "field": "notes"}
    await his.show(viewing=client["id"], editing=editing)

    shown = await hers.person("updated", ben.person.id)
    assert (shown["viewing"], shown["editing"], shown["sessions"]) == (client["id"], editing, 1)

    await his.drop()

    await hers.person("left", ben.person.id)


def viewed_by(board, user_id: str) -> str | None:
    """What this board was last told that somebody looks at."""
    entries = [
        entry
        for frame in board.presence
        for entry in [
            *frame.get("users", []),
            *(frame[k] for k in ("joined", "updated") if k in frame),
        ]
        if entry["id"] == user_id
    ]
    return entries[-1]["viewing"] if entries else None


async def test_a_long_poll_hears_of_a_change_at_the_other_instance(here: Desk, there: Desk) -> None:
    polling = asyncio.create_task(there.changes(since=0, wait=30))
    await there.open_board()  # time for the poll to begin
    began = time.monotonic()

    await here.create_client()

    assert [change["seq"] for change in await polling] == [1]
    assert time.monotonic() - began < 5


async def test_whoever_changes_the_instance_resumes_there(here: Desk, there: Desk) -> None:
    before = await here.open_board()
    await here.create_clients(5)
    await before.changes_up_to(5)
    await before.drop()
    await here.create_clients(5)

    board = await there.open_board(since=5)

    assert board.welcome["resumed"] is True
    await board.changes_up_to(10)
    assert board.seqs == [6, 7, 8, 9, 10]


async def test_large_changes_reach_the_other_instance_whole(here: Desk, there: Desk) -> None:
    """Postgres takes no notification over 8,000 bytes: such a change goes by the log."""
    board = await there.open_board()

    client = await here.create_client(notes="ü" * 20_000)
    await here.create_client("After")

    changes = await board.changes_up_to(2)
    assert changes[0]["data"] == client


async def test_the_tokens_of_one_instance_are_good_at_the_other(
    here: Desk, instances: Pair
) -> None:
    ana = here.person
    response = await instances[1].ask("POST", "/auth/refresh", {"refresh_token": ana.refresh_token})

    assert response.status_code == 200
    refused(
        await instances[0].ask("POST", "/auth/refresh", {"refresh_token": ana.refresh_token}), 401
    )
