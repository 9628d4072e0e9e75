"""Some commands of one workspace in one transaction, each with its own answer, error and idempotency."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from realtime.hub import Hub
from realtime.messages import AnyCommand, BulkClients, DeleteWorkspace
from server.answers import Answer, Answers, answer_of, outcome_of
from server.change_frames import logged_frame
from server.commands.context import Context, Handler
from server.commands.lookups import Lookups
from server.errors import NO_SUCH_WORKSPACE, AppError, NotFound, Unauthorized
from server.figures.tally import Tally
from server.identity.principal import Principal
from server.limits import Limits
from server.logs import LogContext
from server.permissions import Role, authorise, operation_of
from server.tracing import CommandTrace
from storage import Storage, Write
from storage.errors import Duplicate, NoSuchWorkspace, Unavailable
from storage.records import Actor

_encoder = msgspec.json.Encoder()


# Takes a command's operation and workspace; raises `TooMany` when the workspace has had its share.
Charge: TypeAlias = Callable[[str, str], None]


@dataclass(frozen=True)
class Order:
    """One command as it waits for its transaction. `key`: its id or Idempotency-Key."""

    principal: Principal
    command: AnyCommand
    key: str | None
    via: str
    fingerprint: str
    trace: CommandTrace | None = None


@dataclass
class _Batch:
    """What one transaction has done so far."""

    write: Write
    valid_tokens: set[str] = field(default_factory=set)
    after: list[Callable[[], None]] = field(default_factory=list)
    traces: dict[int, str] = field(default_factory=dict)  # the traceparent of a change, by its seq


def _asking(orders: Sequence[Order]) -> Mapping[str, Sequence[str]]:
    """The senders, each with the keys of their commands."""
    keys_of: dict[str, list[str]] = {}
    for order in orders:
        keys = keys_of.setdefault(order.principal.user_id, [])
        if order.key is not None:
            keys.append(order.key)
    return keys_of


def _client_ids(orders: Sequence[Order]) -> Sequence[str]:
    """The clients that the commands are about."""
    commands = [
        command
        for order in orders
        for command in (
            order.command.operations if isinstance(order.command, BulkClients) else [order.command]
        )
    ]
    return list({id_: None for command in commands if (id_ := getattr(command, "client_id", None))})


def _step_done(orders: Sequence[Order], name: str) -> None:
    for order in orders:
        if order.trace is not None:
            order.trace.step_done(name)


class Transactions:
    def __init__(
        self,
        storage: Storage,
        hub: Hub,
        limits: Limits,
        handlers: Mapping[type, Handler],
        tally: Tally,
        charge: Charge,
    ) -> None:
        self._charge = charge
        self._tally = tally
        self._storage = storage
        self._hub = hub
        self._limits = limits
        self._handlers = handlers
        self._answers = Answers(storage)

    async def commit(
        self, workspace_id: str, orders: Sequence[Order]
    ) -> Sequence[Answer | Exception]:
        """Carry out `orders` in their order and deliver what they changed.

        A command that is refused before it has written anything leaves the others standing. One that fails later
        takes the transaction with it, and each is then carried out in one of its own.
        """
        try:
            return await self._together(workspace_id, orders)
        except NoSuchWorkspace:
            return [await self._without_workspace(order) for order in orders]
        except Exception as error:
            if len(orders) == 1:
                return [await self._lost(orders[0], error)]
            if isinstance(error, Unavailable):
                return [error] * len(orders)
        return await self._apart(workspace_id, orders)

    async def _apart(
        self, workspace_id: str, orders: Sequence[Order]
    ) -> Sequence[Answer | Exception]:
        answers: list[Answer | Exception] = []
        for order in orders:
            if answers and isinstance(answers[-1], Unavailable):
                answers.append(answers[-1])  # a silent database would take as long for each
            else:
                answers += await self.commit(workspace_id, [order])
        return answers

    async def _together(
        self, workspace_id: str, orders: Sequence[Order]
    ) -> Sequence[Answer | Exception]:
        answers: list[Answer | Exception] = []
        _step_done(orders, "queued")
        began = time.perf_counter()
        async with self._storage.write(workspace_id, _asking(orders), _client_ids(orders)) as write:
            batch = _Batch(write)
            for order in orders:
                mark = write.mark
                try:
                    with LogContext(
                        command_id=order.key or "",
                        user_id=order.principal.user_id,
                        workspace_id=workspace_id,
                    ):
                        answers.append(await self._carried_out(batch, order))
                    if order.trace is not None:
                        for change in write.changes:
                            batch.traces.setdefault(change.seq, order.trace.traceparent)
                except AppError as refusal:
                    if write.mark != mark:
                        raise
                    answers.append(refusal)
        self._tally.commit_seconds.observe(time.perf_counter() - began)
        _step_done(orders, "transaction")
        self._hub.publish(
            workspace_id,
            [logged_frame(change, batch.traces.get(change.seq, "")) for change in write.changes],
        )
        for call in batch.after:
            call()
        _step_done(orders, "publish")
        return answers

    async def _carried_out(self, batch: _Batch, order: Order) -> Answer:
        principal, key, write = order.principal, order.key, batch.write
        first = answer_of(
            write.outcomes.get((principal.user_id, key)) if key else None, order.fingerprint
        )
        if first is not None:
            return first
        await self._still_valid(batch, principal)
        role_name = write.roles.get(principal.user_id)
        if role_name is None:
            raise NotFound(NO_SUCH_WORKSPACE)
        role = Role.of(role_name)
        authorise(role, operation_of(order.command, principal.user_id))
        self._charge(str(type(order.command).__struct_config__.tag), write.workspace.id)
        actor = Actor(id=principal.user_id, name=principal.name, via=order.via)
        context = Context(
            storage=self._storage,
            limits=self._limits,
            write=write,
            workspace_id=write.workspace.id,
            actor=actor,
            role=role,
            command_id=key,
            lookups=Lookups(self._storage, write.clients, write.workspace.id),
        )
        result = await self._handlers[type(order.command)](context, order.command)
        answer = Answer(result.status, write.seq, result.version, _encoder.encode(result.value))
        if result.after is not None:
            batch.after.append(result.after)
        if key is not None:
            write.remember(
                principal.user_id,
                key,
                outcome_of(answer, order.fingerprint),
                with_workspace=not isinstance(order.command, DeleteWorkspace),
            )
        return answer

    async def _still_valid(self, batch: _Batch, principal: Principal) -> None:
        """A personal access token may be deleted while a channel that was opened with it goes on."""
        token_id = principal.token_id
        if token_id is None or token_id in batch.valid_tokens:
            return
        if await self._storage.personal_tokens.get(principal.user_id, token_id) is None:
            raise Unauthorized("The personal access token is not valid any more.")
        batch.valid_tokens.add(token_id)

    async def _without_workspace(self, order: Order) -> Answer | Exception:
        """It may have been deleted by this very command, whose answer was lost."""
        try:
            first = await self._answers.find(order.principal.user_id, order.key, order.fingerprint)
        except Exception as error:
            return error
        return first or NotFound(NO_SUCH_WORKSPACE)

    async def _lost(self, order: Order, error: Exception) -> Answer | Exception:
        """What a command that failed alone comes to."""
        if not isinstance(error, Duplicate):
            return error
        try:
            return await self._answers.after_collision(
                order.principal.user_id, order.key, order.fingerprint, error
            )
        except Exception as collision:
            return collision
