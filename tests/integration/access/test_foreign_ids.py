"""What stands in another workspace is told from what stands nowhere by nobody."""

from typing import Any

import pytest

from server.api.endpoint import Endpoint
from server.api.registry import ENDPOINTS
from tests.drivers import Desk, Instance, Json
from tests.integration.access.cast import Cast
from tests.integration.access.examples import (
    BODIES,
    COMMANDS,
    Scenery,
    filled,
    parameters_of,
)
from tests.integration.access.told import told, without_ids

UNKNOWN = "f" * 32
OF_SOMETHING = [
    endpoint
    for endpoint in ENDPOINTS
    if endpoint.operation and len(parameters_of(endpoint.path)) > 1
]


@pytest.fixture
async def own(walked: Instance) -> Desk:
    """A workspace of a stranger's, who has heard of the ids in Ana's."""
    return await (await walked.sign_up("Stranger")).new_workspace()


async def ids_of_anas(names: list[str], cast: Cast, scenery: Scenery) -> dict[str, str]:
    wanted = [name for name in names if name not in ("workspace_id", "number")]
    ids = await scenery.ids(wanted, cast.callers["owner"])
    return {name: ids[name] for name in wanted}


@pytest.mark.parametrize("endpoint", OF_SOMETHING, ids=lambda each: f"{each.method} {each.path}")
async def test_a_path_with_a_foreign_id_is_answered_as_one_with_an_unknown_id(
    own: Desk, cast: Cast, scenery: Scenery, endpoint: Endpoint
) -> None:
    names = parameters_of(endpoint.path)
    ids = await ids_of_anas(names, cast, scenery)
    body = await BODIES[endpoint.name](own.person) if endpoint.body is not None else None
    head = await cast.ana.head()

    async def answer_for(ids: dict[str, str]) -> tuple[int, str]:
        path = endpoint.path.format(**ids, workspace_id=own.workspace_id)
        return told(await own.person.ask(endpoint.method, path, body), ids.values())

    foreign = await answer_for(ids)

    assert foreign[0] == 404, foreign
    assert foreign == await answer_for(dict.fromkeys(ids, UNKNOWN))
    assert (await cast.ana.head(), await own.head()) == (head, 0)


async def test_a_command_with_a_foreign_id_is_answered_as_one_with_an_unknown_id(
    own: Desk, cast: Cast, scenery: Scenery
) -> None:
    board = await own.open_board()
    head = await cast.ana.head()

    for op, fields in COMMANDS.items():
        ids = await ids_of_anas(parameters_of(str(fields)), cast, scenery)
        if not ids:
            continue
        head = await cast.ana.head()
        answers = [
            await board.command(op, **filled(fields, asked))
            for asked in (ids, dict.fromkeys(ids, UNKNOWN))
        ]
        assert [answer.status for answer in answers] == [404, 404], op
        foreign, unknown = [
            without_ids(answer.problem, [*ids.values(), UNKNOWN]) for answer in answers
        ]
        assert foreign == unknown, op
        assert (await cast.ana.head(), await own.head()) == (head, 0), op


IN_BODIES: dict[str, tuple[str, str, Json]] = {
    "an owner": ("POST", "/clients", {"name": "Acme", "owner_id": "{user_id}"}),
    "a stage": ("POST", "/clients", {"name": "Acme", "stage": "{stage_key}"}),
    "the stage that takes the clients": ("DELETE", "/stages/{own_stage}?move_to={stage_key}", {}),
    "the client of a question": (
        "POST",
        "/assistant/messages",
        {"prompt": "hello", "client_id": "{client_id}"},
    ),
    "a question to be asked again": (
        "POST",
        "/assistant/messages",
        {"prompt": "hello", "retry_of": "{message_id}"},
    ),
    "a client of a bulk": (
        "POST",
        "/clients/bulk",
        {"operations": [{"op": "client.update", "client_id": "{client_id}", "data": {}}]},
    ),
    "an owner in a filter": ("GET", "/clients?owner={user_id}", {}),
    "a stage in a filter": ("GET", "/clients?stage={stage_key}", {}),
}


@pytest.fixture
async def anas(cast: Cast, scenery: Scenery) -> dict[str, str]:
    """Ids in Ana's workspace, and the key of a stage that only hers has."""
    ids = await ids_of_anas(["user_id", "client_id", "message_id", "stage_id"], cast, scenery)
    stage = (await cast.ana.get(f"/stages/{ids['stage_id']}")).json()
    return ids | {"stage_key": stage["key"]}


@pytest.mark.parametrize("name", IN_BODIES)
async def test_a_foreign_id_in_a_body_or_query_is_answered_as_an_unknown_one(
    own: Desk, cast: Cast, anas: dict[str, str], name: str
) -> None:
    method, path, body = IN_BODIES[name]
    own_stage = (await own.stage("lost"))["id"]
    await own.create_client(stage="lost")
    head = await cast.ana.head()

    async def answer_for(ids: dict[str, str]) -> tuple[int, str]:
        response = await own.ask(
            method, path.format(**ids, own_stage=own_stage), filled(body, ids) or None
        )
        return told(response, ids.values())

    unknown = dict.fromkeys(anas, UNKNOWN) | {"stage_key": "nowhere"}
    foreign = await answer_for(anas)

    assert foreign == await answer_for(unknown)
    assert foreign[0] in ({200, 204} if method in ("GET",) or "bulk" in path else {404, 422})
    assert await cast.ana.head() == head


async def test_a_token_for_a_foreign_workspace_is_refused_as_one_for_an_unknown_one(
    own: Desk, cast: Cast
) -> None:
    async def answer_for(workspace_id: str) -> tuple[int, str]:
        draft: dict[str, Any] = {"name": "script", "scopes": ["read"]}
        response = await own.person.post("/tokens", draft | {"workspace_id": workspace_id})
        return told(response, [workspace_id])

    foreign = await answer_for(cast.ana.workspace_id)

    assert foreign[0] == 404
    assert foreign == await answer_for(UNKNOWN)


async def test_presence_of_a_foreign_client_is_shown_in_ones_own_workspace_only(
    own: Desk, cast: Cast, anas: dict[str, str]
) -> None:
    hers, mine, watching = [
        await cast.ana.open_board(),
        await own.open_board(),
        await own.open_board(),
    ]

    await mine.show(viewing=anas["client_id"])
    told_here = await watching.person("updated", own.person.id)

    assert told_here["viewing"] == anas["client_id"]
    await hers.ping()
    assert own.person.id not in str(hers.presence)
    assert not mine.errors
    await mine.close()
    await watching.close()


@pytest.mark.parametrize("kind", ["session", "token"])
async def test_what_belongs_to_another_person_is_not_found_as_what_is_nowhere(
    own: Desk, cast: Cast, scenery: Scenery, kind: str
) -> None:
    path = {"session": "/auth/sessions", "token": "/tokens"}[kind]
    ids = await scenery.ids([f"{kind}_id"], cast.callers["owner"])

    foreign = await own.person.delete(f"{path}/{ids[f'{kind}_id']}")
    unknown = await own.person.delete(f"{path}/{UNKNOWN}")

    assert foreign.status_code == 404
    assert told(foreign) == told(unknown)
