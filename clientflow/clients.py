"""The clients of a workspace: read over REST, written by whatever way `submit` takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol, TypeVar, Unpack

from clientflow.records import BulkAnswer, BulkResult, Client, ClientFields, Comment, HistoryItem
from clientflow.rest import Query, Rest, new_key, segment
from realtime import messages
from realtime.messages import AnyCommand, ClientCommand

T = TypeVar("T")


class Submit(Protocol):
    """Carries a command out, once, under its key. Raises `Refused`, `Unreachable`."""

    async def __call__(self, command: AnyCommand, type_: type[T], key: str) -> T: ...


class AsyncClients:
    """Every write takes a `key`: whoever repeats it with the same has no second effect. One is made unless given."""

    def __init__(self, rest: Rest, root: str, submit: Submit) -> None:
        self._rest = rest
        self._root = root
        self._submit = submit

    async def list(
        self,
        *,
        q: str | None = None,
        stage: str | Sequence[str] | None = None,
        owner: str | Sequence[str] | None = None,
        tag: str | Sequence[str] | None = None,
        sort: str | None = None,
        page_items: int | None = None,
    ) -> AsyncIterator[Client]:
        """All that match, page by page as they are wanted. `owner="none"`: those without one."""
        query: Query = {
            "q": q,
            "stage": _several(stage),
            "owner": _several(owner),
            "tag": _several(tag),
            "sort": sort,
        }
        async for client in self._rest.items(
            f"{self._root}/clients", Client, query, limit=page_items
        ):
            yield client

    async def get(self, client_id: str) -> Client:
        """Raises `NotFound`."""
        return await self._rest.get(self._path(client_id), Client)

    async def create(self, *, key: str | None = None, **fields: Unpack[ClientFields]) -> Client:
        """`name` is needed; the first stage is taken unless one is given."""
        draft = messages.ClientDraft(**fields)
        return await self._submit(messages.CreateClient(data=draft), Client, key or new_key())

    async def update(
        self,
        client_id: str,
        *,
        if_version: int | None = None,
        key: str | None = None,
        **fields: Unpack[ClientFields],
    ) -> Client:
        """Merges the fields given. Raises `PreconditionFailed` when `if_version` is not the present version."""
        command = messages.UpdateClient(
            client_id=client_id, data=messages.ClientPatch(**fields), if_version=if_version
        )
        return await self._submit(command, Client, key or new_key())

    async def move(
        self,
        client_id: str,
        stage: str,
        *,
        position: str | None = None,
        if_version: int | None = None,
        key: str | None = None,
    ) -> Client:
        """To a stage, last unless `position` (a rank between its neighbours' positions) says where."""
        fields: ClientFields = {"stage": stage}
        if position is not None:
            fields["position"] = position
        return await self.update(client_id, if_version=if_version, key=key, **fields)

    async def delete(
        self, client_id: str, *, if_version: int | None = None, key: str | None = None
    ) -> None:
        """`restore` undoes it."""
        command = messages.DeleteClient(client_id=client_id, if_version=if_version)
        await self._submit(command, object, key or new_key())

    async def restore(self, client_id: str, *, key: str | None = None) -> Client:
        command = messages.RestoreClient(client_id=client_id)
        return await self._submit(command, Client, key or new_key())

    async def bulk(
        self, operations: Sequence[ClientCommand], *, key: str | None = None
    ) -> Sequence[BulkResult]:
        """Up to 500 operations in one transaction, a result for each."""
        command = messages.BulkClients(operations=[*operations])
        return (await self._submit(command, BulkAnswer, key or new_key())).results

    async def history(self, client_id: str) -> AsyncIterator[HistoryItem]:
        """Who changed what, the newest first; also of a deleted client."""
        async for item in self._rest.items(f"{self._path(client_id)}/history", HistoryItem):
            yield item

    async def comments(self, client_id: str) -> AsyncIterator[Comment]:
        """The oldest first."""
        async for comment in self._rest.items(f"{self._path(client_id)}/comments", Comment):
            yield comment

    async def comment(self, client_id: str, body: str, *, key: str | None = None) -> Comment:
        command = messages.CreateComment(client_id=client_id, data=messages.CommentDraft(body=body))
        return await self._submit(command, Comment, key or new_key())

    def _path(self, client_id: str) -> str:
        return f"{self._root}/clients/{segment(client_id)}"


def _several(value: str | Sequence[str] | None) -> list[str] | None:
    if value is None:
        return None
    return [value] if isinstance(value, str) else [*value]
