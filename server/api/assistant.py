"""/workspaces/{w}/assistant/messages with their proposals."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from realtime import messages
from server.answers import Answer
from server.api.http import (
    json_response,
    page_limit,
    resource,
    run_command,
    run_with_body,
    visit,
)
from server.assistant.wire import shown_message
from server.commands.assistant import NO_SUCH_MESSAGE
from server.errors import NotFound
from server.services import services_of


class _Asked(messages.Question, frozen=True):
    client_id: messages.Reference | None = None


_asked = msgspec.json.Decoder(_Asked)


async def list_messages(request: Request) -> Response:
    """Newest first."""
    member = await visit(request)
    storage = services_of(request).storage
    page = await storage.assistant_messages.page(
        member.id, page_limit(request), request.query_params.get("cursor")
    )
    proposals = await storage.assistant_proposals.of_messages(
        member.id, [message.id for message in page.items]
    )
    items = [shown_message(message, proposals.get(message.id, ())) for message in page.items]
    return json_response({"items": items, "next_cursor": page.next})


async def ask(request: Request) -> Response:
    answer = await run_with_body(
        request,
        _asked,
        lambda body: messages.AskAssistant(
            data=messages.Question(prompt=body.prompt, retry_of=body.retry_of),
            client_id=body.client_id,
        ),
    )
    message_id = msgspec.json.decode(answer.result)["id"]
    return _message_answer(answer, {"Location": f"{request.url.path}/{message_id}"})


async def get_message(request: Request) -> Response:
    member = await visit(request)
    storage, message_id = services_of(request).storage, request.path_params["message_id"]
    message = await storage.assistant_messages.get(member.id, message_id)
    if message is None:
        raise NotFound(NO_SUCH_MESSAGE)
    proposals = await storage.assistant_proposals.of_messages(member.id, [message_id])
    return json_response(shown_message(message, proposals.get(message_id, ())))


async def cancel(request: Request) -> Response:
    reference = messages.ReplyReference(message_id=request.path_params["message_id"])
    return _message_answer(await run_command(request, messages.CancelReply(data=reference)))


async def apply(request: Request) -> Response:
    return _as_it_is(await run_command(request, messages.ApplyProposal(data=_proposal(request))))


async def dismiss(request: Request) -> Response:
    return _as_it_is(await run_command(request, messages.DismissProposal(data=_proposal(request))))


def _proposal(request: Request) -> messages.ProposalReference:
    path = request.path_params
    return messages.ProposalReference(
        message_id=path["message_id"], proposal_id=path["proposal_id"]
    )


def _message_answer(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    return json_response({"message": msgspec.Raw(answer.result)}, answer.status, headers)


def _as_it_is(answer: Answer) -> Response:
    return json_response(msgspec.Raw(answer.result), answer.status)


_MESSAGES = "/workspaces/{workspace_id}/assistant/messages"
_MESSAGE = f"{_MESSAGES}/{{message_id}}"
_PROPOSAL = f"{_MESSAGE}/proposals/{{proposal_id}}"

routes = [
    resource(_MESSAGES, GET=list_messages, POST=ask),
    resource(_MESSAGE, GET=get_message),
    resource(f"{_MESSAGE}/cancel", POST=cancel),
    resource(f"{_PROPOSAL}/apply", POST=apply),
    resource(f"{_PROPOSAL}/dismiss", POST=dismiss),
]
