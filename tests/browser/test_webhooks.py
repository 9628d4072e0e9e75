"""Admins set webhooks up, see what was sent, and hear when one is given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.audit import faults
from tests.browser.conftest import SitDown
from tests.drivers import Desk, Instance
from tests.services import ServerProcess, eventually
from tests.services.receiver import Receiver, Reply


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Ana's, on a server that delivers to this machine."""
    settings = {"WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with ServerProcess(f"sqlite:///{tmp_path / 'clientflow.db'}", settings=settings) as process:
        async with Instance(process) as instance:
            yield await (await instance.sign_up("Ana")).new_workspace()


async def test_a_webhook_is_made_tried_watched_and_deleted(desk: Desk, sit_down: SitDown) -> None:
    async with Receiver() as receiver:
        url = receiver.url
        board = await sit_down(desk)
        dialog = await board.webhooks()
        await dialog.is_empty()

        secret = await dialog.add(url, "client.*, stage.created")
        await dialog.lists(url, "On", "client.*, stage.created")
        assert await faults(board.tab) == []

        await dialog.do(f"Send test: {url}")
        await dialog.delivered(url, "webhook.test")
        await eventually(lambda: receiver.received)
        assert receiver.received[0].verified(secret)["type"] == "webhook.test"

        await desk.create_client("Acme")
        await eventually(lambda: len(receiver.received) == 2)
        await dialog.do("Refresh")
        await dialog.delivered(url, "client.created", "Delivered")
        await dialog.replay(url, "client.created")
        await eventually(lambda: len(receiver.received) == 3)
        assert receiver.received[1].id == receiver.received[2].id
        assert await faults(board.tab) == []

        await dialog.do(f"Switch off: {url}")
        await dialog.lists(url, "Off")
        await dialog.do(f"Delete: {url}")
        await dialog.do(f"Delete: {url}: Sure?")
        await dialog.is_empty()


async def test_an_admin_hears_when_a_webhook_is_given_up(desk: Desk, sit_down: SitDown) -> None:
    async with Receiver() as receiver:
        receiver.reply = lambda _: Reply(410)
        await desk.post("/webhooks", {"url": receiver.url, "events": ["client.*"]})
        board = await sit_down(desk)

        await desk.create_client("Acme")

        told = board.page.get_by_text("A webhook was switched off. The receiver answered 410 Gone.")
        await expect(told).to_be_visible()
        dialog = await board.webhooks()
        await dialog.lists(receiver.url, "The receiver answered 410 Gone.")


async def test_who_is_no_admin_is_offered_no_webhooks(desk: Desk, sit_down: SitDown) -> None:
    board = await sit_down(await desk.admit_new("editor"))

    await board.page.locator(".account").click()

    await expect(board.page.get_by_role("menuitem", name="Import CSV")).to_be_visible()
    await expect(board.page.get_by_role("menuitem", name="Webhooks")).to_have_count(0)
