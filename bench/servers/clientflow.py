"""ClientFlow by its own command line, in production's settings, but for the limits of what one socket may say."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from bench.loading import Route
from bench.machine import ROOT, package_versions
from bench.servers.contender import Contender, Served
from bench.servers.services import PinnedService, PostgresElsewhere, RedisElsewhere

Json = dict[str, Any]
Kind = Literal["commit", "presence"]
MEMBERS = 20
PASSWORD = "correct horse battery staple"


class ClientFlowService(PinnedService):
    name = "clientflow"

    def __init__(self, settings: dict[str, str]) -> None:
        super().__init__()
        self.settings = settings

    def environment(self) -> dict[str, str]:
        return super().environment() | self.settings | {"PORT": str(self.port)}

    def program(self) -> list[str]:
        # By its path: the server's packages may be another checkout's.
        return [sys.executable, str(ROOT / "bench" / "servers" / "tireless.py")]

    def answers(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self.port}/readyz"
            return httpx.get(url, trust_env=False, timeout=5).status_code == 200
        except httpx.HTTPError:
            return False


class ClientFlow(Contender):
    """One instance, or several that share PostgreSQL and Redis."""

    service = ClientFlowService
    postgres_service = PostgresElsewhere
    redis_service = RedisElsewhere

    def __init__(
        self, name: str, *, kind: Kind, postgres: bool = False, instances: int = 1
    ) -> None:
        self.name = name
        self.kind: Kind = kind
        self.postgres = postgres
        self.instances = instances
        self.settings: dict[str, str] = {}  # besides those that all have
        store = ("Postgres, Redis" if postgres else "SQLite") + (
            f", {instances} instances" if instances > 1 else ""
        )
        self.label = (
            "ClientFlow, presence" if kind == "presence" else f"ClientFlow, commit ({store})"
        )
        self.does = {
            "commit": "a client.update command on a socket: decoded, authorised, committed to the database with "
            "its log row, answered with an ack, and its change sent to every socket of the workspace",
            "presence": "a presence frame of a socket: decoded, kept in the workspace's presence, and what changed "
            "sent to every socket of the workspace; touches no database",
        }[kind]

    def version(self) -> str:
        return package_versions("starlette", "uvicorn", "uvloop", "websockets", "msgspec")

    @contextmanager
    def running(self) -> Iterator[Served]:
        with ExitStack() as stack:
            settings = SETTINGS | self.settings
            if self.postgres:
                postgres = stack.enter_context(self.postgres_service())
                settings["DATABASE_URL"] = postgres.create_database()
                settings["REDIS_URL"] = stack.enter_context(self.redis_service()).url
            else:
                settings["DATABASE_URL"] = "sqlite:///./clientflow.db"  # in the service's folder
            services = [stack.enter_context(self.service(settings)) for _ in range(self.instances)]
            yield ClientFlowServed(services, self.kind)


SETTINGS = {
    "ENVIRONMENT": "production",
    "HOST": "127.0.0.1",
    "JWT_SECRET_KEY": "f1c0a7d2e9b84653a1d07c5e6f2b9384",
    "BCRYPT_ROUNDS": "10",
    "ACCESS_TOKEN_EXPIRE_MINUTES": "1440",
    "LOG_LEVEL": "warning",
    "RATE_LIMITS": "off",  # all load comes from one address, and one person is many sockets
    # Another checkout's server can be measured with the same instruments.
    "PYTHONPATH": os.environ.get("TREE") or str(ROOT),
}


@dataclass
class ClientFlowServed(Served):
    kind: Kind = "commit"
    _team: Team | None = field(default=None, repr=False)

    @property
    def team(self) -> Team:
        """Made when first asked for."""
        if self._team is None:
            self._team = Team(f"http://127.0.0.1:{self.port}/api/v1", MEMBERS)
        return self._team

    def padded_routes(self, sockets: int, publishers: int, pad: int) -> list[Route]:
        workspace = self.team.workspace()
        writing = self.publishing(workspace, publishers, pad)
        return [*writing, *self.listening(workspace, sockets - publishers)]

    def publishing(self, workspace: str, publishers: int, pad: int, **options: Any) -> list[Route]:
        """Sockets that publish, each about a client of its own, spread over members and instances."""
        clients = self.team.clients(workspace, publishers if self.kind == "commit" else 0)
        return [
            self.route(
                workspace,
                at,
                instance=at % len(self.services),
                publish=self.event(clients[at] if clients else "", pad),
                **options,
            )
            for at in range(publishers)
        ]

    def listening(self, workspace: str, sockets: int, **options: Any) -> list[Route]:
        """Sockets that only listen, spread over members and instances."""
        places = [(member, at) for member in range(MEMBERS) for at in range(len(self.services))]
        shares = [len(range(at, sockets, len(places))) for at in range(len(places))]
        return [
            self.route(workspace, member, instance=instance, count=share, **options)
            for (member, instance), share in zip(places, shares, strict=True)
            if share
        ]

    def route(self, workspace: str, member: int, *, instance: int = 0, **options: Any) -> Route:
        token = self.team.tokens[member % len(self.team.tokens)]
        return Route(
            self.services[instance].port,
            f"/ws/workspaces/{workspace}",
            headers=("Sec-WebSocket-Protocol: clientflow.v1",),
            ready='"type":"welcome"',
            hello=json.dumps({"type": "hello", "token": token, "since": None}),
            **options,
        )

    def event(self, client_id: str, pad: int) -> str:
        if self.kind == "presence":
            state: Json = {"viewing": "%T" + "x" * pad, "editing": None}
            frame: Json = {"type": "presence", "state": state}
        else:
            frame = {"type": "command", "id": "%U", "op": "client.update",
                     "client_id": client_id, "data": {"notes": "%T" + "x" * pad}}  # fmt: skip
        return json.dumps(frame, separators=(",", ":"))


class Team:
    """People with accounts, and workspaces that all of them are members of."""

    def __init__(self, api: str, members: int) -> None:
        self._http = httpx.Client(base_url=api, trust_env=False, timeout=30)
        self._others = 1_000
        self.tokens = [self._signed_up(number) for number in range(members)]

    def _signed_up(self, number: int) -> str:
        account = {"email": f"member-{number}@example.com", "password": PASSWORD,
                   "name": f"Member {number}"}  # fmt: skip
        return str(self._post("/auth/register", account)["access_token"])

    def workspace(self, *, shared: bool = True) -> str:
        """A new workspace of the first member; `shared`: the others have joined it as editors."""
        workspace = str(self._post("/workspaces", {"name": "Bench"}, self.tokens[0])["id"])
        if shared:
            for token in self.tokens[1:]:
                invite = self._post(
                    f"/workspaces/{workspace}/invites", {"role": "editor"}, self.tokens[0]
                )
                self._post(f"/invites/{invite['code']}/accept", {}, token)
        return workspace

    def strangers(self, count: int) -> list[str]:
        """The tokens of people who belong to no workspace of the team's."""
        self._others += count
        return [self._signed_up(self._others + number) for number in range(count)]

    def workspace_of(self, token: str) -> str:
        """A new workspace of somebody's alone."""
        return str(self._post("/workspaces", {"name": "Elsewhere"}, token)["id"])

    def clients(self, workspace: str, count: int) -> list[str]:
        path = f"/workspaces/{workspace}/clients"
        drafts = ({"name": f"Client {number}"} for number in range(count))
        return [str(self._post(path, draft, self.tokens[0])["id"]) for draft in drafts]

    def seq(self, workspace: str) -> int:
        """The number of the workspace's last change."""
        return int(self._get(f"/workspaces/{workspace}/clients?limit=1")["seq"])

    def version(self, workspace: str, client: str) -> int:
        return int(self._get(f"/workspaces/{workspace}/clients/{client}")["version"])

    def _get(self, path: str) -> Json:
        response = self._http.get(path, headers={"Authorization": f"Bearer {self.tokens[0]}"})
        response.raise_for_status()
        answer: Json = response.json()
        return answer

    def _post(self, path: str, body: Json, token: str | None = None) -> Json:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = self._http.post(path, json=body, headers=headers)
        response.raise_for_status()
        answer: Json = response.json()
        return answer
