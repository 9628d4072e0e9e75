"""Who may do what: one table, for REST and the channel alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from server.permissions import MINIMUM_ROLE
from tests.drivers import Desk, Instance, Json
from tests.integration.assistant.asking import MESSAGES, answer
from tests.services import eventually

ROLES = ["viewer", "editor", "admin", "owner"]


@dataclass(frozen=True)
class Room:
    """A workspace of Ana's with something of every kind, and what there is to act on."""

    ana: Desk
    desk: Desk  # of the one whose role is tried
    client: str
    deleted: str
    stage: str
    invite: str
    hook: str
    delivery: str  # of a change
    third: str
    """A viewer."""
    message: str  # a reply of the assistant to the one whose role is tried
    proposal: str

    @property
    def me(self) -> str:
        return self.desk.person.id


class Operation(NamedTuple):
    minimum: str
    request: Callable[[Room], tuple[Any, ...]]
    command: Callable[[Room], Json] | None = None


DRAFT = {"name": "Acme"}
HOOK = {"url": "https://localhost/", "events": ["*"], "enabled": False}
OPERATIONS: dict[str, Operation] = {
    "workspace.read": Operation("viewer", lambda it: ("GET", "")),
    "workspace.update": Operation(
        "admin",
        lambda it: ("PATCH", "", {"name": "New"}),
        lambda it: {"data": {"name": "New"}},
    ),
    "workspace.delete": Operation("owner", lambda it: ("DELETE", ""), lambda it: {}),
    "stage.create": Operation(
        "admin",
        lambda it: ("POST", "/stages", {"name": "On hold"}),
        lambda it: {"data": {"name": "On hold"}},
    ),
    "stage.update": Operation(
        "admin",
        lambda it: ("PATCH", f"/stages/{it.stage}", {"name": "Hot"}),
        lambda it: {"stage_id": it.stage, "data": {"name": "Hot"}},
    ),
    "stage.delete": Operation(
        "admin",
        lambda it: ("DELETE", f"/stages/{it.stage}"),
        lambda it: {"stage_id": it.stage},
    ),
    "member.update": Operation(
        "admin",
        lambda it: ("PATCH", f"/members/{it.third}", {"role": "editor"}),
        lambda it: {"user_id": it.third, "data": {"role": "editor"}},
    ),
    "member.remove": Operation(
        "admin",
        lambda it: ("DELETE", f"/members/{it.third}"),
        lambda it: {"user_id": it.third},
    ),
    "member.leave": Operation(
        "viewer",
        lambda it: ("DELETE", f"/members/{it.me}"),
        lambda it: {"op": "member.remove", "user_id": it.me},
    ),
    "invite.read": Operation("admin", lambda it: ("GET", "/invites")),
    "invite.create": Operation(
        "admin",
        lambda it: ("POST", "/invites", {"role": "viewer"}),
        lambda it: {"data": {"role": "viewer"}},
    ),
    "invite.delete": Operation(
        "admin",
        lambda it: ("DELETE", f"/invites/{it.invite}"),
        lambda it: {"invite_id": it.invite},
    ),
    "webhook.read": Operation("admin", lambda it: ("GET", "/webhooks")),
    "webhook.create": Operation(
        "admin", lambda it: ("POST", "/webhooks", HOOK), lambda it: {"data": HOOK}
    ),
    "webhook.update": Operation(
        "admin",
        lambda it: ("PATCH", f"/webhooks/{it.hook}", {"description": "Ours"}),
        lambda it: {"webhook_id": it.hook, "data": {"description": "Ours"}},
    ),
    "webhook.delete": Operation(
        "admin",
        lambda it: ("DELETE", f"/webhooks/{it.hook}"),
        lambda it: {"webhook_id": it.hook},
    ),
    "webhook.rotate": Operation(
        "admin",
        lambda it: ("POST", f"/webhooks/{it.hook}/secret"),
        lambda it: {"webhook_id": it.hook},
    ),
    "webhook.test": Operation(
        "admin",
        lambda it: ("POST", f"/webhooks/{it.hook}/test"),
        lambda it: {"webhook_id": it.hook},
    ),
    "webhook.replay": Operation(
        "admin",
        lambda it: ("POST", f"/webhooks/{it.hook}/replay", {"since": 0}),
        lambda it: {"webhook_id": it.hook, "data": {"since": 0}},
    ),
    "webhook.redeliver": Operation(
        "admin",
        lambda it: ("POST", f"/webhooks/{it.hook}/deliveries/{it.delivery}/replay"),
        lambda it: {"webhook_id": it.hook, "delivery_id": it.delivery},
    ),
    "client.create": Operation(
        "editor", lambda it: ("POST", "/clients", DRAFT), lambda it: {"data": DRAFT}
    ),
    "client.update": Operation(
        "editor",
        lambda it: ("PATCH", f"/clients/{it.client}", {"name": "New"}),
        lambda it: {"client_id": it.client, "data": {"name": "New"}},
    ),
    "client.delete": Operation(
        "editor",
        lambda it: ("DELETE", f"/clients/{it.client}"),
        lambda it: {"client_id": it.client},
    ),
    "client.restore": Operation(
        "editor",
        lambda it: ("POST", f"/clients/{it.deleted}/restore"),
        lambda it: {"client_id": it.deleted},
    ),
    "client.bulk": Operation(
        "editor",
        lambda it: (
            "POST",
            "/clients/bulk",
            {"operations": [{"op": "client.create", "data": DRAFT}]},
        ),
        lambda it: {"operations": [{"op": "client.create", "data": DRAFT}]},
    ),
    "client.import": Operation(
        "editor",
        lambda it: ("POST", "/import?dry_run=true", b"name\nAcme\n"),
        lambda it: {"match": "none", "rows": [DRAFT]},
    ),
    "comment.create": Operation(
        "editor",
        lambda it: ("POST", f"/clients/{it.client}/comments", {"body": "Called."}),
        lambda it: {"client_id": it.client, "data": {"body": "Called."}},
    ),
    "assistant.ask": Operation(
        "viewer",
        lambda it: ("POST", MESSAGES, {"prompt": "hello"}),
        lambda it: {"data": {"prompt": "hello"}},
    ),
    "assistant.cancel": Operation(
        "viewer",
        lambda it: ("POST", f"{MESSAGES}/{it.message}/cancel"),
        lambda it: {"data": {"message_id": it.message}},
    ),
    "assistant.apply": Operation(
        "editor",
        lambda it: ("POST", f"{MESSAGES}/{it.message}/proposals/{it.proposal}/apply"),
        lambda it: {"data": {"message_id": it.message, "proposal_id": it.proposal}},
    ),
    "assistant.dismiss": Operation(
        "editor",
        lambda it: ("POST", f"{MESSAGES}/{it.message}/proposals/{it.proposal}/dismiss"),
        lambda it: {"data": {"message_id": it.message, "proposal_id": it.proposal}},
    ),
}


