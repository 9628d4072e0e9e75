"""Proposals: what a model would change, checked and put beside its reply for people to decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET

from realtime.messages import ClientDraft, ClientPatch, CommentDraft
from realtime.validation import decode
from server.assistant.tool_inputs import ProposeChange
from server.ids import new_id
from storage import Storage
from storage.assistant_records import AssistantMessage, Proposal, SeenProposal
from storage.records import Client

MAX_PROPOSALS = 20
_encode = msgspec.json.Encoder().encode
_draft = msgspec.json.Decoder(ClientDraft)
_patch = msgspec.json.Decoder(ClientPatch)
_comment = msgspec.json.Decoder(CommentDraft)
_NOT_FOR_MODELS = ("id", "position")


class Unproposable(Exception):
    """This cannot be proposed; the text tells the model why."""


class Proposer:
    """Keeps the proposals of one reply. `made` is called with each once it is stored."""

    def __init__(
        self,
        storage: Storage,
        message: AssistantMessage,
        made: Callable[[Proposal, int], None],
    ) -> None:
        self._storage = storage
        self._message = message
        self._made = made

    async def propose(self, asked: ProposeChange) -> dict[str, Any]:
        """Store a proposal. Raises `Unproposable`, and `Refused` where `data` has a wrong field."""
        message, proposals = self._message, self._storage.assistant_proposals
        if any(name in asked.data for name in _NOT_FOR_MODELS):
            raise Unproposable(f"Leave out {' and '.join(_NOT_FOR_MODELS)}.")
        if asked.op == "client.create":
            client, data = None, await self._draft(asked.data)
        else:
            client = await self._client(asked.client_id)
            data = (
                await self._patch(client, asked.data)
                if asked.op == "client.update"
                else _plain(decode(_comment, _encode(asked.data)))
            )
        before = None
        if client is not None and asked.op == "client.update":
            before = {name: msgspec.to_builtins(getattr(client, name)) for name in data}
        proposal = SeenProposal(
            workspace_id=message.workspace_id,
            id=new_id(),
            message_id=message.id,
            op=asked.op,
            client_id=None if client is None else client.id,
            client_name=str(data["name"]) if client is None else client.name,
            reason=asked.reason.replace("\x00", ""),
            data=data,
            before=before,
            base_version=client.version if client and asked.op == "client.update" else None,
            client_version=None if client is None else client.version,
        )
        async with self._storage.transaction():
            revision = await self._storage.assistant_messages.touch(
                message.workspace_id, message.id
            )
            if revision is None:
                raise Unproposable("The reply has gone.")
            if await proposals.count(message.workspace_id, message.id) >= MAX_PROPOSALS:
                raise Unproposable(f"A reply has at most {MAX_PROPOSALS} proposals.")
            await proposals.add(proposal)
        self._made(proposal, revision)
        return {
            "proposal_id": proposal.id,
            "op": proposal.op,
            "client_name": proposal.client_name,
            "data": data,
            "before": before,
            "status": "shown to the people; nothing has changed",
        }

    async def _client(self, client_id: str | None) -> Client:
        client = client_id and await self._storage.clients.get(
            self._message.workspace_id, client_id
        )
        if not client:
            raise Unproposable(f"There is no client {client_id}: take the id from a tool.")
        return client

    async def _draft(self, data: dict[str, Any]) -> dict[str, Any]:
        draft = decode(_draft, _encode(data))
        if not draft.name.strip():
            raise Unproposable("name: Must not be blank.")
        await self._check_references(draft)
        return _plain(draft)

    async def _patch(self, client: Client, data: dict[str, Any]) -> dict[str, Any]:
        """The fields that would differ from what is there."""
        patch = decode(_patch, _encode(data))
        await self._check_references(patch)
        wanted = _plain(patch)
        now = msgspec.to_builtins(client)
        changed = {name: value for name, value in wanted.items() if value != now[name]}
        if not changed:
            raise Unproposable("The client is like that already.")
        if isinstance(changed.get("name"), str) and not changed["name"].strip():
            raise Unproposable("name: Must not be blank.")
        return changed

    async def _check_references(self, patch: ClientPatch) -> None:
        workspace_id = self._message.workspace_id
        if patch.stage is not UNSET:
            stages = await self._storage.stages.list(workspace_id)
            if patch.stage not in [stage.key for stage in stages]:
                keys = ", ".join(stage.key for stage in stages)
                raise Unproposable(f"stage: Must be one of {keys}.")
        if isinstance(patch.owner_id, str):
            role = await self._storage.members.role(workspace_id, patch.owner_id)
            if role is None:
                raise Unproposable("owner_id: Must be the id of a member.")


def _plain(value: ClientPatch | CommentDraft) -> dict[str, Any]:
    plain = msgspec.to_builtins(value)
    assert isinstance(plain, dict)
    return plain
