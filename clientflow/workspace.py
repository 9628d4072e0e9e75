"""One workspace: its clients, stages, members and invites, its log, its assistant, its files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from msgspec import UNSET

from clientflow.board import Board
from clientflow.channel import ChangesAnswer
from clientflow.clients import AsyncClients
from clientflow.live import AsyncLive, read_board
from clientflow.records import Invite, Member, Message, Stage, WorkspaceInfo
from clientflow.replies import AsyncReply
from clientflow.rest import Rest, new_key, segment
from clientflow.transfer import AsyncTransfer
from realtime import messages
from realtime.messages import AnyCommand, Role

T = TypeVar("T")


class AsyncWorkspace:
    def __init__(self, rest: Rest, workspace_id: str) -> None:
        self.id = workspace_id
        self._rest = rest
        self._root = f"/workspaces/{segment(workspace_id)}"
        self.clients = AsyncClients(rest, self._root, self._submit)
        self.transfer = AsyncTransfer(rest, self._root, workspace_id)

    async def info(self) -> WorkspaceInfo:
        """Its name and one's role. Raises `NotFound` for whoever is not a member."""
        return await self._rest.get(self._root, WorkspaceInfo)

    async def rename(self, name: str, *, key: str | None = None) -> WorkspaceInfo:
        command = messages.UpdateWorkspace(data=messages.WorkspacePatch(name=name))
        return await self._submit(command, WorkspaceInfo, key or new_key())

    async def delete(self, *, key: str | None = None) -> None:
        """With all that is in it."""
        await self._submit(messages.DeleteWorkspace(), object, key or new_key())

    def follow(self, *, since: int | None = None) -> AsyncLive:
        """The board, kept current. With `since` the changes after that seq are given first."""
        return AsyncLive(self._rest, self.id, since)

    async def board(self) -> Board:
        """As it stands now."""
        return await read_board(self._rest, self._root)

    async def changes(self, since: int, *, wait_s: int = 0) -> ChangesAnswer:
        """A page of the log after `since`; with `wait_s` it waits so long for the first. Raises `Gone`."""
        query = {"since": since, "limit": self._rest.limits.changes_page, "wait": wait_s}
        timeout_s = self._rest.limits.request_timeout_s + wait_s
        path = f"{self._root}/changes"
        return await self._rest.get(path, ChangesAnswer, query, timeout_s=timeout_s)

    def ask(
        self,
        prompt: str,
        *,
        client_id: str | None = None,
        retry_of: str | None = None,
        key: str | None = None,
    ) -> AsyncReply:
        """Ask the assistant, about `client_id` if given: `async with workspace.ask(…) as reply`."""
        question = messages.Question(prompt=prompt, retry_of=retry_of)
        command = messages.AskAssistant(data=question, client_id=client_id)
        return AsyncReply(self._rest, self._root, self._submit, None, command, key)

    def reply(self, message_id: str) -> AsyncReply:
        """A reply that anybody asked for, from its beginning, also in the middle of it."""
        return AsyncReply(self._rest, self._root, self._submit, None, message_id)

    async def messages(self) -> AsyncIterator[Message]:
        """Questions and replies, the newest first."""
        async for message in self._rest.items(f"{self._root}/assistant/messages", Message):
            yield message

    async def stages(self) -> Sequence[Stage]:
        """From left to right."""
        return [stage async for stage in self._rest.items(f"{self._root}/stages", Stage)]

    async def create_stage(
        self,
        name: str,
        *,
        stage_key: str | None = None,
        color: str | None = None,
        position: int | None = None,
        key: str | None = None,
    ) -> Stage:
        """`stage_key` is made of the name, and it is put last, unless given."""
        draft = messages.StageDraft(
            name=name,
            key=UNSET if stage_key is None else stage_key,
            position=UNSET if position is None else position,
            **({} if color is None else {"color": color}),
        )
        return await self._submit(messages.CreateStage(data=draft), Stage, key or new_key())

    async def update_stage(
        self,
        stage_id: str,
        *,
        name: str | None = None,
        color: str | None = None,
        position: int | None = None,
        if_version: int | None = None,
        key: str | None = None,
    ) -> Stage:
        patch = messages.StagePatch(
            name=UNSET if name is None else name,
            color=UNSET if color is None else color,
            position=UNSET if position is None else position,
        )
        command = messages.UpdateStage(stage_id=stage_id, data=patch, if_version=if_version)
        return await self._submit(command, Stage, key or new_key())

    async def delete_stage(
        self, stage_id: str, *, move_to: str | None = None, key: str | None = None
    ) -> None:
        """`move_to` is the key of the stage that takes its clients. Raises `Conflict` without, if it has some."""
        command = messages.DeleteStage(stage_id=stage_id, move_to=move_to)
        await self._submit(command, object, key or new_key())

    async def members(self) -> Sequence[Member]:
        return [member async for member in self._rest.items(f"{self._root}/members", Member)]

    async def set_role(self, user_id: str, role: Role, *, key: str | None = None) -> Member:
        command = messages.UpdateMember(user_id=user_id, data=messages.MemberPatch(role=role))
        return await self._submit(command, Member, key or new_key())

    async def remove_member(self, user_id: str, *, key: str | None = None) -> None:
        """Or oneself, to leave."""
        await self._submit(messages.RemoveMember(user_id=user_id), object, key or new_key())

    async def invites(self) -> Sequence[Invite]:
        """Without their codes."""
        return [invite async for invite in self._rest.items(f"{self._root}/invites", Invite)]

    async def invite(
        self, role: Role, *, email: str | None = None, key: str | None = None
    ) -> Invite:
        """`url` is for one person, with `email` for that one only."""
        command = messages.CreateInvite(data=messages.InviteDraft(role=role, email=email))  # type: ignore[arg-type]
        return await self._submit(command, Invite, key or new_key())

    async def delete_invite(self, invite_id: str, *, key: str | None = None) -> None:
        await self._submit(messages.DeleteInvite(invite_id=invite_id), object, key or new_key())

    async def _submit(self, command: AnyCommand, type_: type[T], key: str) -> T:
        return await self._rest.submit(self._root, command, type_, key)
