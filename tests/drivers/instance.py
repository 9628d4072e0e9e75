"""One running server, as its users reach it."""

from __future__ import annotations

import itertools
from typing import Any, Self

import httpx

from tests.drivers.board import Board, Json
from tests.drivers.conformance import described_api
from tests.drivers.person import PASSWORD, Person
from tests.services import ServerProcess

_numbers = itertools.count(1)


class Instance:
    def __init__(self, process: ServerProcess) -> None:
        self.process = process
        self.http = httpx.AsyncClient(
            base_url=process.base_url,
            timeout=30,
            trust_env=False,
            limits=httpx.Limits(max_connections=200),
        )
        self._boards: list[Board] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def ask(self, method: str, path: str, json: Any = None, **options: Any) -> httpx.Response:
        """A request under /api/v1 by nobody in particular, whose answer must be as OpenAPI describes it."""
        response = await self.http.request(method, f"/api/v1{path}", json=json, **options)
        described_api().check(response)
        return response

    async def sign_up(
        self, name: str = "Ana", email: str | None = None, password: str = PASSWORD
    ) -> Person:
        """Somebody new, with an address of their own unless given."""
        email = email or f"person-{next(_numbers)}@example.com"
        response = await self.ask(
            "POST", "/auth/register", {"email": email, "password": password, "name": name}
        )
        assert response.status_code == 201, response.text
        return Person(self, response.json())

    async def sign_in(self, email: str, password: str = PASSWORD) -> Person:
        response = await self.ask("POST", "/auth/login", {"email": email, "password": password})
        assert response.status_code == 200, response.text
        return Person(self, response.json())

    async def connect(self, workspace_id: str, **options: Any) -> Board:
        """A channel that has not said hello; closed with the others at the end."""
        url = f"{self.process.ws_url}/ws/workspaces/{workspace_id}"
        board = await Board.connect(url, **options)
        self._boards.append(board)
        return board

    async def readiness(self) -> Json:
        found: Json = (await self.http.get("/readyz")).json()
        return found

    async def close_boards(self) -> None:
        while self._boards:
            await self._boards.pop().close()

    async def close(self) -> None:
        await self.close_boards()
        await self.http.aclose()
