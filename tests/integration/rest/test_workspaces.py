"""Workspaces: made, listed, renamed, deleted."""

import pytest

from tests.drivers import Desk, Instance, Person, refused

FIRST_STAGES = ["lead", "contacted", "proposal", "won", "lost"]


async def test_a_new_workspace_belongs_to_its_maker_and_has_the_usual_stages(ana: Person) -> None:
    response = await ana.post("/workspaces", {"name": "Sales 2026"})

    assert response.status_code == 201
    made = response.json()
    assert made.keys() == {"id", "name", "seq", "created_at", "created_by", "role"}
    assert (made["name"], made["seq"], made["role"]) == ("Sales 2026", 0, "owner")
    assert response.headers["location"] == f"/api/v1/workspaces/{made['id']}"
    desk = ana.desk(made["id"])
    assert (await desk.get()).json() == made
    stages = await desk.stages()
    assert [stage["key"] for stage in stages] == FIRST_STAGES
    assert [stage["position"] for stage in stages] == [0, 1, 2, 3, 4]
    assert await desk.changes() == []
    members = (await desk.get("/members")).json()["items"]
    assert [(member["user_id"], member["role"]) for member in members] == [(ana.id, "owner")]
    assert members[0].keys() == {"user_id", "name", "email", "role", "joined_at"}


async def test_everybody_sees_only_their_own_workspaces(server: Instance, desk: Desk) -> None:
    ben = await server.sign_up("Ben")
    own = await ben.new_workspace("Ben's")
    await desk.admit(ben, "viewer")

    listed = (await ben.get("/workspaces")).json()["items"]

    assert {item["id"]: item["role"] for item in listed} == {
        own.workspace_id: "owner",
        desk.workspace_id: "viewer",
    }


async def test_a_list_of_workspaces_is_read_page_by_page(ana: Person) -> None:
    made = [(await ana.new_workspace(f"Number {n}")).workspace_id for n in range(5)]

    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await ana.get("/workspaces", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert sorted(seen) == sorted(made)


async def test_a_new_name_reaches_the_board(desk: Desk) -> None:
    board = await desk.open_board()

    response = await desk.patch("", {"name": "Sales 2027"})

    assert response.status_code == 200
    assert response.json()["name"] == "Sales 2027"
    change = await board.next_change()
    assert (change["entity"], change["op"]) == ("workspace", "updated")
    assert change["data"] == {"name": "Sales 2027"}
    assert (await desk.get()).json()["name"] == "Sales 2027"


async def test_a_deleted_workspace_is_gone_with_all_it_held(desk: Desk) -> None:
    client = await desk.create_client()
    board = await desk.open_board()

    assert (await desk.delete()).status_code == 204

    assert await board.closed() == 4404
    refused(await desk.get(), 404)
    refused(await desk.get(f"/clients/{client['id']}"), 404)
    refused(await desk.post("/clients", {"name": "Acme"}), 404)
    refused(await desk.delete(), 404)
    assert (await desk.person.get("/workspaces")).json()["items"] == []


@pytest.mark.parametrize(
    ("draft", "field"),
    [({}, "name"), ({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"name": 1}, "name"),
     ({"name": "Sales", "owner": "me"}, "owner")],
)  # fmt: skip
async def test_what_is_wrong_with_a_workspace_is_named(lone_desk: Desk, draft, field: str) -> None:
    refused(await lone_desk.person.post("/workspaces", draft), 422, field)


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"cursor": "x"}])
async def test_a_page_that_cannot_be_is_refused(ana: Person, query) -> None:
    refused(await ana.get("/workspaces", params=query), 422, next(iter(query)))
