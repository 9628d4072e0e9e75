"""What holds for every route. They are read off the app itself, so that a new one cannot be forgotten."""

import itertools
import re
from collections.abc import Iterator, Sequence

import pytest
from starlette.routing import BaseRoute, Mount, Route

from server.main import create_app
from server.settings import Settings
from tests.drivers import Desk, Instance, Json, refused
from tests.integration.assistant.asking import answer
from tests.services import ServerProcess


def routes_of(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every (method, path)."""
    for route in routes:
        if isinstance(route, Route):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, prefix + route.path
        elif isinstance(route, Mount) and route.routes:
            yield from routes_of(route.routes, prefix + route.path)


APP = create_app(Settings.from_environment(ServerProcess.defaults))
API = [
    (method, path.removeprefix("/api/v1"))
    for method, path in routes_of(APP.routes)
    if path.startswith("/api/v1/")
]
FOR_NOBODY_IN_PARTICULAR = {
    ("POST", "/auth/register"),
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
}
IN_A_WORKSPACE = [route for route in API if "{workspace_id}" in route[1]]
OF_SOMETHING_IN_A_WORKSPACE = [route for route in IN_A_WORKSPACE if route[1].count("{") > 1]

# A body that the route takes. A route that is missing here fails its test.
NAMED = {"name": "Acme"}
MESSAGES = "/workspaces/{workspace_id}/assistant/messages"
BODIES: dict[tuple[str, str], Json] = {
    ("PATCH", "/workspaces/{workspace_id}"): NAMED,
    ("POST", "/workspaces/{workspace_id}/stages"): NAMED,
    ("PATCH", "/workspaces/{workspace_id}/stages/{stage_id}"): NAMED,
    ("PATCH", "/workspaces/{workspace_id}/members/{user_id}"): {"role": "viewer"},
    ("POST", "/workspaces/{workspace_id}/invites"): {"role": "viewer"},
    ("POST", "/workspaces/{workspace_id}/clients"): NAMED,
    ("POST", "/workspaces/{workspace_id}/clients/bulk"): {
        "operations": [{"op": "client.create", "data": NAMED}]
    },
    ("POST", "/workspaces/{workspace_id}/import"): NAMED,
    ("PATCH", "/workspaces/{workspace_id}/clients/{client_id}"): NAMED,
    ("POST", "/workspaces/{workspace_id}/clients/{client_id}/restore"): {},
    ("POST", "/workspaces/{workspace_id}/clients/{client_id}/comments"): {"body": "Called."},
    ("POST", MESSAGES): {"prompt": "Move Acme to won"},
    ("POST", MESSAGES + "/{message_id}/cancel"): {},
    ("POST", MESSAGES + "/{message_id}/proposals/{proposal_id}/apply"): {},
    ("POST", MESSAGES + "/{message_id}/proposals/{proposal_id}/dismiss"): {},
}


def body_of(route: tuple[str, str]) -> Json | None:
    return None if route[0] in ("GET", "DELETE") else BODIES[route]


@pytest.fixture
async def ids(desk: Desk) -> dict[str, str]:
    """What stands in Ana's workspace, by the names that paths have for it."""
    client = await desk.create_client()
    await desk.post(f"/clients/{client['id']}/comments", {"body": "Called."})
    member = await desk.admit_new("viewer")
    message = await answer(desk, "Move Acme to won")
    return {
        "workspace_id": desk.workspace_id,
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
    nobody = dict.fromkeys(("workspace_id", "client_id", "stage_id", "user_id"), "x" * 32)
    nobody |= {"token_id": "x", "code": "x", "invite_id": "x"}
    nobody |= {"message_id": "x", "proposal_id": "x"}

    for method, path in API:
        if (method, path) in FOR_NOBODY_IN_PARTICULAR:
            continue
        response = await server.ask(method, path.format(**nobody))
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
        assert response.status_code == 404, (route, response.text)
        unknown = path.format(**dict.fromkeys(ids, "x" * 32))
        nothing = await stranger.ask(method, unknown, body_of(route))
        assert response.json() == nothing.json(), f"{route} tells what is there from what is not"

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
        "assistant.cancel": {"data": {"message_id": ids["message_id"]}},
        "assistant.apply": {"data": {name: ids[name] for name in ("message_id", "proposal_id")}},
        "assistant.dismiss": {"data": {name: ids[name] for name in ("message_id", "proposal_id")}},
    }.items():
        assert (await board.command(op, **fields)).status == 404, op

    assert await own.head() == 0


async def test_every_path_refuses_the_methods_it_does_not_take(
    server: Instance, ids: dict[str, str]
) -> None:
    filled = {**ids, "token_id": "x", "code": "x"}
    by_path = itertools.groupby(sorted(API, key=lambda route: route[1]), lambda route: route[1])

    for path, group in by_path:
        taken = {method for method, _ in group}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - taken:
            if path.endswith("/clients/bulk") and method in ("GET", "PATCH", "DELETE"):
                continue  # a client might have that id
            response = await server.ask(method, path.format(**filled))
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
        filled = re.sub(r"\{\w+\}", odd, path)
        response = await desk.person.ask(method, filled, body_of(route))
        assert response.status_code in (404, 422), (route, response.text)
