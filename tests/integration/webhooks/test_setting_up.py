"""Admins set webhooks up; what is secret is shown to nobody else."""

from __future__ import annotations

import json

import pytest

from tests.drivers import Desk, Instance
from tests.drivers.problems import refused
from tests.integration.webhooks.conftest import deliveries, shown, subscribe
from tests.services import eventually
from tests.services.receiver import Receiver


async def test_a_webhook_is_shown_without_the_secret_it_was_made_with(
    desk: Desk, receiver: Receiver
) -> None:
    hook = await subscribe(desk, receiver, "client.*", "stage.*", description="Ours")

    assert hook.pop("secret").startswith("whsec_")
    assert (await desk.get("/webhooks")).json()["items"] == [hook]
    answer = await desk.get(f"/webhooks/{hook['id']}")
    assert (answer.json(), answer.headers["etag"]) == (hook, '"1"')
    assert hook["events"] == ["client.*", "stage.*"]
    assert hook["seq"] == await desk.head()


async def test_a_repeated_request_makes_one_webhook_and_shows_its_secret_again(
    desk: Desk, receiver: Receiver
) -> None:
    draft = {"url": receiver.url, "events": ["*"]}
    key = {"Idempotency-Key": "a-key-of-ours"}

    first = await desk.post("/webhooks", draft, headers=key)
    again = await desk.post("/webhooks", draft, headers=key)

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["location"].endswith(f"/webhooks/{first.json()['id']}")
    assert len((await desk.get("/webhooks")).json()["items"]) == 1


async def test_members_learn_of_a_webhook_but_not_where_it_leads(
    desk: Desk, receiver: Receiver
) -> None:
    since = await desk.head()
    hook = await subscribe(desk, receiver, "client.*", description="Ours")
    await desk.patch(f"/webhooks/{hook['id']}", {"url": f"{receiver.url}?token=private"})
    await desk.post(f"/webhooks/{hook['id']}/secret")
    await desk.delete(f"/webhooks/{hook['id']}")

    changes = await desk.changes(since)

    assert [(change["entity"], change["op"], change["version"]) for change in changes] == [
        ("webhook", "created", 1),
        ("webhook", "updated", 2),
        ("webhook", "updated", 3),
        ("webhook", "deleted", 4),
    ]
    assert changes[0]["data"] == {
        "description": "Ours",
        "events": ["client.*"],
        "enabled": True,
        "disabled_reason": None,
    }
    for private in ("127.0.0.1", "private", "whsec", "secret"):
        assert private not in json.dumps(changes)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/webhooks", None),
        ("POST", "/webhooks", {"url": "https://example.com/x", "events": ["*"]}),
        ("GET", "/webhooks/{id}", None),
        ("PATCH", "/webhooks/{id}", {"enabled": False}),
        ("DELETE", "/webhooks/{id}", None),
        ("POST", "/webhooks/{id}/secret", None),
        ("POST", "/webhooks/{id}/test", None),
        ("POST", "/webhooks/{id}/replay", {"since": 0}),
        ("GET", "/webhooks/{id}/deliveries", None),
    ],
)
async def test_webhooks_are_for_admins_and_no_business_of_strangers(
    over_sqlite: Instance, method: str, path: str, body: object
) -> None:
    desk = await (await over_sqlite.sign_up("Ana")).new_workspace()
    made = await desk.post("/webhooks", {"url": "https://example.com/hooks", "events": ["*"]})
    path = path.format(id=made.json()["id"])
    editor, admin = await desk.admit_new("editor"), await desk.admit_new("admin")
    stranger = await over_sqlite.sign_up("Eve")
    elsewhere = await stranger.new_workspace()

    assert (await editor.ask(method, path, body)).status_code == 403
    assert (await desk.of(stranger).ask(method, path, body)).status_code == 404
    if "{id}" in path or made.json()["id"] in path:
        assert (await elsewhere.ask(method, path, body)).status_code == 404
    assert (await admin.ask(method, path, body)).is_success


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://example.com/x", "Must be a URL such as https://example.com/hooks"),
        ("https://ann:secret@example.com/", "Must hold no user name or password"),
        ("http://169.254.169.254/latest/meta-data", "The host is not on the public internet"),
        ("http://[::1]:8000/", "The host is not on the public internet"),
        ("https://example.com/#part", "Must have no fragment"),
    ],
)
async def test_a_url_that_must_not_be_is_refused_when_it_is_given(
    over_sqlite: Instance, url: str, message: str
) -> None:
    desk = await (await over_sqlite.sign_up("Ana")).new_workspace()

    answer = await desk.post("/webhooks", {"url": url, "events": ["*"]})

    (error,) = refused(answer, 422)["errors"]
    assert error["field"] == "url"
    assert error["message"].startswith(message)


async def test_an_event_that_never_happens_is_refused_by_its_name(lone_desk: Desk) -> None:
    for events in (["client.renamed"], ["client"], ["*.created"], []):
        answer = await lone_desk.post("/webhooks", {"url": "https://a.example/", "events": events})
        assert answer.status_code == 422, events


