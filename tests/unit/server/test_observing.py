"""Requests are counted by the template of their route, whatever becomes of them."""

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import Message

from server.figures.tally import Tally
from server.observing import Observed


async def client(request: Request) -> Response:
    return PlainTextResponse("Acme")


async def broken(request: Request) -> Response:
    raise RuntimeError("of no interest here")


async def endless(request: Request) -> Response:
    await asyncio.Event().wait()
    raise AssertionError("it waits for ever")


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture
def app(tally: Tally, tmp_path: Path) -> Observed:
    (tmp_path / "page.js").write_text("1")
    routes = [
        Mount("/api", Router([Route("/clients/{id}", client, methods=["GET", "PATCH"])])),
        Route("/broken", broken),
        Route("/endless", endless),
        Mount("/static", StaticFiles(directory=tmp_path)),
    ]
    return Observed(Starlette(routes=routes), routes, tally, None)


async def ask(app: Observed, method: str, path: str) -> int:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return (await http.request(method, path)).status_code


async def test_every_address_of_a_route_is_one_figure(app: Observed, tally: Tally) -> None:
    for path in ("/api/clients/1", "/api/clients/2?q=secret", "/static/page.js", "/static/none"):
        await ask(app, "GET", path)
    await ask(app, "PATCH", "/api/clients/1")

    assert tally.requests == {
        ("GET", "/api/clients/{id}", "200"): 2,
        ("PATCH", "/api/clients/{id}", "200"): 1,
        ("GET", "/static", "200"): 1,
        ("GET", "/static", "404"): 1,
    }
    assert sum(tally.request_seconds["GET", "/api/clients/{id}"].counts) == 2


async def test_strangers_cannot_make_new_figures(app: Observed, tally: Tally) -> None:
    for number in range(5):
        await ask(app, "GET", f"/nowhere/{number}")
        await ask(app, f"METHOD{number}", "/api/clients/1")

    assert tally.requests == {
        ("GET", "(none)", "404"): 5,
        ("OTHER", "/api/clients/{id}", "405"): 5,
    }


async def test_a_fault_is_counted_as_one(app: Observed, tally: Tally) -> None:
    assert await ask(app, "GET", "/broken") == 500
    assert tally.requests == {("GET", "/broken", "500"): 1}
    assert tally.requests_open == 0


async def test_a_request_that_was_given_up_is_none_of_the_servers_faults(
    app: Observed, tally: Tally
) -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/endless",
        "headers": [],
        "query_string": b"",
    }

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    async def send(message: Message) -> None:
        raise AssertionError("nothing is answered")

    request = asyncio.create_task(app(scope, receive, send))
    await asyncio.sleep(0)
    assert tally.requests_open == 1
    request.cancel()
    await asyncio.wait([request])

    assert tally.requests == {("GET", "/endless", "499"): 1}
    assert tally.requests_open == 0
