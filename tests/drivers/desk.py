"""One person's place in one workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from tests.drivers.board import Board

if TYPE_CHECKING:
    from tests.drivers.board import Json
    from tests.drivers.instance import Instance
    from tests.drivers.person import Person


class Desk:
    """REST with paths below /api/v1/workspaces/{w}, and the channel."""

    def __init__(self, person: Person, workspace_id: str) -> None:
        self.person = person
        self.workspace_id = workspace_id
        self.path = f"/workspaces/{workspace_id}"

    def at(self, instance: Instance) -> Desk:
        return Desk(self.person.at(instance), self.workspace_id)

    def of(self, person: Person) -> Desk:
        """Another person's place in the same workspace."""
        return Desk(person, self.workspace_id)

    async def ask(
        self, method: str, path: str = "", json: Any = None, **options: Any
    ) -> httpx.Response:
        return await self.person.ask(method, self.path + path, json, **options)

    async def get(self, path: str = "", **options: Any) -> httpx.Response:
        return await self.ask("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return await self.ask("POST", path, json, **options)

    async def patch(self, path: str, json: Any, **options: Any) -> httpx.Response:
        return await self.ask("PATCH", path, json, **options)

    async def delete(self, path: str = "", **options: Any) -> httpx.Response:
        return await self.ask("DELETE", path, **options)

    async def open_board(self, since: int | None = None) -> Board:
        """A socket that has been welcomed. Raises `NotWelcome`."""
        board = await self.connect()
        await board.hello(self.person.token, since)
        return board

    async def connect(self, **options: Any) -> Board:
        """A socket that has not said hello."""
        return await self.person.instance.connect(self.workspace_id, **options)

    async def admit(self, person: Person, role: str) -> Desk:
        """Invite `person`, who accepts; gives their desk."""
        code = (await self.invite(role=role))["code"]
        response = await person.post(f"/invites/{code}/accept")
        assert response.status_code == 200, response.text
        return self.of(person)

    async def admit_new(self, role: str, name: str = "Ben") -> Desk:
        """The desk of somebody new with this role; owners are made of admins."""
        person = await self.person.instance.sign_up(name)
        if role != "owner":
            return await self.admit(person, role)
        desk = await self.admit(person, "admin")
        response = await self.patch(f"/members/{person.id}", {"role": "owner"})
        assert response.status_code == 200, response.text
        return desk

    async def invite(self, **draft: Any) -> Json:
        return _created(await self.post("/invites", draft))

    async def create_client(self, name: str = "Acme", **fields: Any) -> Json:
        return _created(await self.post("/clients", {"name": name, **fields}))

    async def create_clients(self, count: int, **fields: Any) -> list[Json]:
        """Many at once: each is one change of the log."""
        operations = [
            {"op": "client.create", "data": {"name": f"Client {number:04}", **fields}}
            for number in range(count)
        ]
        created: list[Json] = []
        for start in range(0, count, 500):
            response = await self.post(
                "/clients/bulk", {"operations": operations[start : start + 500]}
            )
            assert response.status_code == 200, response.text
            created += [result["result"] for result in response.json()["results"]]
        return created

    async def update_client(self, client: Json, **fields: Any) -> Json:
        response = await self.patch(f"/clients/{client['id']}", fields)
        assert response.status_code == 200, response.text
        return _object(response)

    async def client(self, client: Json | str) -> Json:
        """The client as REST has it now."""
        client_id = client if isinstance(client, str) else client["id"]
        response = await self.get(f"/clients/{client_id}")
        assert response.status_code == 200, response.text
        return _object(response)

    async def clients(self, **query: Any) -> list[Json]:
        """The first page."""
        response = await self.get("/clients", params=query)
        assert response.status_code == 200, response.text
        items: list[Json] = response.json()["items"]
        return items

    async def names(self, **query: Any) -> list[str]:
        return [client["name"] for client in await self.clients(**query)]

    async def stages(self) -> list[Json]:
        items: list[Json] = (await self.get("/stages")).json()["items"]
        return items

    async def stage(self, key: str) -> Json:
        return next(stage for stage in await self.stages() if stage["key"] == key)

    async def changes(self, since: int = 0, **query: Any) -> list[Json]:
        response = await self.get("/changes", params={"since": since, **query})
        assert response.status_code == 200, response.text
        changes: list[Json] = response.json()["changes"]
        return changes

    async def head(self) -> int:
        """The seq of the workspace's last change."""
        return int((await self.get()).json()["seq"])


def _created(response: httpx.Response) -> Json:
    assert response.status_code == 201, response.text
    return _object(response)


def _object(response: httpx.Response) -> Json:
    found: Json = response.json()
    return found
