"""The members of a run: accounts with personal access tokens, and workspaces that all of them belong to."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from typing import Any

import httpx

from tests.fault.cluster import Cluster

_numbers = itertools.count(1)
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Person:
    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def sign_up(http: httpx.AsyncClient) -> Person:
    email = f"fault-{next(_numbers)}@example.com"
    account = {"email": email, "password": PASSWORD, "name": email.partition("@")[0]}
    signed_in = await _post(http, "/auth/register", account)
    headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
    draft = {"name": "fault tests", "scopes": ["read", "write"]}
    made = await _post(http, "/tokens", draft, headers)
    return Person(signed_in["user"]["id"], made["token"])


async def sign_up_many(cluster: Cluster, count: int) -> list[Person]:
    http = cluster.nodes[0].http
    return list(await asyncio.gather(*(sign_up(http) for _ in range(count))))


async def common_workspaces(cluster: Cluster, people: list[Person], count: int) -> list[str]:
    """New workspaces: the first person owns them, the others may edit."""
    http, (owner, *others) = cluster.nodes[0].http, people

    async def make() -> str:
        made = await _post(http, "/workspaces", {"name": "Faults"}, owner.headers)
        for person in others:
            path = f"/workspaces/{made['id']}/invites"
            invite = await _post(http, path, {"role": "editor"}, owner.headers)
            await _post(http, f"/invites/{invite['code']}/accept", None, person.headers)
        return str(made["id"])

    return list(await asyncio.gather(*(make() for _ in range(count))))


async def _post(
    http: httpx.AsyncClient, path: str, body: Any, headers: dict[str, str] | None = None
) -> Any:
    response = await http.post(f"/api/v1{path}", json=body, headers=headers)
    assert response.is_success, f"{path}: {response.status_code} {response.text}"
    return response.json()
