"""Invites."""

import asyncio
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from tests.drivers import Desk, Instance, execute_outside, refused


async def test_an_invite_lets_one_person_in_with_its_role(server: Instance, desk: Desk) -> None:
    invite = await desk.invite(role="editor")
    ben, eve = await server.sign_up("Ben"), await server.sign_up("Eve")
    board = await desk.open_board()

    response = await ben.post(f"/invites/{invite['code']}/accept")

    assert response.status_code == 200
    assert response.json() == {"workspace_id": desk.workspace_id, "role": "editor"}
    change = await board.next_change()
    assert (change["entity"], change["op"], change["id"]) == ("member", "created", ben.id)
    assert change["data"]["name"] == "Ben"
    assert (await desk.of(ben).create_client())["created_by"] == ben.id
    refused(await eve.post(f"/invites/{invite['code']}/accept"), 410)


async def test_of_many_who_accept_at_once_one_gets_in(server: Instance, desk: Desk) -> None:
    invite = await desk.invite(role="editor")
    people = [await server.sign_up(f"Person {number}") for number in range(5)]

    answers = await asyncio.gather(
        *(person.post(f"/invites/{invite['code']}/accept") for person in people for _ in range(2))
    )

    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [410] * 8
    assert await desk.head() == 1


async def test_an_invite_names_its_page_and_its_end(server: Instance, desk: Desk) -> None:
    response = await desk.post("/invites", {"role": "viewer"})

    assert response.headers["cache-control"] == "no-store"
    invite = response.json()
    assert invite["url"] == f"{server.process.base_url}/#/invite/{invite['code']}"
    ends_in = datetime.fromisoformat(invite["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < ends_in < timedelta(days=7, minutes=1)


async def test_accepting_again_gives_the_same_answer(server: Instance, desk: Desk) -> None:
    invite = await desk.invite(role="editor")
    ben = await server.sign_up("Ben")

    answers = [await ben.post(f"/invites/{invite['code']}/accept") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert len(await desk.changes()) == 1


async def test_an_invite_does_not_change_the_role_of_a_member(desk: Desk) -> None:
    invite = await desk.invite(role="viewer")

    response = await desk.person.post(f"/invites/{invite['code']}/accept")

    assert response.json()["role"] == "owner"
    assert (await desk.get()).json()["role"] == "owner"


async def test_whoever_was_removed_cannot_come_back_by_the_old_invite(desk: Desk) -> None:
    invite = await desk.invite(role="editor")
    ben = await desk.person.instance.sign_up("Ben")
    await ben.post(f"/invites/{invite['code']}/accept")
    await desk.delete(f"/members/{ben.id}")

    refused(await ben.post(f"/invites/{invite['code']}/accept"), 410)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_an_invite_for_an_address_is_for_that_person_alone(
    server: Instance, desk: Desk, form: str
) -> None:
    eve = await server.sign_up("Eve")
    address = f"José-{eve.id}-{form}@Example.com"
    invite = await desk.invite(role="editor", email=unicodedata.normalize(form, address))

    refused(await eve.post(f"/invites/{invite['code']}/accept"), 403)

    jose = await server.sign_up("José", address.lower())
    assert (await jose.post(f"/invites/{invite['code']}/accept")).status_code == 200


async def test_an_invite_runs_out(server: Instance, desk: Desk) -> None:
    invite = await desk.invite(role="editor")
    ben = await server.sign_up("Ben")
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    await execute_outside(
        server.process, f"UPDATE invites SET expires_at = '{past}' WHERE id = '{invite['id']}'"
    )

    refused(await ben.post(f"/invites/{invite['code']}/accept"), 410)


async def test_the_list_of_invites_shows_no_code(desk: Desk) -> None:
    invite = await desk.invite(role="editor", email="ben@example.com")

    response = await desk.get("/invites")

    (listed,) = response.json()["items"]
    assert listed["id"] == invite["id"]
    assert (listed["email"], listed["role"]) == ("ben@example.com", "editor")
    assert invite["code"] not in response.text


@pytest.mark.parametrize("code", ["x", "x" * 28, "%00", "%C3%A4"])
async def test_a_code_that_was_never_given_opens_nothing(desk: Desk, code: str) -> None:
    refused(await desk.person.post(f"/invites/{code}/accept"), 404)


async def test_the_invites_of_a_deleted_workspace_are_gone(server: Instance, desk: Desk) -> None:
    invite = await desk.invite(role="editor")
    await desk.delete()

    ben = await server.sign_up("Ben")

    refused(await ben.post(f"/invites/{invite['code']}/accept"), 404)


@pytest.mark.parametrize(
    ("draft", "field"),
    [({}, "role"), ({"role": "king"}, "role"), ({"role": "viewer", "email": "x"}, "email")],
)
async def test_what_is_wrong_with_an_invite_is_named(lone_desk: Desk, draft, field: str) -> None:
    refused(await lone_desk.post("/invites", draft), 422, field)


async def test_an_invite_that_was_withdrawn_lets_nobody_in(server: Instance, desk: Desk) -> None:
    invite = await desk.invite(role="editor")
    ben = await server.sign_up("Ben")

    assert (await desk.delete(f"/invites/{invite['id']}")).status_code == 204

    refused(await ben.post(f"/invites/{invite['code']}/accept"), 404)
    refused(await desk.delete(f"/invites/{invite['id']}"), 404)
    assert (await desk.get("/invites")).json()["items"] == []
