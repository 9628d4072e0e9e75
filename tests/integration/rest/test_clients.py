"""Client records: made, read, changed, deleted, restored."""

import asyncio
from datetime import datetime

import pytest

from tests.drivers import Desk, Instance, refused

FIELDS = {
    "id", "name", "company", "email", "phone", "stage", "position", "value", "owner_id", "tags",
    "notes", "next_action_at", "custom", "version", "created_at", "created_by", "updated_at",
    "updated_by",
}  # fmt: skip


def full(owner_id: str) -> dict[str, object]:
    """A client with every field that one may give."""
    return {
        "name": "Zoë Ångström",
        "company": "Ångström & Søn",
        "email": "zoe@example.com",
        "phone": "+45 12 34 56 78",
        "stage": "proposal",
        "position": "a5",
        "value": {"amount": 1_250_000, "currency": "DKK"},
        "owner_id": owner_id,
        "tags": ["vip", "dänisch"],
        "notes": "Line one\nLine two 🎈",
        "next_action_at": "2027-02-03T09:30:00+01:00",
        "custom": {"size": 12, "ratio": 0.5, "hot": True, "gone": None, "source": "fair"},
    }


async def test_a_new_client_has_every_field_and_version_one(desk: Desk) -> None:
    response = await desk.post("/clients", {"name": "Acme"})

    assert response.status_code == 201
    client = response.json()
    assert client.keys() == FIELDS
    assert response.headers["etag"] == '"1"'
    assert response.headers["location"] == f"/api/v1{desk.path}/clients/{client['id']}"
    assert client["version"] == 1
    assert client["stage"] == "lead"
    assert (client["tags"], client["custom"], client["notes"]) == ([], {}, "")
    assert client["created_by"] == client["updated_by"] == desk.person.id
    assert client["created_at"] == client["updated_at"]
    assert datetime.fromisoformat(client["created_at"]).tzinfo is not None
    assert await desk.client(client) == client


async def test_a_client_keeps_what_it_was_given(desk: Desk) -> None:
    given = full(desk.person.id)

    client = await desk.create_client(**given)

    stored = await desk.client(client)
    assert stored == client
    assert {name: stored[name] for name in given} == given | {
        "next_action_at": "2027-02-03T08:30:00Z"
    }


async def test_a_client_may_bring_its_own_id_once(desk: Desk) -> None:
    client = await desk.create_client(id="my-own-id_0001")

    assert client["id"] == "my-own-id_0001"
    refused(await desk.post("/clients", {"name": "Another", "id": "my-own-id_0001"}), 409)

    await desk.delete("/clients/my-own-id_0001")
    refused(await desk.post("/clients", {"name": "Another", "id": "my-own-id_0001"}), 409)


async def test_the_same_id_may_stand_in_two_workspaces(desk: Desk) -> None:
    elsewhere = await desk.person.new_workspace()

    await desk.create_client("Here", id="my-own-id_0001")
    await elsewhere.create_client("There", id="my-own-id_0001")

    assert (await desk.client("my-own-id_0001"))["name"] == "Here"
    assert (await elsewhere.client("my-own-id_0001"))["name"] == "There"


async def test_a_patch_changes_only_the_fields_it_gives(desk: Desk) -> None:
    client = await desk.create_client(**full(desk.person.id))

    response = await desk.patch(f"/clients/{client['id']}", {"phone": "112", "tags": ["new"]})

    assert response.status_code == 200
    assert response.headers["etag"] == '"2"'
    updated = response.json()
    assert updated["updated_at"] > client["updated_at"]
    changed = {"phone": "112", "tags": ["new"], "version": 2, "updated_at": updated["updated_at"]}
    assert updated == client | changed
    assert await desk.client(client) == updated


async def test_null_clears_a_field(desk: Desk) -> None:
    client = await desk.create_client(**full(desk.person.id))
    clearable = ["company", "email", "phone", "value", "owner_id", "next_action_at"]

    updated = await desk.update_client(client, **dict.fromkeys(clearable))

    assert {name: updated[name] for name in clearable} == dict.fromkeys(clearable)
    assert updated["name"] == client["name"]


