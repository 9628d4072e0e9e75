"""The command service: authorise, run in one transaction, remember the answer, deliver after the commit."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import datetime
from functools import partial

import msgspec

from realtime import messages
from realtime.hub import Hub
from realtime.messages import AnyCommand, CreateInvite, DeleteWorkspace
from server.answers import Answer, Answers, fingerprint_of
from server.change_frames import logged_frame
from server.commands import clients, members, stages
from server.commands.context import Context, Handler
from server.errors import NO_SUCH_WORKSPACE, Conflict, Forbidden, Gone, NotFound, Unauthorized
from server.identity.derived import DerivedSecrets
from server.identity.principal import Principal
from server.ids import digest, new_id
from server.limits import Limits
from server.permissions import Role, authorise, operation_of
from storage import Storage, Write
from storage.errors import Duplicate, NoSuchWorkspace
from storage.records import Actor, Change, Stage, Workspace

FIRST_STAGES = (
    ("lead", "#64748b"),
    ("contacted", "#0ea5e9"),
    ("proposal", "#8b5cf6"),
    ("won", "#16a34a"),
    ("lost", "#dc2626"),
)
_encoder = msgspec.json.Encoder()


class CommandService:
    """Runs every write of a workspace. Owns its running commands, so that a caller that goes away stops none."""

    def __init__(self, storage: Storage, hub: Hub, secrets: DerivedSecrets, limits: Limits) -> None:
        self._storage = storage
        self._limits = limits
        self._hub = hub
        self._secrets = secrets
        self._answers = Answers(storage)
        self._running: set[asyncio.Task[Answer]] = set()
        self._handlers: dict[type, Handler] = {
            **clients.OPERATIONS,
            messages.BulkClients: clients.bulk_clients,
            messages.CreateComment: clients.create_comment,
            messages.CreateStage: stages.create_stage,
            messages.UpdateStage: stages.update_stage,
            messages.DeleteStage: stages.delete_stage,
            messages.UpdateMember: members.update_member,
            messages.RemoveMember: members.remove_member,
            messages.CreateInvite: partial(members.create_invite, secrets=secrets),
            messages.DeleteInvite: members.delete_invite,
            messages.UpdateWorkspace: members.update_workspace,
            messages.DeleteWorkspace: members.delete_workspace,
        }

    async def execute(
        self,
        principal: Principal,
        workspace_id: str,
        command: AnyCommand,
        *,
        key: str | None,
        via: str,
    ) -> Answer:
        """Run `command` for `principal`; when this returns it is committed.

        `key` is the command's id or Idempotency-Key: a second command with it gets the first answer and has no
        effect. Raises `NotFound` (no such workspace for this user), `Forbidden`, `Invalid`, `Conflict`,
        `PreconditionFailed`, `Unavailable` (nothing is known to have happened: repeat it with the same key).
        """
        task = asyncio.create_task(self._execute(principal, workspace_id, command, key, via))
        self._running.add(task)
        task.add_done_callback(self._done)
        answer = await asyncio.shield(task)
        if isinstance(command, CreateInvite):
            answer = self._with_code(answer)
        return answer

    async def create_workspace(self, principal: Principal, name: str, *, key: str | None) -> Answer:
        """A new workspace with the usual stages; `principal` owns it. Its log starts empty, at seq 0."""
        _may_write(principal, None)
        storage, now = self._storage, await self._storage.now()
        fingerprint = fingerprint_of("workspace.create", name)
        workspace = Workspace(
            id=new_id(), name=name, seq=0, created_at=now, created_by=principal.user_id
        )
        stages = [
            Stage(id=new_id(), key=key_, name=key_.capitalize(), color=color, position=position)
            for position, (key_, color) in enumerate(FIRST_STAGES)
        ]
        shown = {**msgspec.to_builtins(workspace), "role": "owner"}
        answer = Answer(201, 0, None, _encoder.encode(shown))
        try:
            async with storage.transaction():
                first = await self._answers.find(principal.user_id, key, fingerprint)
                if first is not None:
                    return first
                await storage.workspaces.add(workspace, principal.user_id, now, stages)
                await self._answers.remember(
                    principal.user_id, key, fingerprint, answer, now, workspace.id
                )
        except Duplicate as duplicate:
            return await self._answers.after_collision(
                principal.user_id, key, fingerprint, duplicate
            )
        return answer

    async def accept_invite(self, principal: Principal, code: str) -> Answer:
        """Become a member. Accepting again gives the same answer. Raises `NotFound`, `Gone`, `Forbidden`."""
        _may_write(principal, None)
        storage, now = self._storage, await self._storage.now()
        invite = await storage.invites.by_code_hash(digest(code))
        if invite is None:
            raise NotFound("There is no such invite: ask for a new one.")
        if invite.email is not None and invite.email != principal.user.email:
            raise Forbidden("This invite is for another email address: sign in with that one.")
        async with storage.write(invite.workspace_id) as write:
            role = await storage.members.role(invite.workspace_id, principal.user_id)
            if role is None:
                if invite.expires_at <= now or not await storage.invites.accept(
                    invite.id, principal.user_id, now
                ):
                    raise Gone("This invite has been used or has run out: ask for a new one.")
                limit = self._limits.max_members
                if len(await storage.members.roles(invite.workspace_id)) >= limit:
                    raise Conflict(f"A workspace has at most {limit} members.")
                role = invite.role
                await storage.members.add(invite.workspace_id, principal.user_id, role, now)
                member = await storage.members.get(invite.workspace_id, principal.user_id)
                context = self._context(write, principal, "rest", Role.of(role), None, now)
                await context.record(
                    "member",
                    "created",
                    principal.user_id,
                    write.seq + 1,
                    msgspec.to_builtins(member),
                )
            changes, seq = list(write.changes), write.seq
        self._deliver(invite.workspace_id, changes)
        return Answer(
            200, seq, None, _encoder.encode({"workspace_id": invite.workspace_id, "role": role})
        )

    def _done(self, task: asyncio.Task[Answer]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # seen: where the sender has gone, nobody else looks at it

    async def finish(self, timeout_s: float) -> None:
        """Wait for the commands that run now; give up those that a silent database holds up.

        Whoever sent one of these has no answer, and repeats it under its key.
        """
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=timeout_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=timeout_s / 2)

    async def _execute(
        self,
        principal: Principal,
        workspace_id: str,
        command: AnyCommand,
        key: str | None,
        via: str,
    ) -> Answer:
        _may_write(principal, workspace_id)
        fingerprint = fingerprint_of(workspace_id, command)
        try:
            answer, changes = await self._commit(
                principal, workspace_id, command, key, via, fingerprint
            )
        except NoSuchWorkspace:
            first = await self._answers.find(principal.user_id, key, fingerprint)
            if first is None:
                raise NotFound(NO_SUCH_WORKSPACE) from None
            return first
        except Duplicate as duplicate:
            return await self._answers.after_collision(
                principal.user_id, key, fingerprint, duplicate
            )
        self._deliver(workspace_id, changes)
        if isinstance(command, DeleteWorkspace):
            self._hub.close_workspace(workspace_id)
        return answer

    async def _commit(
        self,
        principal: Principal,
        workspace_id: str,
        command: AnyCommand,
        key: str | None,
        via: str,
        fingerprint: str,
    ) -> tuple[Answer, list[Change]]:
        storage = self._storage
        async with storage.write(workspace_id) as write:
            now = await storage.now()
            first = await self._answers.find(principal.user_id, key, fingerprint)
            if first is not None:
                return first, []
            await self._still_valid(principal)
            role_name = await storage.members.role(workspace_id, principal.user_id)
            if role_name is None:
                raise NotFound(NO_SUCH_WORKSPACE)
            role = Role.of(role_name)
            authorise(role, operation_of(command, principal.user_id))
            context = self._context(write, principal, via, role, key, now)
            result = await self._handlers[type(command)](context, command)
            changes = list(write.changes)
            answer = Answer(result.status, write.seq, result.version, _encoder.encode(result.value))
            kept_with = None if isinstance(command, DeleteWorkspace) else workspace_id
            await self._answers.remember(
                principal.user_id, key, fingerprint, answer, now, kept_with
            )
        return answer, changes

    def _context(
        self,
        write: Write,
        principal: Principal,
        via: str,
        role: Role,
        key: str | None,
        now: datetime,
    ) -> Context:
        actor = Actor(id=principal.user_id, name=principal.name, via=via)
        return Context(
            self._storage, self._limits, write, write.workspace.id, actor, role, key, now
        )

    def _deliver(self, workspace_id: str, changes: list[Change]) -> None:
        self._hub.publish(workspace_id, [logged_frame(change) for change in changes])

    async def _still_valid(self, principal: Principal) -> None:
        """A personal access token may be deleted while a channel that was opened with it goes on."""
        if principal.token_id is not None:
            tokens = self._storage.personal_tokens
            if await tokens.get(principal.user_id, principal.token_id) is None:
                raise Unauthorized("The personal access token is not valid any more.")

    def _with_code(self, answer: Answer) -> Answer:
        """Show the invite's code to who made it. It is in no stored answer."""
        invite = msgspec.json.decode(answer.result)
        shown = {**invite, "code": self._secrets.invite_code(invite["id"])}
        return dataclasses.replace(answer, result=_encoder.encode(shown))


def _may_write(principal: Principal, workspace_id: str | None) -> None:
    if workspace_id is None and principal.only_workspace_id is not None:
        raise Forbidden("This personal access token is for one workspace only.")
    if workspace_id is not None and not principal.may_enter(workspace_id):
        raise NotFound(NO_SUCH_WORKSPACE)
    if not principal.can_write:
        raise Forbidden(
            "This personal access token may only read: make one with the scope 'write'."
        )
