"""/workspaces/{w}/assistant/messages with their proposals."""

from __future__ import annotations

import msgspec

from realtime import messages
from realtime.problems import ProblemKind
from server.api.calls import SignedIn, Visit
from server.api.endpoint import endpoint
from server.api.http import Reply
from server.api.shapes import Asked, Decided, Listed, Message, PageQuery, Written
from server.assistant.wire import shown_message
from server.commands.assistant import NO_SUCH_MESSAGE
from server.errors import NotFound

_MESSAGES = "/workspaces/{workspace_id}/assistant/messages"
_MESSAGE = f"{_MESSAGES}/{{message_id}}"
_PROPOSAL = f"{_MESSAGE}/proposals/{{proposal_id}}"
_CONFLICT = (ProblemKind.CONFLICT,)


@endpoint("GET", _MESSAGES, "workspace.read")
async def list_messages(call: Visit, query: PageQuery) -> Listed[Message]:
    """The questions and replies of the workspace, the newest first."""
    storage, workspace_id = call.services.storage, call.member.id
    page = await storage.assistant_messages.page(workspace_id, query.limit, query.cursor)
    proposals = await storage.assistant_proposals.of_messages(
        workspace_id, [message.id for message in page.items]
    )
    items = [shown_message(message, proposals.get(message.id, ())) for message in page.items]
    return Listed(items=msgspec.convert(items, list[Message]), next_cursor=page.next)


@endpoint(
    "POST",
    _MESSAGES,
    "assistant.ask",
    status=202,
    located=True,
    raises=(ProblemKind.CONFLICT, ProblemKind.TOO_MANY),
    rate="assistant",
)
async def ask(call: SignedIn, body: Asked) -> Reply[Written]:
    """Ask the assistant. The reply streams on the channel, and is then kept."""
    command = messages.AskAssistant(
        data=messages.Question(prompt=body.prompt, retry_of=body.retry_of),
        client_id=body.client_id,
    )
    return _message(await call.run(command))


@endpoint("GET", _MESSAGE, "workspace.read")
async def get_message(call: Visit) -> Message:
    """One message, with the text so far."""
    storage, message_id = call.services.storage, call.path["message_id"]
    message = await storage.assistant_messages.get(call.member.id, message_id)
    if message is None:
        raise NotFound(NO_SUCH_MESSAGE)
    proposals = await storage.assistant_proposals.of_messages(call.member.id, [message_id])
    return msgspec.convert(shown_message(message, proposals.get(message_id, ())), Message)


@endpoint("POST", f"{_MESSAGE}/cancel", "assistant.cancel")
async def cancel(call: SignedIn) -> Reply[Written]:
    """Stop a reply. Whoever asked may, and any editor."""
    reference = messages.ReplyReference(message_id=call.path["message_id"])
    return _message(await call.run(messages.CancelReply(data=reference)))


@endpoint(
    "POST",
    f"{_PROPOSAL}/apply",
    "assistant.apply",
    raises=(ProblemKind.CONFLICT, ProblemKind.PRECONDITION_FAILED),
)
async def apply(call: SignedIn) -> Reply[Decided]:
    """Carry a proposal out. Applied a second time it changes nothing."""
    return _decided(await call.run(messages.ApplyProposal(data=_proposal(call))))


@endpoint("POST", f"{_PROPOSAL}/dismiss", "assistant.dismiss", raises=_CONFLICT)
async def dismiss(call: SignedIn) -> Reply[Decided]:
    """Put a proposal aside."""
    return _decided(await call.run(messages.DismissProposal(data=_proposal(call))))


def _proposal(call: SignedIn) -> messages.ProposalReference:
    return messages.ProposalReference(
        message_id=call.path["message_id"], proposal_id=call.path["proposal_id"]
    )


def _message(reply: Reply[Message]) -> Reply[Written]:
    shown = msgspec.Raw(msgspec.json.encode({"message": reply.value}))
    return Reply(shown, status=reply.status, made=reply.made)


def _decided(reply: Reply[Decided]) -> Reply[Decided]:
    """Without a version: that of what was made is no version of the proposal."""
    return Reply(reply.value)


endpoints = (list_messages, ask, get_message, cancel, apply, dismiss)
