"""A server to be harmed, and the figures of what was tried on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.drivers import PASSWORD
from tests.fuzz.exploring import Tally
from tests.services import ServerProcess

_TALLIES = pytest.StashKey[list[str]]()
COMPLAINTS = (
    "Traceback",
    "[error",
    "[critical",
    "Task exception was never retrieved",
    "never awaited",
)


@dataclass(frozen=True)
class Target:
    """A server, with somebody who owns a board on it and a stranger."""

    process: ServerProcess
    http: httpx.Client
    token: str
    stranger: str
    workspace_id: str

    def board(self, path: str = "") -> Any:
        """What the owner sees of the board."""
        response = self.http.get(f"/workspaces/{self.workspace_id}{path}", headers=self.owner)
        assert response.status_code == 200, response.text
        return response.json()

    @property
    def owner(self) -> dict[str, str]:
        """The headers by which the owner asks."""
        return {"Authorization": f"Bearer {self.token}"}

    def complaints(self) -> str:
        """What the server's log tells of faults of its own, with what led there. It logs nothing else."""
        log = self.process.log
        return log[-8_000:] if any(sign in log for sign in COMPLAINTS) else ""


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    file = tmp_path_factory.mktemp("fuzz") / "clientflow.db"
    settings = {"LOG_LEVEL": "warning", "RATE_LIMITS": "off", "ACCESS_TOKEN_EXPIRE_MINUTES": "1440"}
    process = ServerProcess(f"sqlite:///{file}", settings=settings)
    with process, httpx.Client(trust_env=False) as http:
        http.base_url = f"{process.base_url}/api/v1"
        owner, stranger = signed_up(http, "owner"), signed_up(http, "stranger")
        headers = {"Authorization": f"Bearer {owner}"}
        workspace = http.post("/workspaces", json={"name": "Sales"}, headers=headers).json()
        yield Target(process, http, owner, stranger, workspace["id"])


def signed_up(http: httpx.Client, name: str) -> str:
    """The access token of somebody new."""
    person = {"email": f"{name}@example.com", "password": PASSWORD, "name": name}
    token: str = http.post("/auth/register", json=person).json()["access_token"]
    return token


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    tally = Tally(request.node.name.removeprefix("test_").replace("_", " "))
    yield tally
    request.node.user_properties.append(("tally", str(tally)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """user_properties reach the process that prints, whichever has run the test."""
    reports = [one for ones in terminalreporter.stats.values() for one in ones]
    tallies = {
        value
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "tally"
    }
    if tallies:
        terminalreporter.section("fuzzing")
        for tally in sorted(tallies):
            terminalreporter.write_line(tally)
