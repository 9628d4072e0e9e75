"""What operators and browsers see from outside."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.drivers import Desk, Instance, refused
from tests.services import PostgresServer, RedisServer, ServerProcess, ServiceFailed


async def test_a_live_server_says_so(server: Instance) -> None:
    response = await server.http.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})


async def test_a_ready_server_tells_of_its_database_and_bus(
    over_sqlite: Instance,
    over_redis: tuple[Instance, Instance],
    over_notify: tuple[Instance, Instance],
) -> None:
    for instance, bus in [
        (over_sqlite, {"name": "memory", "state": "in-process"}),
        (over_redis[0], {"name": "redis", "state": "connected"}),
        (over_notify[0], {"name": "postgres", "state": "connected"}),
    ]:
        response = await instance.http.get("/readyz")
        assert response.status_code == 200
        assert response.json() == {"status": "ready", "database": "reached", "bus": bus}


async def test_the_figures_are_in_prometheus_format(server: Instance, desk: Desk) -> None:
    await desk.open_board()

    response = await server.http.get("/metrics")

    assert response.headers["content-type"].startswith("text/plain")
    families = {family.name: family for family in text_string_to_metric_families(response.text)}
    assert families["clientflow_sockets"].samples[0].value >= 1
    assert families["clientflow_topics"].samples[0].value >= 1
    assert families["clientflow_bus_degraded"].samples[0].value == 0


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../server/main.py",
        "/static/%2e%2e/%2e%2e/server/main.py",
        "/static/..%2f..%2fserver/main.py",
        "/static/..%5c..%5cserver/main.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/....//....//etc/passwd",
        "/static/%00",
        "/static/x%00.js",
        "/static/" + "x" * 300,
        "/static/",
        "/static/.",
        "/..%2f..%2fetc/passwd",
    ],
)
async def test_nothing_but_the_app_is_served_as_a_file(over_sqlite: Instance, path: str) -> None:
    status, body = await raw_get(over_sqlite, path)

    assert status == 404
    assert b"def " not in body
    assert b"root:" not in body


async def raw_get(instance: Instance, path: str) -> tuple[int, bytes]:
    """As httpx would not send it: the path is not tidied."""
    import asyncio

    reader, writer = await asyncio.open_connection("127.0.0.1", instance.process.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


async def test_a_page_of_an_allowed_site_may_call_and_no_other(fresh_sqlite_url: str) -> None:
    allowed = "https://app.example.com"
    process = ServerProcess(fresh_sqlite_url, settings={"ALLOWED_ORIGINS": allowed})
    with process:
        async with Instance(process) as instance:
            desk = await (await instance.sign_up()).new_workspace()
            asked = {
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": "authorization,if-match,idempotency-key",
            }
            ours = await instance.http.options(
                "/api/v1/workspaces", headers=asked | {"Origin": allowed}
            )
            theirs = await instance.http.options(
                "/api/v1/workspaces", headers=asked | {"Origin": "https://evil.example"}
            )
            board = await desk.connect(origin=allowed)

            assert ours.status_code == 200
            assert ours.headers["access-control-allow-origin"] == allowed
            assert "access-control-allow-origin" not in theirs.headers
            assert await board.hello(desk.person.token)


async def test_without_allowed_sites_no_other_site_may_call(server: Instance) -> None:
    response = await server.http.get("/healthz", headers={"Origin": "https://evil.example"})

    assert "access-control-allow-origin" not in response.headers


def test_a_server_with_wrong_settings_does_not_start_and_names_each() -> None:
    wrong = {"ENVIRONMENT": "production", "JWT_SECRET_KEY": "short", "PORT": "many", "DEBUG": "yes"}
    process = ServerProcess("mysql://here", settings=wrong | {"BCRYPT_ROUNDS": "12"})
    process.environment = lambda: {**ServerProcess.environment(process), "PORT": "many"}  # type: ignore[method-assign]
    try:
        with pytest.raises(ServiceFailed) as failure:
            process.start(timeout_s=20)
    finally:
        process.close()

    for name in ("JWT_SECRET_KEY", "PORT", "DEBUG", "DATABASE_URL"):
        assert name in str(failure.value)
    assert "Traceback" not in str(failure.value)


def test_what_is_served_does_not_wait_for_the_bus(
    postgres_server: PostgresServer, redis_server: RedisServer
) -> None:
    """Redis that cannot be reached at all: the server is ready, and says that it is degraded."""
    url = postgres_server.create_database()
    try:
        with ServerProcess(url, "redis://127.0.0.1:1/0") as process:
            assert process.answers()
    finally:
        postgres_server.drop_database(url)


async def test_an_unknown_page_is_not_found(server: Instance) -> None:
    refused(await server.http.get("/nowhere"), 404)
