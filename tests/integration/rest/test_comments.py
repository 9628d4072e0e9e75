"""Comments on a client."""

import pytest

from tests.drivers import Desk, refused


async def test_a_comment_tells_who_wrote_it_and_reaches_the_board(desk: Desk) -> None:
    client = await desk.create_client()
    ben = await desk.admit_new("editor", "Ben")
    board = await desk.open_board()

    response = await ben.post(f"/clients/{client['id']}/comments", {"body": "Called. 🎈\nTwice."})

    assert response.status_code == 201
    comment = response.json()
    assert comment["body"] == "Called. 🎈\nTwice."
    assert (comment["author_id"], comment["author_name"]) == (ben.person.id, "Ben")
    assert comment["client_id"] == client["id"]
    listed = (await desk.get(f"/clients/{client['id']}/comments")).json()["items"]
    assert [(item["id"], item["author_name"]) for item in listed] == [(comment["id"], "Ben")]
    change = await board.next_change()
    assert (change["entity"], change["op"], change["id"]) == ("comment", "created", comment["id"])
    assert change["data"]["body"] == "Called. 🎈\nTwice."
    assert (await desk.client(client))["version"] == 1


async def test_comments_are_read_page_by_page_in_the_order_they_were_written(desk: Desk) -> None:
    client = await desk.create_client()
    path = f"/clients/{client['id']}/comments"
    for number in range(7):
        await desk.post(path, {"body": f"{number}"})

    seen, cursor = [], {}
    while True:
        page = (await desk.get(path, params={"limit": 3} | cursor)).json()
        seen += [comment["body"] for comment in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert seen in (list("0123456"), list("6543210"))
    refused(await desk.get(path, params={"cursor": "x"}), 422, "cursor")


async def test_a_comment_may_bring_its_own_id_once(desk: Desk) -> None:
    client = await desk.create_client()
    path = f"/clients/{client['id']}/comments"
    draft = {"body": "Called.", "id": "my-own-id_0001"}

    assert (await desk.post(path, draft)).json()["id"] == "my-own-id_0001"
    refused(await desk.post(path, draft), 409)


async def test_the_comments_of_a_deleted_client_come_back_with_it(desk: Desk) -> None:
    client = await desk.create_client()
    path = f"/clients/{client['id']}"
    await desk.post(f"{path}/comments", {"body": "Called."})
    await desk.delete(path)
    refused(await desk.get(f"{path}/comments"), 404)

    await desk.post(f"{path}/restore")

    assert len((await desk.get(f"{path}/comments")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("draft", "field"),
    [({}, "body"), ({"body": ""}, "body"), ({"body": "x" * 10_001}, "body"),
     ({"body": "a\0"}, "body"), ({"body": 1}, "body"), ({"body": "x", "by": "me"}, "by")],
)  # fmt: skip
async def test_what_is_wrong_with_a_comment_is_named(lone_desk: Desk, draft, field: str) -> None:
    client = await lone_desk.create_client()

    refused(await lone_desk.post(f"/clients/{client['id']}/comments", draft), 422, field)
