"""Every operation by every kind of caller: each answer is what the permission table says.

Routes, endpoints and commands are taken from the app itself. One that is not known here fails the walk.
"""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

import httpx
import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from realtime.messages import AnyCommand
from server.api.endpoint import Endpoint
from server.api.registry import ENDPOINTS
from server.main import create_app
from server.permissions import MINIMUM_ROLE
from server.settings import Settings
from tests.drivers import Instance, NotWelcome, check_problem
from tests.integration.access.cast import (
    FORBIDDEN,
    NOT_FOUND,
    OK,
    UNAUTHORIZED,
    Caller,
    Cast,
)
from tests.integration.access.examples import (
    BODIES,
    COMMANDS,
    LET_IN_AND_TOLD,
    Scenery,
    filled,
    parameters_of,
)
from tests.integration.access.told import told
from tests.services import ServerProcess

CALLERS = [
    "anonymous",
    "expired",
    "revoked session",
    "deleted token",
    "stranger",
    "token of another workspace",
    "token with the scope read",
    "token with the scope write",
    "viewer",
    "editor",
    "admin",
    "owner",
]
CLOSED_WITH = {UNAUTHORIZED: 4401, NOT_FOUND: 4403}
# Open to anyone; what they show is nobody's.
OUTSIDE_THE_API = {
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/asyncapi.json",
    "/docs/channel",
    "/docs/{name:path}",
}
MOUNTED = {"/api/v1", "/static"}
OPEN_TO_ANYONE = {"register", "login", "refresh", "logout"}
ENDS_EVERY_SESSION = {"logout_all", "change_password"}


@pytest.fixture(params=CALLERS)
def caller(request: pytest.FixtureRequest, cast: Cast) -> Caller:
    return cast.callers[request.param]


def routes_of(routes: Sequence[BaseRoute]) -> Iterator[str]:
    for route in routes:
        assert isinstance(route, Route | Mount | WebSocketRoute), route
        yield route.path


def test_no_route_of_the_app_is_left_out() -> None:
    app = create_app(Settings.from_environment(ServerProcess.defaults))
    mounted = {route.path: route for route in app.routes if isinstance(route, Mount)}
    channels = {route.path for route in app.routes if isinstance(route, WebSocketRoute)}
    others = {route.path for route in app.routes if isinstance(route, Route)}

    assert mounted.keys() == MOUNTED
    assert channels == {"/ws/workspaces/{workspace_id}"}
    assert others == OUTSIDE_THE_API, "say who may see the new one, and walk it"
    assert set(routes_of(mounted["/api/v1"].routes or ())) == {each.path for each in ENDPOINTS}


def test_no_command_is_left_out() -> None:
    assert {kind.__struct_config__.tag for kind in get_args(AnyCommand)} == COMMANDS.keys()
    assert set(COMMANDS) <= MINIMUM_ROLE.keys()


def test_every_endpoint_of_a_workspace_names_its_operation() -> None:
    for endpoint in ENDPOINTS:
        in_a_workspace = "{workspace_id}" in endpoint.path
        assert in_a_workspace == (endpoint.operation in MINIMUM_ROLE), endpoint.path
        assert endpoint.caller.signed_in == (endpoint.name not in OPEN_TO_ANYONE), endpoint.path


async def test_each_endpoint_answers_as_the_table_says(
    walked: Instance, cast: Cast, scenery: Scenery, caller: Caller
) -> None:
    wrong = []
    for endpoint in ENDPOINTS:
        expected = caller.expected(endpoint)
        response = await asked(endpoint, walked, cast, scenery, caller)
        let_in = LET_IN_AND_TOLD.get(endpoint.operation or "", endpoint.status)
        wanted = let_in if expected == OK else expected
        if response.status_code != wanted:
            told = f"{response.status_code} {response.text[:200]}"
            wrong.append(f"{endpoint.method} {endpoint.path}: {wanted} expected, got {told}")
        elif expected == UNAUTHORIZED:
            assert response.headers["www-authenticate"].startswith("Bearer"), endpoint.path

    assert not wrong, "\n".join([caller.name, *wrong])


async def asked(
    endpoint: Endpoint, server: Instance, cast: Cast, scenery: Scenery, caller: Caller
) -> httpx.Response:
    """The answer to a request that is in order. What is refused must have changed nothing."""
    person, may = caller.person, caller.expected(endpoint) == OK
    names = parameters_of(endpoint.path)
    if endpoint.name == "restore_client":
        names[names.index("client_id")] = "deleted_client_id"
    ids = await scenery.ids(names, caller)
    ids.setdefault("client_id", ids.get("deleted_client_id", ""))
    if may and endpoint.operation == "workspace.delete":
        ids["workspace_id"] = (await person.new_workspace()).workspace_id
    if may and endpoint.name in ENDS_EVERY_SESSION:
        person = await server.sign_up("Passing")
    takes_body = endpoint.body is not None or bool(endpoint.media_types)
    body = await BODIES[endpoint.name](cast.user_of(caller)) if takes_body else None
    sent: dict[str, Any] = {"headers": {"Authorization": ""} if caller.name == "anonymous" else {}}
    if isinstance(body, bytes):
        sent["content"] = body
        sent["headers"]["Content-Type"] = "text/csv"
    else:
        sent["json"] = body
    head = None if may else await cast.ana.head()
    path = endpoint.path.format(**ids)

    response = await person.ask(endpoint.method, path, **sent)

    if may:
        scenery.used(endpoint.operation or endpoint.name)
    else:
        assert await cast.ana.head() == head, f"{endpoint.path} was refused and changed something"
        check_problem(response.json(), response.status_code)
    if caller.expected(endpoint) == NOT_FOUND:
        unknown = endpoint.path.format(**ids | {"workspace_id": "x" * 32})
        nowhere = await person.ask(endpoint.method, unknown, **sent)
        assert told(response) == told(nowhere), f"{path} tells what is there from what is not"
    return response


async def test_each_command_is_answered_as_the_table_says(
    walked: Instance, cast: Cast, scenery: Scenery, caller: Caller
) -> None:
    channel = await cast.desk(caller).connect()
    admitted = caller.expected_of("workspace.read", writes=False)
    if admitted != OK:
        with pytest.raises(NotWelcome) as refusal:
            await channel.hello(caller.person.token)
        assert refusal.value.code == CLOSED_WITH[admitted]
        return
    await channel.hello(caller.person.token)
    wrong = []
    for op, fields in COMMANDS.items():
        expected = caller.expected_of(op, writes=True)
        ids = await scenery.ids(parameters_of(str(fields)), caller)
        head = await cast.ana.head()
        if op == "workspace.delete" and expected == OK:
            desk = await caller.person.new_workspace()
            closing = await desk.open_board()
            await closing.post(op)
            assert await closing.closed() == 4404
            continue
        answer = await channel.command(op, **filled(fields, ids))
        wanted = LET_IN_AND_TOLD.get(op, OK) if expected == OK else expected
        if answer.status != wanted:
            wrong.append(f"{op}: {wanted} expected, got {answer.frame}")
        if expected == OK:
            scenery.used(op)
        else:
            assert await cast.ana.head() == head, f"{op} was refused and changed something"
            check_problem(answer.problem, FORBIDDEN)
    await channel.close()

    assert not wrong, "\n".join([caller.name, *wrong])


async def test_an_anonymous_hello_is_refused(cast: Cast) -> None:
    channel = await cast.ana.connect()
    with pytest.raises(NotWelcome) as refusal:
        await channel.hello(None)
    assert refusal.value.code == CLOSED_WITH[UNAUTHORIZED]
