"""One reply on two instances: whoever is connected where sees the same, and none dies with its server unnoticed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.browser.conftest import SitDown, two_instances
from tests.browser.model import Model
from tests.browser.screens import AssistantPanel
from tests.browser.tab import CONNECTION_LOST
from tests.drivers import Desk, Instance
from tests.services import PostgresServer, RedisServer, eventually

INTERRUPTED_MS = 30_000  # it is noticed within 15 s


@pytest.fixture
async def model() -> AsyncIterator[Model]:
    async with Model() as model:
        yield model


@pytest.fixture
async def instances(
    model: Model, postgres_server: PostgresServer, redis_server: RedisServer
) -> AsyncIterator[tuple[Instance, Instance]]:
    async with two_instances(postgres_server, redis_server, model.settings) as pair:
        yield pair


async def test_a_reply_outlasts_reloads_everywhere_and_is_interrupted_with_its_server(
    instances: tuple[Instance, Instance], model: Model, sit_down: SitDown
) -> None:
    here, there = instances
    ana = await (await here.sign_up("Ana")).new_workspace()
    ben, carla = [await ana.admit_new("editor", name) for name in ("Ben", "Carla")]

    async def beside(desk: Desk, instance: Instance) -> AssistantPanel:
        return await AssistantPanel((await sit_down(desk, instance)).tab).open()

    anas, bens, carlas = await asyncio.gather(
        beside(ana, here), beside(ben, there), beside(carla, there)
    )

    await anas.ask("Tell me a story")
    part = await model.asked()
    await part.say("Once 🚲 there ")
    for panel in (anas, bens, carlas):
        await panel.replied("Once 🚲 there ")
    await carlas.tab.reload()
    await part.say("was a client.")
    await part.finish()
    for panel in (anas, bens, carlas):
        await panel.replied("Once 🚲 there was a client.")

    await anas.ask("And then?")
    part = await model.asked()
    await part.say("Then came ")
    for panel in (anas, bens, carlas):
        await panel.replied("Then came ")

    async def is_stored() -> bool:
        newest = (await ben.at(there).get("/assistant/messages")).json()["items"][0]
        return bool(newest["text"] == "Then came ")

    await eventually(is_stored)
    anas.tab.expect(*CONNECTION_LOST)
    await asyncio.to_thread(here.process.kill)

    for panel in (bens, carlas):
        await panel.is_interrupted(INTERRUPTED_MS)
        await panel.replied("Then came ")
    await bens.retry()
    again = await model.asked()
    await again.say("Then came rain.")
    await again.finish()
    for panel in (bens, carlas):
        await panel.replied("Then came rain.")
