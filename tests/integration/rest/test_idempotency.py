"""One key, one effect: over REST, on the channel, and across both."""

import asyncio
import uuid

import pytest

from tests.drivers import Desk, refused


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


async def test_a_repeated_request_gets_the_first_answer_and_has_no_second_effect(
    desk: Desk, key: str
) -> None:
    first = await desk.post("/clients", {"name": "Acme"}, key=key)
    await desk.update_client(first.json(), name="Changed meanwhile")

    again = await desk.post("/clients", {"name": "Acme"}, key=key)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    for header in ("etag", "location"):
        assert again.headers[header] == first.headers[header]
    assert len(await desk.clients()) == 1
    assert await desk.head() == 2


async def test_the_same_body_written_otherwise_is_the_same(desk: Desk, key: str) -> None:
    written = [b'{"name":"Acme","tags":["vip"]}', b'{ "tags": ["v\\u0069p"],\n "name": "Acme" }']

    answers = [await desk.ask("POST", "/clients", content=body, key=key) for body in written]

    assert answers[0].json() == answers[1].json()
    assert await desk.head() == 1


async def test_many_tries_at_once_over_both_paths_have_one_effect(desk: Desk, key: str) -> None:
    boards = [await desk.open_board() for _ in range(3)]
    draft = {"name": "Once"}

    answers = await asyncio.gather(
        *(board.command("client.create", command_id=key, data=draft) for board in boards),
        *(desk.post("/clients", draft, key=key) for _ in range(7)),
    )

    ids = [answer.result["id"] for answer in answers[:3]]
    ids += [answer.json()["id"] for answer in answers[3:]]
    assert len(set(ids)) == 1
    assert await desk.head() == 1


async def test_every_kind_of_write_may_be_repeated(desk: Desk) -> None:
    client, other = await desk.create_clients(2, stage="won")
    ben = await desk.admit_new("viewer")
    lost = await desk.stage("lost")
    path = f"/clients/{client['id']}"

    for method, where, body in [
        ("PATCH", path, {"name": "New"}),
        ("POST", f"{path}/comments", {"body": "Called."}),
        ("DELETE", path, None),
        ("POST", f"{path}/restore", None),
        ("POST", "/clients/bulk", {"operations": [{"op": "client.create", "data": {"name": "X"}}]}),
        ("POST", "/stages", {"name": "On hold"}),
        ("PATCH", f"/stages/{lost['id']}", {"position": 0}),
        ("DELETE", f"/stages/{lost['id']}", None),
        ("POST", "/invites", {"role": "viewer"}),
        ("PATCH", f"/members/{ben.person.id}", {"role": "editor"}),
        ("DELETE", f"/members/{ben.person.id}", None),
        ("PATCH", "", {"name": "Sales 2027"}),
        ("DELETE", f"/clients/{other['id']}", None),
    ]:
        key = str(uuid.uuid4())
        first = await desk.ask(method, where, body, key=key)
        assert first.is_success, (method, where, first.text)
        head = await desk.head()
        again = await desk.ask(method, where, body, key=key)
        assert (again.status_code, again.content) == (first.status_code, first.content), where
        assert await desk.head() == head, f"{method} {where} had a second effect"

    invites = (await desk.get("/invites")).json()["items"]
    assert len(invites) == 2, "Ben's, and the one that was asked for twice"


async def test_making_and_deleting_a_workspace_may_be_repeated(desk: Desk, key: str) -> None:
    ana = desk.person
    made = [await ana.post("/workspaces", {"name": "Twice"}, key=key) for _ in range(2)]
    assert made[0].json() == made[1].json()
    listed = (await ana.get("/workspaces")).json()["items"]
    assert [item["name"] for item in listed].count("Twice") == 1

    gone = [await desk.delete(key=f"{key}-delete") for _ in range(2)]
    assert [answer.status_code for answer in gone] == [204, 204]


