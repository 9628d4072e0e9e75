"""infra/nginx/nginx.conf, run: two instances behind it are one server."""

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from realtime.session import SessionLimits
from server.limits import Limits
from server.serving import KEEP_ALIVE_S
from tests.drivers import Instance
from tests.services import Nginx, PostgresServer, ServerProcess
from tests.services.nginx import CONFIGURATION

Pair = tuple[ServerProcess, ServerProcess]


@pytest.fixture(scope="module")
def pair(postgres_server: PostgresServer) -> Iterator[Pair]:
    url = postgres_server.create_database()
    with ServerProcess(url) as one, ServerProcess(url) as two:
        yield one, two
    postgres_server.drop_database(url)


@pytest.fixture(scope="module")
def nginx(pair: Pair) -> Iterator[Nginx]:
    with Nginx([process.port for process in pair]) as server:
        yield server


@pytest.fixture
async def front(nginx: Nginx) -> AsyncIterator[Instance]:
    async with Instance(nginx) as instance:
        yield instance


def directive(name: str) -> float:
    """The value of the only such directive, in seconds or bytes."""
    (value,) = set(re.findall(rf"^\s*{name} (\w+)", CONFIGURATION.read_text(), re.MULTILINE))
    return _number(value)


def _number(value: str) -> float:
    factors = {"s": 1, "m": 1024 * 1024, "": 1}
    return float(value.rstrip("sm")) * factors[value.lstrip("0123456789")]


async def test_sockets_go_to_both_instances_and_see_what_is_written_over_rest(
    front: Instance, pair: Pair
) -> None:
    desk = await (await front.sign_up("Ana")).new_workspace()
    boards = [await desk.open_board() for _ in range(6)]
    client = await desk.create_client("Acme")
    for board in boards:
        assert (await board.next_change())["id"] == client["id"]

    sockets = sockets_of(pair)
    assert min(sockets) >= 2, "least_conn gives both some"
    assert (await front.http.get("/metrics")).status_code == 404


async def test_each_workspace_stays_on_one_instance_where_it_is_asked_for(pair: Pair) -> None:
    with Nginx([process.port for process in pair], by_workspace=True) as nginx:
        async with Instance(nginx) as front:
            ana = await front.sign_up("Ana")
            before = sockets_of(pair)
            for _ in range(8):
                desk = await ana.new_workspace()
                boards = [await desk.open_board() for _ in range(3)]
                await desk.create_client("Acme")
                assert [(await board.next_change())["op"] for board in boards] == ["created"] * 3

            joined = [now - then for now, then in zip(sockets_of(pair), before, strict=True)]
            assert sum(joined) == 24
            assert [count % 3 for count in joined] == [0, 0]
            await front.close_boards()


async def test_while_one_instance_is_away_no_request_fails(front: Instance, pair: Pair) -> None:
    desk = await (await front.sign_up("Ana")).new_workspace()
    await asyncio.to_thread(pair[1].stop)
    for number in range(6):
        await desk.create_client(f"Client {number}")
        assert (await front.readiness())["status"] == "ready"
    await asyncio.to_thread(pair[1].start)


def sockets_of(pair: Pair) -> list[int]:
    """How many sockets have joined on each."""
    metrics = [httpx.get(f"{process.base_url}/metrics", trust_env=False).text for process in pair]
    return [
        int(float(*re.findall(r"^clientflow_sockets(?:\{.*\})? (\S+)$", text, re.MULTILINE)))
        for text in metrics
    ]


@contextmanager
def echo() -> Iterator[int]:
    """A server that answers with the headers that it got."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_instances_are_told_who_asks_and_nobody_can_claim_another_address() -> None:
    with echo() as port, Nginx([port]) as server:
        claims = {"Host": "crm.example.com", "X-Forwarded-For": "203.0.113.9"}
        plain = httpx.get(server.base_url, headers=claims, trust_env=False).json()
        secure = {"X-Forwarded-Proto": "https", "Connection": "upgrade", "Upgrade": "websocket"}
        upgrade = httpx.get(server.base_url, headers=secure, trust_env=False).json()

    assert plain["host"] == "crm.example.com"
    assert plain["x-forwarded-for"] == "127.0.0.1"
    assert plain["x-forwarded-proto"] == "http"
    assert "connection" not in plain
    assert "upgrade" not in plain
    assert upgrade["x-forwarded-proto"] == "https"
    assert (upgrade["connection"], upgrade["upgrade"]) == ("upgrade", "websocket")


async def test_bodies_are_bounded_as_the_server_bounds_them(front: Instance) -> None:
    limits = Limits()
    sizes = re.findall(r"client_max_body_size (\w+);", CONFIGURATION.read_text())
    assert [_number(size) for size in sizes] == [limits.max_body_bytes, limits.max_import_bytes]
    over = b" " * (limits.max_body_bytes + 1)
    assert (await front.http.post("/api/v1/auth/login", content=over)).status_code == 413


def test_quiet_sockets_and_long_polls_outlast_no_time_limit() -> None:
    silence = max(Limits().max_long_poll_s, 2 * SessionLimits().heartbeat_s)
    assert directive("proxy_read_timeout") > silence
    assert directive("proxy_send_timeout") > silence
    upstream = re.findall(r"keepalive_timeout (\w+);", CONFIGURATION.read_text())[0]
    assert _number(upstream) < KEEP_ALIVE_S
