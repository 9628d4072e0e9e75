"""What the server writes on stderr in production: JSON lines, one for each request, and no secret in them."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.drivers import Instance
from tests.drivers.person import PASSWORD
from tests.services import ServerProcess, eventually


@pytest.fixture(scope="module")
def logging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    file = tmp_path_factory.mktemp("logs") / "clientflow.db"
    with ServerProcess(f"sqlite:///{file}", settings={"LOG_FORMAT": "json"}) as process:
        yield process


@pytest.fixture
async def instance(logging: ServerProcess) -> AsyncIterator[Instance]:
    async with Instance(logging) as instance:
        yield instance


def lines(process: ServerProcess) -> list[dict[str, Any]]:
    return [json.loads(line) for line in process.log.splitlines() if line.startswith("{")]


async def requests(process: ServerProcess, count: int, *, route: str) -> list[dict[str, Any]]:
    def there() -> list[dict[str, Any]]:
        found = [line for line in lines(process) if line.get("route") == route]
        return found if len(found) >= count else []

    found: list[dict[str, Any]] = await eventually(there)
    return found


async def test_each_request_is_one_line_that_says_what_and_for_whom_but_not_the_address(
    instance: Instance, logging: ServerProcess
) -> None:
    desk = await (await instance.sign_up("Ana")).new_workspace()
    client = await desk.create_client()
    response = await desk.get(f"/clients/{client['id']}", params={"q": "a secret of theirs"})

    (line,) = await requests(
        logging, 1, route="/api/v1/workspaces/{workspace_id}/clients/{client_id}"
    )
    assert line["logger"] == "clientflow.access"
    assert (line["method"], line["status"], line["bytes"]) == ("GET", 200, len(response.content))
    assert line["workspace_id"] == desk.workspace_id
    assert line["user_id"] == desk.person.id
    assert 0 < line["duration_ms"] < 10_000
    assert line.get("request_id") == response.headers.get("x-request-id")
    assert client["id"] not in json.dumps(line)
    assert "a secret" not in logging.log


async def test_what_is_nowhere_is_logged_as_one_route_and_health_checks_not_at_all(
    instance: Instance, logging: ServerProcess
) -> None:
    for path in ("/nowhere", "/else/where", "/healthz"):
        await instance.http.get(path)

    found = await requests(logging, 2, route="(none)")
    assert [line["status"] for line in found] == [404, 404]
    assert "healthz" not in logging.log


async def test_no_secret_is_in_any_line(instance: Instance, logging: ServerProcess) -> None:
    ana = await instance.sign_up("Ana")
    await instance.ask("POST", "/auth/login", {"email": ana.email, "password": "wrong" + PASSWORD})
    await instance.ask("POST", "/auth/refresh", {"refresh_token": ana.refresh_token})
    board = await (await ana.new_workspace()).open_board()
    await board.ping()

    await requests(logging, 1, route="/api/v1/auth/refresh")
    for secret in (PASSWORD, ana.token, ana.refresh_token, logging.settings["JWT_SECRET_KEY"]):
        assert secret not in logging.log
