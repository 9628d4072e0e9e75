"""The command service: the one way in which anything of a workspace is written."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Mapping
from functools import partial

import msgspec

from realtime import messages
from realtime.hub import Hub
from realtime.messages import (
    AnyCommand,
    BulkClients,
    CreateInvite,
    CreateWebhook,
    DeleteWorkspace,
    ImportClients,
    RemoveMember,
    RotateWebhookSecret,
    UpdateMember,
)
from server.answers import Answer, Answers, fingerprint_of
from server.change_frames import logged_frame
from server.commands import clients, importing, members, stages
from server.commands.context import Handler
from server.commands.group_commit import GroupCommit
from server.commands.transaction import Charge, Order, Transactions
from server.errors import (
    NO_SUCH_WORKSPACE,
    AppError,
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    Unauthorized,
)
from server.figures.tally import Tally
from server.identity.derived import DerivedSecrets
from server.identity.principal import Principal
from server.ids import digest, new_id
from server.limits import Limits
from server.problems import translated
from server.tracing import Tracing
from server.webhooks.sealing import Sealing
from server.webhooks.wire import with_secret
from storage import Storage
from storage.errors import Duplicate
from storage.records import Actor, Stage, Workspace

# They change who may do what, or take long: no other command shares their transaction.
ALONE = (BulkClients, DeleteWorkspace, ImportClients, RemoveMember, UpdateMember)

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

    def __init__(
        self,
        storage: Storage,
        hub: Hub,
        secrets: DerivedSecrets,
        limits: Limits,
        sealing: Sealing,
        further_handlers: Mapping[type, Handler],
        charge: Charge,
        tally: Tally | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        self._tally = tally or Tally()
        self._tracing = tracing
        self._storage = storage
        self._limits = limits
        self._hub = hub
        self._secrets = secrets
        self._sealing = sealing
        self._answers = Answers(storage)
        handlers: dict[type, Handler] = {
            **clients.OPERATIONS,
            **further_handlers,
            messages.BulkClients: clients.bulk_clients,
            messages.ImportClients: importing.import_clients,
            messages.CreateComment: clients.create_comment,
            messages.CreateStage: stages.create_stage,
            messages.UpdateStage: stages.update_stage,
            messages.DeleteStage: stages.delete_stage,
            messages.UpdateMember: members.update_member,
            messages.RemoveMember: members.remove_member,
            messages.CreateInvite: partial(members.create_invite, secrets=secrets),
            messages.DeleteInvite: members.delete_invite,
            messages.UpdateWorkspace: members.update_workspace,
            messages.DeleteWorkspace: partial(members.delete_workspace, close=hub.close_workspace),
        }
        self._queue: GroupCommit[Order, Answer] = GroupCommit(
            Transactions(storage, hub, limits, handlers, self._tally, charge).commit,
            alone=lambda order: isinstance(order.command, ALONE),
            max_together=limits.max_commands_together,
            max_queued=limits.max_commands_queued,
            patience_s=limits.commands_patience_s,
        )

    def submit(
        self,
        principal: Principal,
        workspace_id: str,
        command: AnyCommand,
        *,
        key: str | None,
        via: str,
    ) -> asyncio.Future[Answer]:
        """Run `command` for `principal`, after those submitted before; when the answer is there it is committed.

        `key` is the command's id or Idempotency-Key: a second command with it gets the first answer and has no
        effect. This or the future raises `NotFound` (no such workspace for this user), `Forbidden`, `Invalid`,
        `Conflict`, `PreconditionFailed`, `Unavailable` (nothing is known to have happened: repeat it with the same
        key). Whoever cancels the future does not stop the command.
        """
        op, began = str(type(command).__struct_config__.tag), time.perf_counter()
        try:
            may_write(principal, workspace_id)
            trace = None
            if self._tracing is not None:
                trace = self._tracing.command(op, {"clientflow.via": via})
            fingerprint = fingerprint_of(workspace_id, command)
            order = Order(principal, command, key, via, fingerprint, trace)
            answer = self._queue.submit(workspace_id, order)
        except AppError as refusal:
            self._tally.commands[op, via, refusal.kind.anchor] += 1
            raise
        answer.add_done_callback(partial(self._note, op, order, began))
        return answer

    def _note(self, op: str, order: Order, began: float, answer: asyncio.Future[Answer]) -> None:
        error = None if answer.cancelled() else answer.exception()
        refusal = translated(error) if error is not None else None
        result = "ok" if error is None else refusal.kind.anchor if refusal else "internal"
        self._tally.commands[op, order.via, result] += 1
        self._tally.command_seconds.observe(time.perf_counter() - began)
        if order.trace is not None:
            order.trace.ended(result)

    @property
    def waiting(self) -> int:
        """How many commands wait for their turn, of all workspaces."""
        return self._queue.waiting

    async def execute(
        self,
        principal: Principal,
        workspace_id: str,
        command: AnyCommand,
        *,
        key: str | None,
        via: str,
    ) -> Answer:
        """`submit`, wait, and what the sender is to see."""
        if key is None and isinstance(command, CreateInvite):
            key = new_id()  # the code is made from it
        return self.shown(
            command, await self.submit(principal, workspace_id, command, key=key, via=via), key
        )

    def shown(self, command: AnyCommand, answer: Answer, key: str | None) -> Answer:
        """`answer` as the sender of `command` sees it: with the code or secret, which is in no stored answer."""
        if isinstance(command, CreateWebhook | RotateWebhookSecret):
            shown_once = with_secret(answer.result, self._sealing)
            return dataclasses.replace(answer, result=shown_once)
        if not isinstance(command, CreateInvite) or key is None:
            return answer
        invite = msgspec.json.decode(answer.result)
        made_with = invite.pop("made_with", None)
        shown = {**invite, "code": self._secrets.invite_code(invite["id"], key, made_with)}
        return dataclasses.replace(answer, result=_encoder.encode(shown))

    async def finish(self, timeout_s: float) -> None:
        """Wait for the commands that run now; give up those that a silent database holds up.

        Whoever sent one of these has no answer, and repeats it under its key.
        """
        await self._queue.finish(timeout_s)

    async def create_workspace(self, principal: Principal, name: str, *, key: str | None) -> Answer:
        """A new workspace with the usual stages; `principal` owns it. Its log starts empty, at seq 0."""
        may_write(principal, None)
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
        may_write(principal, None)
        storage = self._storage
        invite = await storage.invites.by_code_hash(digest(code))
        if invite is None:
            raise NotFound("There is no such invite: ask for a new one.")
        if invite.email is not None and invite.email != principal.user.email:
            raise Forbidden("This invite is for another email address: sign in with that one.")
        async with storage.write(invite.workspace_id) as write:
            now = write.now
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
                write.append(
                    actor=Actor(id=principal.user_id, name=principal.name, via="rest"),
                    entity="member",
                    op="created",
                    id=principal.user_id,
                    version=write.seq + 1,
                    data=msgspec.to_builtins(member),
                    previous={},
                )
        self._hub.publish(invite.workspace_id, [logged_frame(change) for change in write.changes])
        return Answer(
            200,
            write.seq,
            None,
            _encoder.encode({"workspace_id": invite.workspace_id, "role": role}),
        )


def may_write(principal: Principal, workspace_id: str | None) -> None:
    """Raises `Forbidden` or `NotFound` where the token that `principal` came with does not reach.

    And `Unauthorized` where its session has been ended since, while a body was read or rows were imported.
    """
    if principal.standing.ended:
        raise Unauthorized("This session or token has been ended: sign in again.")
    if workspace_id is None and principal.only_workspace_id is not None:
        raise Forbidden("This personal access token is for one workspace only.")
    if workspace_id is not None and not principal.may_enter(workspace_id):
        raise NotFound(NO_SUCH_WORKSPACE)
    if not principal.can_write:
        raise Forbidden(
            "This personal access token may only read: make one with the scope 'write'."
        )