@pytest.mark.parametrize("field", ["name", "stage", "position", "tags", "notes", "custom"])
async def test_null_is_no_value_of_a_field_that_is_always_there(desk: Desk, field: str) -> None:
    client = await desk.create_client()

    refused(await desk.patch(f"/clients/{client['id']}", {field: None}), 422, field)


async def test_a_patch_that_changes_nothing_is_no_change(desk: Desk) -> None:
    client = await desk.create_client(**full(desk.person.id))
    given = full(desk.person.id)

    response = await desk.patch(f"/clients/{client['id']}", given)

    assert response.status_code == 200
    assert response.json() == client
    assert (await desk.patch(f"/clients/{client['id']}", {})).json() == client
    assert len(await desk.changes()) == 1


async def test_a_deleted_client_is_gone_until_it_is_restored(desk: Desk) -> None:
    client = await desk.create_client(**full(desk.person.id))
    path = f"/clients/{client['id']}"

    response = await desk.delete(path)

    assert (response.status_code, response.content) == (204, b"")
    refused(await desk.get(path), 404)
    refused(await desk.patch(path, {"name": "New"}), 404)
    refused(await desk.delete(path), 404)
    refused(await desk.post(f"{path}/comments", {"body": "Called."}), 404)
    assert await desk.clients() == []

    response = await desk.post(f"{path}/restore")

    assert response.status_code == 200
    restored = response.json()
    assert restored["version"] == 3
    assert restored == client | {"version": 3, "updated_at": restored["updated_at"]}
    assert await desk.client(client) == restored
    assert [change["op"] for change in await desk.changes()] == ["created", "deleted", "restored"]


async def test_restoring_what_was_not_deleted_gives_it_as_it_is(desk: Desk) -> None:
    client = await desk.create_client()

    response = await desk.post(f"/clients/{client['id']}/restore")

    assert response.json() == client
    assert len(await desk.changes()) == 1


async def test_a_client_whose_stage_is_gone_comes_back_in_the_first(desk: Desk) -> None:
    client = await desk.create_client(stage="won")
    await desk.delete(f"/clients/{client['id']}")
    won = await desk.stage("won")
    assert (await desk.delete(f"/stages/{won['id']}")).status_code == 204

    restored = (await desk.post(f"/clients/{client['id']}/restore")).json()

    assert restored["stage"] == "lead"


async def test_the_history_tells_who_changed_what_from_what_to_what(desk: Desk) -> None:
    ben = await desk.admit_new("editor", "Ben")
    client = await desk.create_client(value={"amount": 100, "currency": "EUR"})
    await ben.update_client(client, value={"amount": 200, "currency": "EUR"}, phone="112")
    await desk.delete(f"/clients/{client['id']}")
    await desk.post(f"/clients/{client['id']}/restore")

    response = await desk.get(f"/clients/{client['id']}/history")

    restored, deleted, updated, created = response.json()["items"]
    assert [entry["op"] for entry in (created, updated, deleted, restored)] == [
        "created", "updated", "deleted", "restored"
    ]  # fmt: skip
    assert [entry["version"] for entry in (created, updated, deleted, restored)] == [1, 2, 3, 4]
    assert updated.keys() == {"seq", "at", "actor", "op", "version", "changes"}
    assert updated["actor"] == {"id": ben.person.id, "name": "Ben", "via": "rest"}
    changes = {change["field"]: (change["from"], change["to"]) for change in updated["changes"]}
    assert changes == {
        "phone": (None, "112"),
        "value": ({"amount": 100, "currency": "EUR"}, {"amount": 200, "currency": "EUR"}),
    }
    assert {"field": "name", "from": None, "to": "Acme"} in created["changes"]


