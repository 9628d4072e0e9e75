"""Commands about the assistant: to ask it, to stop it, and to decide on what it proposes."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from realtime.messages import (
    ApplyProposal,
    AskAssistant,
    CancelReply,
    ClientDraft,
    ClientPatch,
    CommentDraft,
    CreateClient,
    CreateComment,
    DismissProposal,
    ProposalReference,
    UpdateClient,
)
from server.assistant.replies import Replies
from server.assistant.wire import shown_message, shown_proposal
from server.commands import clients
from server.commands.context import Context, Handler, Result
from server.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from server.ids import new_id
from server.permissions import Role
from storage.assistant_records import AssistantMessage, ProposalStatus, SeenProposal

RETRY_AFTER_S = 5
NO_SUCH_MESSAGE = "The assistant has no such message in this workspace."
NO_SUCH_PROPOSAL = "The assistant has made no such proposal."


def handlers(replies: Replies, daily_tokens: int) -> dict[type, Handler]:
    return {
        AskAssistant: partial(ask, replies=replies, daily_tokens=daily_tokens),
        CancelReply: partial(cancel, replies=replies),
        ApplyProposal: partial(apply, replies=replies),
        DismissProposal: partial(dismiss, replies=replies),
    }


async def ask(
    context: Context, command: AskAssistant, *, replies: Replies, daily_tokens: int
) -> Result:
    """The message as it stands at the start; its reply is begun after the commit."""
    question, storage = command.data, context.storage
    if not question.prompt.strip():
        raise Invalid.field("prompt", "Must not be blank")
    if command.client_id is not None:
        client = await context.clients.get(command.client_id)
        if client is None:
            raise NotFound(f"There is no client {command.client_id} in this workspace.")
    if question.retry_of is not None:
        earlier = await _message(context, question.retry_of)
        if earlier.status == "streaming":
            raise Conflict("That reply is still being written: wait, or stop it first.")
    await _check_room(context, replies, daily_tokens)
    message = AssistantMessage(
        workspace_id=context.workspace_id,
        id=new_id(),
        prompt=question.prompt,
        asked_by_id=context.actor.id,
        asked_by_name=context.actor.name,
        client_id=command.client_id,
        retry_of=question.retry_of,
        provider=replies.provider.name,
        model=replies.provider.model,
        instance=replies.instance,
        created_at=context.now,
        updated_at=context.now,
    )
    await storage.assistant_messages.add(message)
    return Result(202, shown_message(message), after=partial(replies.start, message))


async def _check_room(context: Context, replies: Replies, daily_tokens: int) -> None:
    """Raises `TooMany`: too many replies are being written, or the day's tokens are used up."""
    messages, limit = context.storage.assistant_messages, replies.limits.max_replies_in_workspace
    if replies.full:
        raise TooMany("The server writes as many replies as it can: ask again soon.", RETRY_AFTER_S)
    if await messages.running(context.workspace_id) >= limit:
        raise TooMany(
            f"At most {limit} replies are written at once in a workspace: wait for one to end.",
            RETRY_AFTER_S,
        )
    midnight = context.now.replace(hour=0, minute=0, second=0, microsecond=0)
    if daily_tokens and await messages.tokens_since(context.workspace_id, midnight) >= daily_tokens:
        left = midnight + timedelta(days=1) - context.now
        raise TooMany(
            f"This workspace has used up the assistant's {daily_tokens} tokens of today: "
            "ask again after midnight UTC.",
            int(left.total_seconds()) + 1,
        )


async def cancel(context: Context, command: CancelReply, *, replies: Replies) -> Result:
    """Whoever asked may stop a reply, and any editor. One that has ended is given back as it is."""
    message = await _message(context, command.data.message_id)
    if message.asked_by_id != context.actor.id and context.role < Role.EDITOR:
        raise Forbidden("Only who asked may stop a reply, or an editor.")
    proposals = await context.storage.assistant_proposals.of_messages(
        context.workspace_id, [message.id]
    )
    shown = shown_message(message, proposals.get(message.id, ()))
    if message.status != "streaming":
        return Result(200, shown)
    await context.storage.assistant_messages.ask_to_cancel(
        context.workspace_id, message.id, context.actor.id
    )
    return Result(200, shown, after=partial(replies.stop, context.workspace_id, message.id))


