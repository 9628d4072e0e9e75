"""A webhook whose next change has been cut from the log goes on with what there is, and says what is missing."""

from __future__ import annotations

from datetime import timedelta

from storage import Storage
from tests.drivers import Desk
from tests.drivers.problems import refused
from tests.integration.webhooks.conftest import deliveries, subscribe
from tests.services import eventually
from tests.services.receiver import Receiver


async def cut_log(desk: Desk) -> None:
    """All of it, as after CHANGE_LOG_RETENTION_DAYS in which nothing happened."""
    storage = Storage(desk.person.instance.process.settings["DATABASE_URL"])
    await storage.open()
    before = await storage.now() + timedelta(days=1)
    await storage.retention.cut_log(desk.workspace_id, before, 1_000)
    await storage.close()


async def test_what_was_cut_before_it_was_sent_is_named_in_the_log_of_deliveries(
    desk: Desk, receiver: Receiver
) -> None:
    hook = await subscribe(desk, receiver, "client.*", enabled=False)
    await desk.create_clients(3)
    await cut_log(desk)
    last = await desk.head()

    on = await desk.patch(f"/webhooks/{hook['id']}", {"enabled": True})
    assert on.status_code == 200, on.text
    client = await desk.create_client("Acme")

    await eventually(lambda: receiver.received)
    assert receiver.received[0].event["data"]["id"] == client["id"]
    gap = (await deliveries(desk, hook))[-1]
    assert (gap["kind"], gap["status"], gap["seq"]) == ("gap", "skipped", last)
    assert gap["error"] == (
        f"Changes {hook['seq'] + 1} to {last} were cut from the log before they could be sent."
    )


async def test_nothing_older_than_the_log_can_be_sent_again(desk: Desk, receiver: Receiver) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    await desk.create_client("Acme")
    (delivery,) = await eventually(lambda: deliveries(desk, hook))
    await cut_log(desk)

    again = await desk.post(f"/webhooks/{hook['id']}/deliveries/{delivery['id']}/replay")
    since = await desk.post(f"/webhooks/{hook['id']}/replay", {"since": 0})

    refused(again, 410)
    refused(since, 410)
