"""What holds for every endpoint of the registry, so that a new one cannot be forgotten."""

import collections
import itertools
import re

import msgspec
import pytest

from server.api.registry import ENDPOINTS
from server.description.examples import examples_of
from tests.drivers import Desk, Instance, Json, refused
from tests.integration.assistant.asking import answer

BY_ROUTE = {(one.method, one.path): one for one in ENDPOINTS}
API = list(BY_ROUTE)
FOR_NOBODY_IN_PARTICULAR = {
    ("POST", "/auth/register"),
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
}
IN_A_WORKSPACE = [route for route in API if "{workspace_id}" in route[1]]
OF_SOMETHING_IN_A_WORKSPACE = [route for route in IN_A_WORKSPACE if route[1].count("{") > 1]

NAMED = {"name": "Acme"}
HOOK = {"url": "https://localhost/", "events": ["*"], "enabled": False}  # where nothing is sent


def body_of(route: tuple[str, str]) -> Json | None:
    """A body that the route takes: its own example."""
    described = BY_ROUTE[route]
    if described.method in ("GET", "DELETE"):
        return None
    if described.body is None:
        return {}
    example: Json = msgspec.to_builtins(examples_of(described.body)[0])
    return example


def filled(path: str, value: str) -> str:
    return re.sub(r"\{\w+\}", value, path)


@pytest.fixture
async def ids(desk: Desk) -> dict[str, str]:
    """What stands in Ana's workspace, by the names that paths have for it."""
    client = await desk.create_client()
    await desk.post(f"/clients/{client['id']}/comments", {"body": "Called."})
    member = await desk.admit_new("viewer")
    message = await answer(desk, "Move Acme to won")
    webhook = (await desk.post("/webhooks", HOOK)).json()
    delivery = (await desk.post(f"/webhooks/{webhook['id']}/test")).json()
    return {
        "workspace_id": desk.workspace_id,
        "webhook_id": webhook["id"],
        "delivery_id": delivery["id"],
        "client_id": client["id"],
        "stage_id": (await desk.stages())[0]["id"],
        "user_id": member.person.id,
        "invite_id": (await desk.get("/invites")).json()["items"][0]["id"],
        "message_id": message["id"],
        "proposal_id": message["proposals"][0]["id"],
    }


def test_the_walk_finds_the_routes() -> None:
    assert ("GET", "/workspaces/{workspace_id}/clients") in IN_A_WORKSPACE
    assert len(IN_A_WORKSPACE) > 20


async def test_every_route_but_four_asks_who_is_there(server: Instance) -> None:
    for method, path in API:
        if (method, path) in FOR_NOBODY_IN_PARTICULAR:
            continue
        response = await server.ask(method, filled(path, "x"))
        refused(response, 401)
        assert response.headers["www-authenticate"].startswith("Bearer"), (method, path)


async def test_strangers_find_no_route_of_a_workspace(
    server: Instance, desk: Desk, ids: dict[str, str]
) -> None:
    stranger = await server.sign_up("Stranger")
    head = await desk.head()

    for route in IN_A_WORKSPACE:
        method, path = route
        response = await stranger.ask(method, path.format(**ids), body_of(route))
        nothing = await stranger.ask(method, filled(path, "x" * 32), body_of(route))
        assert refused(response, 404) == refused(nothing, 404), (
            f"{route} tells what is there from what is not"
        )

    assert await desk.head() == head


async def test_what_stands_in_another_workspace_is_not_found_in_ones_own(
    server: Instance, desk: Desk, ids: dict[str, str]
) -> None:
    stranger = await server.sign_up("Stranger")
    own = await stranger.new_workspace()
    there = {**ids, "workspace_id": own.workspace_id}
    head = await desk.head()

    for route in OF_SOMETHING_IN_A_WORKSPACE:
        response = await stranger.ask(route[0], route[1].format(**there), body_of(route))
        assert response.status_code == 404, (route, response.text)

    assert (await desk.head(), await own.head()) == (head, 0)


async def test_what_stands_in_another_workspace_is_not_found_on_ones_own_channel(
    server: Instance, ids: dict[str, str]
) -> None:
    own = await (await server.sign_up("Stranger")).new_workspace()
    board = await own.open_board()

    for op, fields in {
        "client.update": {"client_id": ids["client_id"], "data": NAMED},
        "client.delete": {"client_id": ids["client_id"]},
        "client.restore": {"client_id": ids["client_id"]},
        "comment.create": {"client_id": ids["client_id"], "data": {"body": "Called."}},
        "stage.update": {"stage_id": ids["stage_id"], "data": NAMED},
        "stage.delete": {"stage_id": ids["stage_id"]},
        "member.update": {"user_id": ids["user_id"], "data": {"role": "admin"}},
        "member.remove": {"user_id": ids["user_id"]},
        "webhook.update": {"webhook_id": ids["webhook_id"], "data": {"enabled": True}},
        "webhook.delete": {"webhook_id": ids["webhook_id"]},
        "webhook.rotate": {"webhook_id": ids["webhook_id"]},
        "webhook.test": {"webhook_id": ids["webhook_id"]},
        "webhook.replay": {"webhook_id": ids["webhook_id"], "data": {"since": 0}},
        "webhook.redeliver": {name: ids[name] for name in ("webhook_id", "delivery_id")},
        "assistant.cancel": {"data": {"message_id": ids["message_id"]}},
        "assistant.apply": {"data": {name: ids[name] for name in ("message_id", "proposal_id")}},
        "assistant.dismiss": {"data": {name: ids[name] for name in ("message_id", "proposal_id")}},
    }.items():
        assert (await board.command(op, **fields)).status == 404, op

    assert await own.head() == 0


async def test_every_path_refuses_the_methods_it_does_not_take(
    server: Instance, ids: dict[str, str]
) -> None:
    there = collections.defaultdict(lambda: "x", ids)
    by_path = itertools.groupby(sorted(API, key=lambda route: route[1]), lambda route: route[1])

    for path, group in by_path:
        taken = {method for method, _ in group}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - taken:
            if path.endswith("/clients/bulk") and method in ("GET", "PATCH", "DELETE"):
                continue  # a client might have that id
            response = await server.ask(method, path.format_map(there))
            refused(response, 405)
            allowed = {name.strip() for name in response.headers["allow"].split(",")}
            assert taken <= allowed, f"{method} {path} does not tell of {taken - allowed}"


@pytest.mark.parametrize(
    "odd", ["%00", "%ED%A0%80", "%F0%9F%8E%88", "-1", "x" * 3000, "..%2F..%2Fetc"]
)
async def test_every_path_shrugs_at_ids_that_nothing_can_have(desk: Desk, odd: str) -> None:
    within = [
        (method, path.replace("{workspace_id}", desk.workspace_id))
        for method, path in OF_SOMETHING_IN_A_WORKSPACE
    ]

    for route, (method, path) in zip(
        IN_A_WORKSPACE + OF_SOMETHING_IN_A_WORKSPACE, IN_A_WORKSPACE + within, strict=True
    ):
        response = await desk.person.ask(method, filled(path, odd), body_of(route))
        assert response.status_code in (404, 414, 422), (route, response.text)
