"""The floor is a websocket server too: a strict client must find nothing wrong with it."""

import asyncio

import pytest
from websockets.asyncio.client import connect

from bench.programs import build
from bench.servers.floor import FloorService


@pytest.mark.parametrize("options", [[], ["gather"]])
async def test_what_one_socket_says_reaches_all_in_order(options):
    build()
    said = ["one", "x" * 200, "y" * 70_000]
    with FloorService(*options) as floor:
        url = f"ws://127.0.0.1:{floor.port}/"
        async with connect(url, proxy=None) as ana, connect(url, proxy=None) as ben:
            for text in said:
                await ana.send(text)
            for person in (ana, ben):
                async with asyncio.timeout(10):
                    assert [await person.recv() for _ in said] == said
        async with connect(url, proxy=None) as later, asyncio.timeout(10):
            await later.send("still here")
            assert await later.recv() == "still here"