async def apply(context: Context, command: ApplyProposal, *, replies: Replies) -> Result:
    """Carry out a proposal as the editor's own change. Applied a second time it changes nothing.

    Raises `PreconditionFailed` when the client has changed since, `Conflict` for a dismissed proposal, and what the
    proposed command itself raises.
    """
    proposal = await _proposal(context, command.data)
    if proposal.status == "dismissed":
        raise Conflict("This proposal has been dismissed.")
    if proposal.status == "applied":
        return Result(
            200, {"proposal": shown_proposal(proposal), **await _result(context, proposal)}
        )
    as_editor = dataclasses.replace(
        context, actor=msgspec.structs.replace(context.actor, via="assistant")
    )
    if proposal.op == "client.create":
        made = await clients.create_client(
            as_editor, CreateClient(data=msgspec.convert(proposal.data, ClientDraft))
        )
    elif proposal.op == "client.update":
        assert proposal.client_id is not None
        made = await clients.update_client(
            as_editor,
            UpdateClient(
                client_id=proposal.client_id,
                data=msgspec.convert(proposal.data, ClientPatch),
                if_version=proposal.base_version,
            ),
        )
    else:
        assert proposal.client_id is not None
        made = await clients.create_comment(
            as_editor,
            CreateComment(
                client_id=proposal.client_id, data=msgspec.convert(proposal.data, CommentDraft)
            ),
        )
    entity = msgspec.to_builtins(made.value)
    name = "comment" if proposal.op == "comment.create" else "client"
    decided, tell = await _decide(context, proposal, "applied", replies, entity["id"])
    return Result(200, {"proposal": decided, name: entity}, made.version, after=tell)


async def dismiss(context: Context, command: DismissProposal, *, replies: Replies) -> Result:
    """Put a proposal aside. Raises `Conflict` for one that has been applied."""
    proposal = await _proposal(context, command.data)
    if proposal.status == "applied":
        raise Conflict("This proposal has been applied already.")
    if proposal.status == "dismissed":
        return Result(200, {"proposal": shown_proposal(proposal)})
    decided, tell = await _decide(context, proposal, "dismissed", replies, None)
    return Result(200, {"proposal": decided}, after=tell)


async def _decide(
    context: Context,
    proposal: SeenProposal,
    status: ProposalStatus,
    replies: Replies,
    result_id: str | None,
) -> tuple[dict[str, Any], Any]:
    """Store the decision; gives the proposal as it is shown now, and what tells everyone."""
    storage = context.storage
    revision = await storage.assistant_messages.touch(context.workspace_id, proposal.message_id)
    await storage.assistant_proposals.decide(
        proposal,
        status,
        by_id=context.actor.id,
        by_name=context.actor.name,
        at=context.now,
        result_id=result_id,
    )
    decided = msgspec.structs.replace(
        proposal,
        status=status,
        result_id=result_id,
        decided_by_id=context.actor.id,
        decided_by_name=context.actor.name,
        decided_at=context.now,
    )
    return shown_proposal(decided), partial(replies.tell_proposal, decided, revision or 0)


async def _message(context: Context, message_id: str) -> AssistantMessage:
    message = await context.storage.assistant_messages.get(context.workspace_id, message_id)
    if message is None:
        raise NotFound(NO_SUCH_MESSAGE)
    return message


async def _proposal(context: Context, reference: ProposalReference) -> SeenProposal:
    proposal = await context.storage.assistant_proposals.get(
        context.workspace_id, reference.message_id, reference.proposal_id
    )
    if proposal is None:
        raise NotFound(NO_SUCH_PROPOSAL)
    return proposal


async def _result(context: Context, proposal: SeenProposal) -> dict[str, Any]:
    """What an applied proposal has made, as it now is; nothing where it has gone."""
    if proposal.result_id is None:
        return {}
    if proposal.op == "comment.create":
        comment = await context.storage.comments.get(context.workspace_id, proposal.result_id)
        return {"comment": comment}
    return {"client": await context.clients.get(proposal.result_id)}