async def test_another_command_under_the_same_key_is_refused(desk: Desk, key: str) -> None:
    client = (await desk.post("/clients", {"name": "Acme"}, key=key)).json()
    elsewhere = await desk.person.new_workspace()

    for response in (
        await desk.post("/clients", {"name": "Another"}, key=key),
        await desk.patch(f"/clients/{client['id']}", {"name": "Acme"}, key=key),
        await desk.delete(f"/clients/{client['id']}", key=key),
        await elsewhere.post("/clients", {"name": "Acme"}, key=key),
        await desk.person.post("/workspaces", {"name": "Acme"}, key=key),
    ):
        refused(response, 422, "Idempotency-Key")

    assert (await desk.head(), await elsewhere.head()) == (1, 0)


async def test_a_key_is_its_users_own(desk: Desk, key: str) -> None:
    ben = await desk.admit_new("editor")

    ours = [await who.post("/clients", {"name": "Acme"}, key=key) for who in (desk, ben)]

    assert [answer.status_code for answer in ours] == [201, 201]
    assert ours[0].json()["id"] != ours[1].json()["id"]


async def test_a_failure_is_not_remembered(desk: Desk, key: str) -> None:
    draft = {"name": "Acme", "stage": "on-hold"}
    refused(await desk.post("/clients", draft, key=key), 422, "stage")
    await desk.post("/stages", {"name": "On hold"})

    assert (await desk.post("/clients", draft, key=key)).status_code == 201


async def test_a_command_sent_on_the_channel_may_be_repeated_over_rest(
    desk: Desk, key: str
) -> None:
    board = await desk.open_board()
    answer = await board.command("client.create", command_id=key, data={"name": "Acme"})
    await board.drop()

    again = await desk.post("/clients", {"name": "Acme"}, key=key)

    assert again.status_code == 201
    assert again.json() == answer.result
    assert await desk.head() == 1
    refused(await desk.post("/clients", {"name": "Another"}, key=key), 422, "Idempotency-Key")


async def test_a_request_may_be_repeated_on_the_channel(desk: Desk, key: str) -> None:
    client = await desk.create_client()
    headers = {"If-Match": '"1"'}
    first = await desk.patch(f"/clients/{client['id']}", {"name": "New"}, key=key, headers=headers)
    board = await desk.open_board()

    again = await board.command(
        "client.update", command_id=key, client_id=client["id"], data={"name": "New"}, if_version=1
    )
    other = await board.command(
        "client.update", command_id=key, client_id=client["id"], data={"name": "Other"}
    )

    assert (again.result, again.version) == (first.json(), 2)
    assert other.status == 422
    assert await desk.head() == 2


async def test_a_repeated_command_on_the_channel_is_acknowledged_again(
    desk: Desk, key: str
) -> None:
    board = await desk.open_board()

    first, again = [
        await board.command("client.create", command_id=key, data={"name": "Acme"})
        for _ in range(2)
    ]

    assert first.frame == again.frame
    assert board.seqs == [1]


async def test_the_change_carries_the_key(desk: Desk, key: str) -> None:
    board = await desk.open_board()

    await desk.post("/clients", {"name": "Acme"}, key=key)

    assert (await board.next_change())["command_id"] == key
    assert (await desk.changes())[0]["command_id"] == key


async def test_the_same_new_workspace_asked_for_ten_times_at_once_is_made_once(
    desk: Desk, key: str
) -> None:
    answers = await asyncio.gather(
        *(desk.person.post("/workspaces", {"name": "Once"}, key=key) for _ in range(10))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    "key", ["", "x" * 256, "with space", "a\ttab", "ä".encode().decode("latin-1")]
)
async def test_a_key_that_is_none_is_refused(desk: Desk, key: str) -> None:
    response = await desk.ask(
        "POST", "/clients", {"name": "Acme"}, headers={"Idempotency-Key": key.encode("latin-1")}
    )

    refused(response, 422, "Idempotency-Key")
    assert await desk.head() == 0
