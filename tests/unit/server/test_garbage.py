"""A connection that has ended is freed at once: what is left to the garbage collector would hold up everybody else."""

import asyncio
import contextlib
import gc
import weakref
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.http_protocol import HttpProtocol
from server.pump import Pump
from server.websocket_protocol import EXTENSION, FrameProtocol, FrameSocket
from tests.services import eventually

made: "weakref.WeakSet[Any]" = weakref.WeakSet()


class Http(HttpProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made.add(self)


class Frames(FrameProtocol):
    def hand_over(self) -> FrameSocket:
        made.add(self)
        return super().hand_over()


class Silent:
    """A receiver that has nothing to say."""

    is_noisy = False

    def __init__(self) -> None:
        made.add(self)

    def received(self, message: str | bytes) -> None: ...
    def counted(self) -> None: ...
    def ended(self) -> None: ...


async def app(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    if scope["path"] == "/refused":
        made.add(scope["extensions"][EXTENSION])
        await send({"type": "websocket.close"})
    elif scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        scope["extensions"][EXTENSION].hand_over().begin(Silent(), Pump())
    else:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(app, port=0, http=Http, ws=Frames, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    await eventually(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
async def test_a_socket_that_has_ended_leaves_no_garbage(port: int) -> None:
    for _ in range(3):
        async with connect(f"ws://127.0.0.1:{port}/") as socket:
            await socket.send("hello")
            await eventually(lambda: {type(each) for each in made} == {Silent})
    await eventually(lambda: not made, message=f"{list(made)} are kept by each other")


@pytest.mark.usefixtures("no_collector")
async def test_a_handshake_that_was_refused_leaves_no_garbage(port: int) -> None:
    for _ in range(3):
        with contextlib.suppress(InvalidStatus):
            await connect(f"ws://127.0.0.1:{port}/refused")
    await eventually(lambda: not made, message=f"{list(made)} are kept by each other")


@pytest.mark.usefixtures("no_collector")
async def test_a_request_that_has_been_answered_leaves_no_garbage(port: int) -> None:
    for _ in range(3):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b" 204 " in await reader.read()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    await eventually(lambda: not made, message=f"{list(made)} are kept by each other")
