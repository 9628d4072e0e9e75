"""Personal access tokens, for scripts."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.drivers import Desk, Instance, Person, refused
from tests.services import eventually


def in_future(**ahead: float) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


async def test_a_secret_is_shown_once(ana: Person) -> None:
    response = await ana.post("/tokens", {"name": "nightly export", "scopes": ["read"]})

    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    shown = response.json()
    secret = shown.pop("token")
    listed = await ana.get("/tokens")
    assert listed.json()["items"] == [shown]
    assert secret not in listed.text


async def test_a_token_with_the_scope_write_does_what_its_user_may(desk: Desk) -> None:
    script = desk.of(await desk.person.personal_token("write"))

    client = await script.create_client(name="From a script")

    assert client["created_by"] == desk.person.id
    assert (await script.client(client))["name"] == "From a script"


async def test_a_token_with_the_scope_read_changes_nothing(desk: Desk) -> None:
    client = await desk.create_client()
    script = desk.of(await desk.person.personal_token("read"))
    head = await desk.head()

    assert await script.client(client) == client
    for response in (
        await script.post("/clients", {"name": "Acme"}),
        await script.patch(f"/clients/{client['id']}", {"name": "Acme"}),
        await script.delete(f"/clients/{client['id']}"),
        await script.post("/invites", {"role": "viewer"}),
        await script.delete(),
        await script.person.post("/workspaces", {"name": "Mine"}),
    ):
        refused(response, 403)
    assert await desk.head() == head


async def test_a_token_with_the_scope_read_may_watch_the_board_but_not_touch_it(desk: Desk) -> None:
    script = desk.of(await desk.person.personal_token("read"))
    board = await script.open_board()

    answer = await board.command("client.create", data={"name": "Acme"})
    client = await desk.create_client()

    assert answer.status == 403
    assert (await board.next_change())["id"] == client["id"]


async def test_a_token_bound_to_a_workspace_finds_no_other(desk: Desk) -> None:
    elsewhere = await desk.person.new_workspace("Elsewhere")
    script = await desk.person.personal_token("write", workspace_id=desk.workspace_id)

    assert (await desk.of(script).get()).status_code == 200
    refused(await elsewhere.of(script).get(), 404)
    refused(await elsewhere.of(script).post("/clients", {"name": "Acme"}), 404)
    refused(await script.post("/workspaces", {"name": "Mine"}), 403)
    listed = (await script.get("/workspaces", params={"limit": 1})).json()
    assert [item["id"] for item in listed["items"]] == [desk.workspace_id]
    assert listed["next_cursor"] is None


async def test_a_token_cannot_be_bound_to_a_workspace_that_one_cannot_enter(
    server: Instance, desk: Desk
) -> None:
    stranger = await server.sign_up("Stranger")
    draft = {"name": "script", "scopes": ["read"], "workspace_id": desk.workspace_id}

    refused(await stranger.post("/tokens", draft), 404)


async def test_a_token_runs_out(lone_desk: Desk) -> None:
    script = await lone_desk.person.personal_token("read", expires_at=in_future(seconds=2))
    assert (await script.get("/auth/me")).status_code == 200

    async def has_run_out() -> bool:
        return (await script.get("/auth/me")).status_code == 401

    await eventually(has_run_out, timeout=8)


async def test_a_deleted_token_is_worth_nothing(server: Instance, ana: Person) -> None:
    draft = {"name": "script", "scopes": ["read", "write"]}
    made = (await ana.post("/tokens", draft)).json()
    stranger = await server.sign_up("Stranger")
    refused(await stranger.delete(f"/tokens/{made['id']}"), 404)

    response = await ana.delete(f"/tokens/{made['id']}")

    assert response.status_code == 204
    refused(await ana.with_token(made["token"]).get("/auth/me"), 401)
    refused(await ana.delete(f"/tokens/{made['id']}"), 404)
    assert (await ana.get("/tokens")).json()["items"] == []


async def test_the_channel_of_a_deleted_token_ends(desk: Desk) -> None:
    ana = desk.person
    made = (await ana.post("/tokens", {"name": "script", "scopes": ["write"]})).json()
    board = await desk.of(ana.with_token(made["token"])).open_board()
    assert (await board.command("client.create", data={"name": "Before"})).status == 200

    await ana.delete(f"/tokens/{made['id']}")

    assert await board.closed() == 4401


async def test_a_token_cannot_make_others(ana: Person) -> None:
    script = await ana.personal_token("write")

    refused(await script.post("/tokens", {"name": "another", "scopes": ["write"]}), 403)


async def test_the_list_tells_when_a_token_was_last_used(ana: Person) -> None:
    script = await ana.personal_token("read")
    assert (await ana.get("/tokens")).json()["items"][0]["last_used_at"] is None

    await script.get("/auth/me")

    assert (await ana.get("/tokens")).json()["items"][0]["last_used_at"] is not None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["admin"]}, "scopes[0]"),
        ({"scopes": "read"}, "scopes"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2099-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
        ({"secret": "mine"}, "secret"),
    ],
)
async def test_what_is_wrong_with_a_token_is_named(lone_desk: Desk, change, field: str) -> None:
    draft = {"name": "script", "scopes": ["read"]} | change

    refused(await lone_desk.person.post("/tokens", draft), 422, field)
