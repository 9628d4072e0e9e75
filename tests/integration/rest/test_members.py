"""Members: their roles, and how they come and go."""

import asyncio

import pytest

from tests.drivers import Desk, NotWelcome, refused


async def roles(desk: Desk) -> dict[str, str]:
    members = (await desk.get("/members")).json()["items"]
    return {member["user_id"]: member["role"] for member in members}


async def test_a_new_role_holds_at_once_and_reaches_the_board(desk: Desk) -> None:
    ben = await desk.admit_new("viewer")
    board = await ben.open_board()
    assert (await board.command("client.create", data={"name": "Acme"})).status == 403

    response = await desk.patch(f"/members/{ben.person.id}", {"role": "editor"})

    assert response.status_code == 200
    assert response.json()["role"] == "editor"
    change = await board.next_change()
    assert (change["entity"], change["op"], change["id"]) == ("member", "updated", ben.person.id)
    assert change["data"] == {"role": "editor"}
    assert (await board.command("client.create", data={"name": "Acme"})).status == 200


async def test_the_last_owner_stays(desk: Desk) -> None:
    await desk.admit_new("admin")

    refused(await desk.delete(f"/members/{desk.person.id}"), 409)
    refused(await desk.patch(f"/members/{desk.person.id}", {"role": "admin"}), 409)

    assert (await roles(desk))[desk.person.id] == "owner"


async def test_an_owner_may_leave_to_another_owner(desk: Desk) -> None:
    ben = await desk.admit_new("owner")

    assert (await desk.delete(f"/members/{desk.person.id}")).status_code == 204

    refused(await desk.get(), 404)
    assert await roles(ben) == {ben.person.id: "owner"}


async def test_an_owner_may_step_down_for_another_owner(desk: Desk) -> None:
    ben = await desk.admit_new("owner")

    response = await desk.patch(f"/members/{desk.person.id}", {"role": "viewer"})

    assert response.status_code == 200
    assert await roles(ben) == {desk.person.id: "viewer", ben.person.id: "owner"}


async def test_only_owners_make_and_unmake_owners(desk: Desk) -> None:
    admin = await desk.admit_new("admin")
    second_owner = await desk.admit_new("owner")
    before = await roles(desk)

    refused(await admin.patch(f"/members/{admin.person.id}", {"role": "owner"}), 403)
    refused(await admin.patch(f"/members/{second_owner.person.id}", {"role": "viewer"}), 403)
    refused(await admin.delete(f"/members/{second_owner.person.id}"), 403)
    refused(await admin.post("/invites", {"role": "owner"}), 422, "role")

    assert await roles(desk) == before


async def test_whoever_leaves_is_gone(desk: Desk) -> None:
    ben = await desk.admit_new("viewer")
    board = await ben.open_board()

    assert (await ben.delete(f"/members/{ben.person.id}")).status_code == 204

    assert await board.closed() == 4403
    refused(await ben.get("/clients"), 404)
    with pytest.raises(NotWelcome) as refusal:
        await ben.open_board()
    assert refusal.value.code == 4403
    refused(await desk.delete(f"/members/{ben.person.id}"), 404)


async def test_a_removed_member_gets_nothing_any_more(desk: Desk) -> None:
    ben, carla = await desk.admit_new("editor"), await desk.admit_new("editor", "Carla")
    his, hers = await ben.open_board(), await carla.open_board()

    await desk.delete(f"/members/{ben.person.id}")
    await desk.create_client()

    assert await his.closed() == 4403
    assert [change["entity"] for change in await hers.changes_up_to(await desk.head())] == [
        "member",
        "client",
    ]
    assert "client" not in [change["entity"] for change in his.changes]


async def test_whoever_is_removed_while_the_channel_opens_does_not_stay_on_it(desk: Desk) -> None:
    ben = await desk.admit_new("viewer")
    for _ in range(20):
        since = await desk.head()
        opening, _ = await asyncio.gather(
            ben.open_board(since), desk.delete(f"/members/{ben.person.id}"), return_exceptions=True
        )
        code = opening.code if isinstance(opening, NotWelcome) else await opening.closed()
        assert code == 4403
        await desk.admit(ben.person, "viewer")


async def test_what_a_member_did_outlives_the_membership(desk: Desk) -> None:
    ben = await desk.admit_new("editor")
    client = await ben.create_client()
    await ben.post(f"/clients/{client['id']}/comments", {"body": "Mine."})

    await desk.delete(f"/members/{ben.person.id}")

    assert (await desk.client(client))["created_by"] == ben.person.id
    comments = (await desk.get(f"/clients/{client['id']}/comments")).json()["items"]
    assert [comment["author_name"] for comment in comments] == ["Ben"]


async def test_a_member_that_is_not_there_cannot_be_changed(desk: Desk) -> None:
    refused(await desk.patch("/members/nobody", {"role": "viewer"}), 404)
    refused(await desk.delete("/members/nobody"), 404)
    refused(await desk.patch(f"/members/{desk.person.id}", {"role": "king"}), 422, "role")
