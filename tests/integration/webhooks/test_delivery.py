"""What is changed reaches whoever subscribed: signed, in order, at least once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.drivers import Desk
from tests.integration.webhooks.conftest import deliveries, hasty, shown, subscribe
from tests.services import PostgresServer, eventually
from tests.services.receiver import Receiver, Reply


async def test_a_change_is_delivered_as_the_log_shows_it(desk: Desk, receiver: Receiver) -> None:
    hook = await subscribe(desk, receiver, "client.created")

    client = await desk.create_client("Acme")

    await eventually(lambda: receiver.received)
    payload = receiver.received[0].verified(hook["secret"])
    (change,) = await desk.changes(since=payload["data"]["seq"] - 1)
    assert payload == {
        "type": "client.created",
        "timestamp": change["at"],
        "workspace_id": desk.workspace_id,
        "data": change,
    }
    assert change["id"] == client["id"]
    assert receiver.received[0].path == "/hooks"
    assert receiver.received[0].headers["host"] == f"127.0.0.1:{receiver.port}"


async def test_only_the_events_that_were_asked_for_are_delivered(
    desk: Desk, receiver: Receiver
) -> None:
    await subscribe(desk, receiver, "client.updated", "stage.*")

    client = await desk.create_client("Acme")
    await desk.update_client(client, name="Acme Ltd")
    await desk.post("/stages", {"name": "Later"})
    await desk.post(f"/clients/{client['id']}/comments", {"body": "Call them"})
    await desk.update_client(client, name="Acme Inc")

    await eventually(lambda: len(receiver.received) >= 3)
    assert receiver.types == ["client.updated", "stage.created", "client.updated"]


async def test_changes_arrive_in_the_order_of_the_log_over_one_connection(
    desk: Desk, receiver: Receiver
) -> None:
    await subscribe(desk, receiver, "client.*")
    since = await desk.head()

    await desk.create_clients(150)

    await eventually(lambda: len(receiver.received) >= 150)
    assert receiver.seqs == list(range(since + 1, since + 151))
    assert receiver.connections < 5


async def test_what_failed_is_tried_again_under_the_same_id_before_what_follows(
    desk: Desk, receiver: Receiver
) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    receiver.reply = lambda _: Reply(500 if len(receiver.received) < 3 else 200, body=b"busy")

    await desk.create_client("First")
    await desk.create_client("Second")

    await eventually(lambda: len(receiver.received) >= 4)
    first, again, once_more, second = receiver.received[:4]
    assert first.id == again.id == once_more.id != second.id
    assert (second.seq, first.seq) == (first.seq + 1, once_more.seq)
    assert first.verified(hook["secret"]) == once_more.verified(hook["secret"])

    async def told() -> bool:
        log = (await deliveries(desk, hook))[::-1]
        attempts = [(each["status"], each["attempt"], each["response_status"]) for each in log]
        return attempts == [
            ("failed", 1, 500),
            ("failed", 2, 500),
            ("succeeded", 3, 200),
            ("succeeded", 1, 200),
        ]

    await eventually(told)


async def test_a_receiver_that_keeps_silent_is_not_waited_for_long(
    desk: Desk, receiver: Receiver
) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    receiver.reply = lambda _: Reply(delay_s=0 if len(receiver.received) > 1 else 5)

    await desk.create_client("Acme")

    await eventually(lambda: len(receiver.received) == 2)
    log = await eventually(lambda: deliveries(desk, hook))
    assert log[-1]["error"] == "The receiver did not answer in time."
    assert log[-1]["response_status"] is None


async def test_a_redirect_is_a_failure_and_is_not_followed(desk: Desk, receiver: Receiver) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    receiver.reply = lambda _: Reply(307, {"Location": f"{receiver.url}/elsewhere"})

    await desk.create_client("Acme")

    log = await eventually(lambda: deliveries(desk, hook))
    assert log[-1]["error"] == "The receiver answered 307."
    assert {each.path for each in receiver.received} == {"/hooks"}


async def test_of_a_long_answer_only_the_beginning_is_read_and_kept(
    desk: Desk, receiver: Receiver
) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    receiver.reply = lambda _: Reply(body=b"x" * 5_000_000)

    await desk.create_client("Acme")
    await desk.create_client("Bolt")

    log = await eventually(lambda: deliveries(desk, hook))
    assert log[0]["status"] == "succeeded"
    assert log[0]["response_body"] == "x" * 1024


async def test_the_log_of_deliveries_keeps_only_the_newest(desk: Desk, receiver: Receiver) -> None:
    hook = await subscribe(desk, receiver, "client.*")

    await desk.create_clients(100)

    await eventually(lambda: len(receiver.received) >= 100)

    async def trimmed() -> bool:
        log = await deliveries(desk, hook, limit=200)
        return len(log) == 30 and log[0]["seq"] == receiver.seqs[-1]

    await eventually(trimmed)


@pytest.fixture(params=["sqlite", "postgres"])
def own_database(
    request: pytest.FixtureRequest, postgres_server: PostgresServer, tmp_path: Path
) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'clientflow.db'}"
    return postgres_server.create_database()


async def test_nothing_is_lost_when_the_instance_that_delivers_is_killed(
    own_database: str, receiver: Receiver
) -> None:
    receiver.reply = lambda _: Reply(delay_s=0.01)
    # On a busy machine the receiver may be too slow for the hasty several times in a row.
    patient = {"HASTY_BUT_NEVER_GIVES_UP": "1"}
    async with hasty(own_database, **patient) as first:
        desk = await (await first.sign_up("Ana")).new_workspace()
        await subscribe(desk, receiver, "client.*")
        since = await desk.head()
        await desk.create_clients(120)
        await eventually(lambda: len(receiver.received) >= 35)
        if own_database.startswith("sqlite"):  # where there is one process at a time
            await asyncio.to_thread(first.process.kill)
        async with hasty(own_database, **patient):
            await asyncio.to_thread(first.process.kill)
            wanted = set(range(since + 1, since + 121))
            await eventually(lambda: set(receiver.seqs) >= wanted, timeout=30)

    ids = {each.seq: each.id for each in receiver.received}
    assert all(each.id == ids[each.seq] for each in receiver.received)
    assert len(receiver.received) <= 120 + 40  # what had not been written down, once more
    once = list(dict.fromkeys(receiver.seqs))
    assert once == sorted(once)


async def test_two_instances_share_the_work_and_deliver_each_change_once(
    postgres_server: PostgresServer,
) -> None:
    url = postgres_server.create_database()
    async with hasty(url) as first, hasty(url) as second, Receiver() as one, Receiver() as other:
        desk = await (await first.sign_up("Ana")).new_workspace()
        await subscribe(desk, one, "client.*")
        await subscribe(desk, other, "client.*")
        since = await desk.head()

        await asyncio.gather(desk.create_clients(60), desk.at(second).create_clients(60))

        await eventually(lambda: len(one.received) >= 120 and len(other.received) >= 120)
        for receiver in (one, other):
            assert receiver.seqs == list(range(since + 1, since + 121))


async def test_an_instance_that_stops_gives_its_claims_back(
    postgres_server: PostgresServer, receiver: Receiver
) -> None:
    url = postgres_server.create_database()
    receiver.reply = lambda _: Reply(delay_s=0.02)
    async with hasty(url) as first, hasty(url):
        desk = await (await first.sign_up("Ana")).new_workspace()
        hook = await subscribe(desk, receiver, "client.*")
        await desk.create_clients(60)
        await eventually(lambda: len(receiver.received) >= 5)

        await asyncio.to_thread(first.process.stop)

        await eventually(lambda: len(set(receiver.seqs)) == 60, timeout=5)
        assert len(receiver.received) <= 61  # the one on its way is sent once more
        assert hook["enabled"]


async def test_a_webhook_that_fails_for_long_is_switched_off_and_goes_on_where_it_stopped(
    desk: Desk, receiver: Receiver
) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    board = await desk.open_board()
    receiver.reply = lambda _: Reply(500)
    await desk.create_client("Acme")

    assert (await board.next_change())["entity"] == "client"
    notice = await board.next_change()
    assert (notice["entity"], notice["op"], notice["id"]) == ("webhook", "updated", hook["id"])
    assert notice["actor"] == {"id": "system", "name": "ClientFlow", "via": "system"}
    assert notice["data"]["enabled"] is False
    off = await shown(desk, hook)
    assert (off["enabled"], off["disabled_reason"]) == (False, notice["data"]["disabled_reason"])
    assert "attempts have failed since" in off["disabled_reason"]
    missed = receiver.received[-1].seq

    receiver.received.clear()
    receiver.reply = lambda _: Reply()
    await desk.create_client("Bolt")
    on = await desk.patch(f"/webhooks/{hook['id']}", {"enabled": True})

    assert (on.json()["enabled"], on.json()["disabled_reason"]) == (True, None)
    await eventually(lambda: len(receiver.received) >= 2)
    assert receiver.seqs[0] == missed
    assert [each.event["data"]["data"]["name"] for each in receiver.received] == ["Acme", "Bolt"]


async def test_a_receiver_that_is_gone_is_not_asked_again(desk: Desk, receiver: Receiver) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    receiver.reply = lambda _: Reply(410)

    await desk.create_client("Acme")

    async def off() -> bool:
        reason = (await shown(desk, hook))["disabled_reason"]
        return bool(reason == "The receiver answered 410 Gone.")

    await eventually(off)
    assert len(receiver.received) == 1


async def test_a_receiver_is_left_alone_for_as_long_as_it_asks(
    desk: Desk, receiver: Receiver
) -> None:
    hook = await subscribe(desk, receiver, "client.*")
    receiver.reply = lambda _: Reply(503, {"Retry-After": "3600"})

    await desk.create_client("Acme")

    async def waits() -> bool:
        webhook = await shown(desk, hook)
        return bool(webhook["next_attempt_at"]) and (
            webhook["next_attempt_at"][:13] > webhook["failing_since"][:13]
        )

    await eventually(waits)
    assert len(receiver.received) == 1