async def test_a_host_that_leads_inside_is_not_connected_to(
    over_sqlite: Instance, receiver: Receiver
) -> None:
    desk = await (await over_sqlite.sign_up("Ana")).new_workspace()  # where nothing is opened
    draft = {"url": f"http://localhost:{receiver.port}/", "events": ["*"]}
    hook = (await desk.post("/webhooks", draft)).json()

    await desk.post(f"/webhooks/{hook['id']}/test")

    async def not_sent() -> bool:
        (delivery,) = await deliveries(desk, hook)
        return bool(delivery["error"] == "Not sent: The host is not on the public internet.")

    await eventually(not_sent)
    assert receiver.connections == 0


async def test_a_new_secret_signs_beside_the_former_for_a_while(
    desk: Desk, receiver: Receiver
) -> None:
    hook = await subscribe(desk, receiver, "client.*")

    rotated = (await desk.post(f"/webhooks/{hook['id']}/secret")).json()
    await desk.create_client("Acme")

    await eventually(lambda: receiver.received)
    assert rotated["secret"] != hook["secret"]
    assert rotated["former_secret_until"] > rotated["updated_at"]
    assert len(receiver.received[0].headers["webhook-signature"].split(" ")) == 2
    for secret in (hook["secret"], rotated["secret"]):
        assert receiver.received[0].verified(secret)["type"] == "client.created"


async def test_a_test_is_delivered_even_to_a_webhook_that_is_switched_off(
    desk: Desk, receiver: Receiver
) -> None:
    hook = await subscribe(desk, receiver, "client.*", enabled=False)
    await desk.create_client("Unheard")

    asked = await desk.post(f"/webhooks/{hook['id']}/test")

    assert asked.status_code == 202
    assert (asked.json()["kind"], asked.json()["status"]) == ("test", "pending")
    await eventually(lambda: receiver.received)
    assert receiver.received[0].verified(hook["secret"])["type"] == "webhook.test"

    async def done() -> bool:
        path = f"/webhooks/{hook['id']}/deliveries/{asked.json()['id']}"
        delivery = (await desk.get(path)).json()
        return bool(delivery["status"] == "succeeded" and delivery["response_body"] == "ok")

    await eventually(done)
    assert receiver.types == ["webhook.test"]


async def test_a_delivery_is_repeated_under_the_same_id(desk: Desk, receiver: Receiver) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    await desk.create_client("Acme")
    (delivery,) = await eventually(lambda: deliveries(desk, hook))
    path = f"/webhooks/{hook['id']}/deliveries/{delivery['id']}/replay"
    key = {"Idempotency-Key": "once-more"}

    answers = [await desk.post(path, headers=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    await eventually(lambda: len(receiver.received) == 2)
    assert receiver.received[0].id == receiver.received[1].id == delivery["message_id"]
    assert receiver.received[0].body == receiver.received[1].body
    newest, first = await deliveries(desk, hook)
    assert (newest["kind"], newest["attempt"], first["kind"]) == ("replay", 2, "change")


async def test_everything_after_a_seq_is_sent_again_or_left_out(
    desk: Desk, receiver: Receiver
) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    await desk.create_clients(5)
    await eventually(lambda: len(receiver.received) == 5)
    head = await desk.head()

    answer = await desk.post(f"/webhooks/{hook['id']}/replay", {"since": head - 2})

    assert answer.json()["seq"] == head - 2
    await eventually(lambda: len(receiver.received) == 7)
    assert receiver.seqs[-2:] == [head - 1, head]
    beyond = await desk.post(f"/webhooks/{hook['id']}/replay", {"since": head + 1})
    assert refused(beyond, 422)["errors"][0]["field"] == "since"

    await desk.patch(f"/webhooks/{hook['id']}", {"enabled": False})
    await desk.create_client("Left out")
    await desk.post(f"/webhooks/{hook['id']}/replay", {"since": await desk.head()})
    await desk.patch(f"/webhooks/{hook['id']}", {"enabled": True})
    await desk.create_client("Wanted")
    await eventually(lambda: len(receiver.received) == 8)
    assert receiver.received[-1].event["data"]["data"]["name"] == "Wanted"


async def test_a_changed_address_is_used_from_then_on(desk: Desk, receiver: Receiver) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    stale = await desk.patch(
        f"/webhooks/{hook['id']}", {"description": "x"}, headers={"If-Match": '"7"'}
    )
    assert stale.status_code == 412

    changed = await desk.patch(f"/webhooks/{hook['id']}", {"url": f"{receiver.url}/new?a=1"})
    await desk.create_client("Acme")

    assert changed.headers["etag"] == '"2"'
    await eventually(lambda: receiver.received)
    assert receiver.received[0].path == "/hooks/new?a=1"


async def test_a_workspace_has_a_bounded_number_of_webhooks(lone_desk: Desk) -> None:
    draft = {"url": "https://example.com/hooks", "events": ["*"], "enabled": False}
    for _ in range(20):
        assert (await lone_desk.post("/webhooks", draft)).status_code == 201

    refused(await lone_desk.post("/webhooks", draft), 409)


async def test_a_deleted_webhook_is_told_nothing_more(desk: Desk, receiver: Receiver) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    other = await subscribe(desk, receiver, "webhook.*")

    await desk.delete(f"/webhooks/{hook['id']}")
    await desk.create_client("Acme")

    await eventually(lambda: "webhook.deleted" in receiver.types)
    assert (await desk.get(f"/webhooks/{hook['id']}/deliveries")).status_code == 404
    assert [each["id"] for each in (await desk.get("/webhooks")).json()["items"]] == [other["id"]]
    assert (await shown(desk, other))["enabled"]
    assert "client.created" not in receiver.types