# These end the channel of whoever did them: the close code tells that they are done.
ENDS = {"member.leave": 4403, "workspace.delete": 4404}


@pytest.fixture(params=ROLES)
async def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def new_room(ana: Desk, subject: Desk, third: Desk, role: str, operation: str) -> Room:
    """A workspace where `subject`'s person has this role, with what the operation needs."""
    ana = await ana.person.new_workspace()
    desk = await ana.admit(subject.person, "admin" if role == "owner" else role)
    if role == "owner":
        await ana.patch(f"/members/{subject.person.id}", {"role": "owner"})
    await ana.admit(third.person, "viewer")
    client, deleted = await ana.create_clients(2, stage="won")
    assert (await ana.delete(f"/clients/{deleted['id']}")).status_code == 204
    stage = (await ana.stage("lost"))["id"]
    invite = (await ana.invite(role="viewer"))["id"]
    hook, delivery = "", ""
    if operation.startswith("webhook."):
        hook = (await ana.post("/webhooks", HOOK)).json()["id"]
    if operation == "webhook.redeliver":
        delivery = await failed_delivery(ana, hook)
    message: Json = {"id": "", "proposals": [{"id": ""}]}
    if operation.startswith("assistant."):
        message = await answer(desk, "Move this client to lead", client_id=client["id"])
    return Room(
        ana,
        desk,
        client["id"],
        deleted["id"],
        stage,
        invite,
        hook,
        delivery,
        third.person.id,
        message["id"],
        message["proposals"][0]["id"],
    )


async def failed_delivery(desk: Desk, hook: str) -> str:
    """Of a change, to an address that is refused."""
    await desk.patch(f"/webhooks/{hook}", {"enabled": True})
    await desk.create_client()

    async def made() -> str | None:
        items = (await desk.get(f"/webhooks/{hook}/deliveries")).json()["items"]
        return items[-1]["id"] if items else None

    found: str = await eventually(made)
    await desk.patch(f"/webhooks/{hook}", {"enabled": False})
    return found


def allowed(role: str) -> dict[str, bool]:
    return {
        name: ROLES.index(role) >= ROLES.index(operation.minimum)
        for name, operation in OPERATIONS.items()
    }


def test_every_operation_of_the_server_is_in_the_table() -> None:
    assert OPERATIONS.keys() == MINIMUM_ROLE.keys()


async def test_each_role_may_do_over_rest_what_the_table_says(
    server: Instance, desk: Desk, role: str
) -> None:
    subject, third = await desk.admit_new("viewer"), await desk.admit_new("viewer", "Eve")
    found: dict[str, bool] = {}

    for name, operation in OPERATIONS.items():
        room = await new_room(desk, subject, third, role, name)
        head = await room.ana.head()
        method, path, *rest = operation.request(room)
        body = rest[0] if rest else None
        csv = {"content": body, "headers": {"Content-Type": "text/csv"}}
        sent = csv if isinstance(body, bytes) else {"json": body}
        response = await room.desk.ask(method, path, **sent)
        assert response.status_code in (200, 201, 202, 204, 403), f"{name}: {response.text}"
        found[name] = response.status_code != 403
        if not found[name]:
            assert await room.ana.head() == head, f"{name} was refused, and yet changed something"

    assert found == allowed(role)


async def test_each_role_may_do_on_the_channel_what_the_table_says(
    server: Instance, desk: Desk, role: str
) -> None:
    subject, third = await desk.admit_new("viewer"), await desk.admit_new("viewer", "Eve")
    found: dict[str, bool] = {}

    for name, operation in OPERATIONS.items():
        if operation.command is None:
            continue
        room = await new_room(desk, subject, third, role, name)
        head = await room.ana.head()
        board = await room.desk.open_board()
        if name in ENDS and allowed(role)[name]:
            await board.post(**{"op": name} | operation.command(room))
            found[name] = await board.closed() == ENDS[name]
            continue
        answer = await board.command(**{"op": name} | operation.command(room))
        assert answer.status in (200, 403), f"{name}: {answer.problem}"
        found[name] = answer.status == 200
        if not found[name]:
            assert await room.ana.head() == head, f"{name} was refused, and yet changed something"

    assert found == {name: may for name, may in allowed(role).items() if name in found}
