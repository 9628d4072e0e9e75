"""Many operations on clients in one transaction."""

import asyncio

import pytest

from tests.drivers import Desk, refused


async def test_each_operation_has_its_own_result_and_the_good_ones_stand(desk: Desk) -> None:
    old = await desk.create_client("Old")
    gone = await desk.create_client("Gone")
    await desk.delete(f"/clients/{gone['id']}")
    before = await desk.head()

    response = await desk.post(
        "/clients/bulk",
        {
            "operations": [
                {"op": "client.create", "data": {"name": "New"}},
                {"op": "client.update", "client_id": old["id"], "data": {"stage": "nowhere"}},
                {"op": "client.update", "client_id": old["id"], "data": {"stage": "won"}},
                {"op": "client.update", "client_id": "nobody", "data": {"name": "X"}},
                {"op": "client.update", "client_id": old["id"], "data": {}, "if_version": 1},
                {"op": "client.create", "data": {"name": "Twice", "id": old["id"]}},
                {"op": "client.restore", "client_id": gone["id"]},
                {"op": "client.delete", "client_id": old["id"], "if_version": 2},
            ]
        },
    )

    assert response.status_code == 200
    answer = response.json()
    results = answer["results"]
    assert [result["status"] for result in results] == [201, 422, 200, 404, 412, 409, 200, 204]
    assert results[0]["result"]["name"] == "New"
    assert results[2]["version"] == 2
    assert results[1]["problem"]["errors"][0]["field"] == "stage"
    assert sorted(await desk.names()) == ["Gone", "New"]
    assert answer["seq"] == await desk.head() == before + 4
    changes = await desk.changes(since=before)
    assert [change["seq"] for change in changes] == list(range(before + 1, before + 5))
    assert [change["op"] for change in changes] == ["created", "updated", "restored", "deleted"]


async def test_the_board_hears_of_a_bulk_in_order(desk: Desk) -> None:
    board = await desk.open_board()

    created = await desk.create_clients(120)

    await board.changes_up_to(120)
    assert board.seqs == list(range(1, 121))
    assert [change["id"] for change in board.changes] == [client["id"] for client in created]


async def test_nothing_comes_between_the_changes_of_a_bulk(desk: Desk) -> None:
    bulk, *_ = await asyncio.gather(
        desk.create_clients(50), *(desk.create_client("Between") for _ in range(20))
    )

    ids = [change["id"] for change in await desk.changes()]
    start = ids.index(bulk[0]["id"])
    assert ids[start : start + 50] == [client["id"] for client in bulk]


async def test_clients_made_in_one_bulk_stand_in_its_order(desk: Desk) -> None:
    created = await desk.create_clients(30)

    assert [client["id"] for client in await desk.clients()] == [client["id"] for client in created]


@pytest.mark.parametrize(
    ("operations", "field"),
    [
        ([], "operations"),
        ("all", "operations"),
        ([{"op": "client.create", "data": {"name": "X"}}] * 501, "operations"),
        ([{"op": "stage.create", "data": {"name": "X"}}], "operations[0].op"),
        ([{"data": {"name": "X"}}], "operations[0].op"),
        (
            [
                {"op": "client.create", "data": {"name": "X"}},
                {"op": "client.create", "data": {"name": 1}},
            ],
            "operations[1].data.name",
        ),
    ],
)
async def test_a_bulk_that_cannot_be_read_does_nothing(desk: Desk, operations, field: str) -> None:
    refused(await desk.post("/clients/bulk", {"operations": operations}), 422, field)

    assert await desk.head() == 0
