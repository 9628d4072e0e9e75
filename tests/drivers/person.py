"""Someone with an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import jwt

from tests.drivers.desk import Desk

if TYPE_CHECKING:
    from tests.drivers.board import Json
    from tests.drivers.instance import Instance

PASSWORD = "correct horse battery staple"


class Person:
    """Speaks to one instance over REST; `at` gives the same person at another one.

    `token` may be any that speaks for them: an access token or a personal access token.
    """

    def __init__(self, instance: Instance, signed_in: Json, token: str | None = None) -> None:
        self.instance = instance
        self.signed_in = signed_in
        self.token: str = token or signed_in["access_token"]

    @property
    def id(self) -> str:
        return str(self.signed_in["user"]["id"])

    @property
    def name(self) -> str:
        return str(self.signed_in["user"]["name"])

    @property
    def email(self) -> str:
        return str(self.signed_in["user"]["email"])

    @property
    def refresh_token(self) -> str:
        return str(self.signed_in["refresh_token"])

    @property
    def session_id(self) -> str:
        """Of the sign-in, as its access token names it."""
        claims = jwt.decode(self.signed_in["access_token"], options={"verify_signature": False})
        return str(claims["sid"])

    def at(self, instance: Instance) -> Person:
        return Person(instance, self.signed_in, self.token)

    def with_token(self, token: str) -> Person:
        """The same person by another token, as a script of theirs would come."""
        return Person(self.instance, self.signed_in, token)

    async def ask(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """One request under /api/v1, with `key` as its Idempotency-Key."""
        sent = {"Authorization": f"Bearer {self.token}"} | (headers or {})
        if key is not None:
            sent["Idempotency-Key"] = key
        return await self.instance.ask(method, path, json, headers=sent, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.ask("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return await self.ask("POST", path, json, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self.ask("DELETE", path, **options)

    async def new_workspace(self, name: str = "Sales") -> Desk:
        """A workspace that this person owns."""
        response = await self.post("/workspaces", {"name": name})
        assert response.status_code == 201, response.text
        return self.desk(response.json()["id"])

    def desk(self, workspace_id: str) -> Desk:
        """This person's place in a workspace, whether they may enter it or not."""
        return Desk(self, workspace_id)

    async def personal_token(self, *scopes: str, **fields: Any) -> Person:
        """This person by a new personal access token."""
        draft = {"name": "script", "scopes": list(scopes), **fields}
        response = await self.post("/tokens", draft)
        assert response.status_code == 201, response.text
        return self.with_token(response.json()["token"])