async def test_a_history_is_read_page_by_page(desk: Desk) -> None:
    client = await desk.create_client()
    for number in range(6):
        await desk.update_client(client, notes=f"{number}")

    seen, cursor = [], {}
    while True:
        page = await desk.get(f"/clients/{client['id']}/history", params={"limit": 3} | cursor)
        seen += [entry["version"] for entry in page.json()["items"]]
        if page.json()["next_cursor"] is None:
            break
        cursor = {"cursor": page.json()["next_cursor"]}

    assert seen == [7, 6, 5, 4, 3, 2, 1]
    refused(await desk.get(f"/clients/{client['id']}/history?cursor=x"), 422, "cursor")


async def test_the_owner_of_a_client_is_a_member(server: Instance, desk: Desk) -> None:
    stranger = await server.sign_up("Stranger")

    refused(await desk.post("/clients", {"name": "Acme", "owner_id": stranger.id}), 422, "owner_id")

    ben = await desk.admit(stranger, "viewer")
    assert (await desk.create_client(owner_id=ben.person.id))["owner_id"] == ben.person.id


# Conditional requests


async def test_a_client_that_has_not_changed_is_not_sent_again(desk: Desk) -> None:
    client = await desk.create_client()
    path = f"/clients/{client['id']}"

    for tags in ('"1"', 'W/"1"', '"7", "1"', "*"):
        response = await desk.get(path, headers={"If-None-Match": tags})
        assert (response.status_code, response.content) == (304, b""), tags
        assert response.headers["etag"] == '"1"'

    await desk.update_client(client, name="New")
    assert (await desk.get(path, headers={"If-None-Match": '"1"'})).status_code == 200


async def test_a_change_to_an_old_version_is_refused(desk: Desk) -> None:
    client = await desk.create_client()
    path = f"/clients/{client['id']}"
    await desk.update_client(client, name="Theirs")

    for version in ('"1"', '"3"', '"0"', '"999999999999999999"'):
        response = await desk.patch(path, {"name": "Mine"}, headers={"If-Match": version})
        refused(response, 412)
        refused(await desk.delete(path, headers={"If-Match": version}), 412)
    assert (await desk.client(client))["name"] == "Theirs"

    response = await desk.patch(path, {"name": "Mine"}, headers={"If-Match": '"2"'})
    assert response.json()["version"] == 3
    assert (await desk.delete(path, headers={"If-Match": '"3"'})).status_code == 204


async def test_of_many_changes_to_one_version_one_is_made(desk: Desk) -> None:
    client = await desk.create_client()

    answers = await asyncio.gather(
        *(
            desk.patch(f"/clients/{client['id']}", {"name": f"{n}"}, headers={"If-Match": '"1"'})
            for n in range(10)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    winner = next(answer.json() for answer in answers if answer.status_code == 200)
    assert await desk.client(client) == winner


async def test_changes_to_different_fields_at_once_are_all_kept(desk: Desk) -> None:
    client = await desk.create_client()
    fields = {"name": "New", "company": "Co", "phone": "112", "notes": "N", "stage": "won"}

    await asyncio.gather(
        *(desk.update_client(client, **{name: value}) for name, value in fields.items())
    )

    stored = await desk.client(client)
    assert {name: stored[name] for name in fields} == fields
    assert stored["version"] == 6


async def test_a_version_that_never_was_matches_no_fresh_client(desk: Desk) -> None:
    client = await desk.create_client()

    for version in ('"0"', '"2"'):
        response = await desk.patch(
            f"/clients/{client['id']}", {"name": "Mine"}, headers={"If-Match": version}
        )
        refused(response, 412)


async def test_any_version_will_do_for_a_star(desk: Desk) -> None:
    client = await desk.create_client()

    response = await desk.patch(
        f"/clients/{client['id']}", {"name": "Mine"}, headers={"If-Match": "*"}
    )

    assert response.status_code == 200


@pytest.mark.parametrize("tag", ["1", '"one"', '"1', '"-1"', '"1", "2"', ""])
async def test_an_if_match_that_is_no_version_is_refused(desk: Desk, tag: str) -> None:
    client = await desk.create_client()

    response = await desk.patch(
        f"/clients/{client['id']}", {"name": "Mine"}, headers={"If-Match": tag}
    )

    refused(response, 422, "If-Match")
    assert (await desk.client(client))["version"] == 1
