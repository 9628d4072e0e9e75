"""How a command reads over REST: where there is no socket, and when a socket gave no answer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from realtime import messages
from realtime.messages import AnyCommand


@dataclass(frozen=True)
class CommandRoute:
    """`path` is below the workspace; `within`: the answer stands under this name in the body."""

    method: str
    path: str
    body: object = None
    if_version: int | None = None
    query: dict[str, str] | None = None
    within: str | None = None


def route_of(command: AnyCommand) -> CommandRoute:
    match command:
        case messages.CreateClient(data=data):
            return CommandRoute("POST", "/clients", data)
        case messages.UpdateClient(client_id=client_id, data=data, if_version=version):
            return CommandRoute("PATCH", f"/clients/{_in(client_id)}", data, version)
        case messages.DeleteClient(client_id=client_id, if_version=version):
            return CommandRoute("DELETE", f"/clients/{_in(client_id)}", None, version)
        case messages.RestoreClient(client_id=client_id):
            return CommandRoute("POST", f"/clients/{_in(client_id)}/restore")
        case messages.CreateComment(client_id=client_id, data=data):
            return CommandRoute("POST", f"/clients/{_in(client_id)}/comments", data)
        case messages.BulkClients(operations=operations):
            return CommandRoute("POST", "/clients/bulk", {"operations": operations})
        case messages.CreateStage(data=data):
            return CommandRoute("POST", "/stages", data)
        case messages.UpdateStage(stage_id=stage_id, data=data, if_version=version):
            return CommandRoute("PATCH", f"/stages/{_in(stage_id)}", data, version)
        case messages.DeleteStage(stage_id=stage_id, move_to=move_to):
            query = None if move_to is None else {"move_to": move_to}
            return CommandRoute("DELETE", f"/stages/{_in(stage_id)}", query=query)
        case messages.UpdateMember(user_id=user_id, data=data):
            return CommandRoute("PATCH", f"/members/{_in(user_id)}", data)
        case messages.RemoveMember(user_id=user_id):
            return CommandRoute("DELETE", f"/members/{_in(user_id)}")
        case messages.CreateInvite(data=data):
            return CommandRoute("POST", "/invites", data)
        case messages.DeleteInvite(invite_id=invite_id):
            return CommandRoute("DELETE", f"/invites/{_in(invite_id)}")
        case messages.UpdateWorkspace(data=data):
            return CommandRoute("PATCH", "", data)
        case messages.DeleteWorkspace():
            return CommandRoute("DELETE", "")
        case messages.AskAssistant(data=data, client_id=client_id):
            asked = msgspec.structs.asdict(data) | {"client_id": client_id}
            return CommandRoute("POST", "/assistant/messages", asked, within="message")
        case messages.CancelReply(data=data):
            return CommandRoute("POST", f"{_message(data)}/cancel", within="message")
        case messages.ApplyProposal(data=data):
            return CommandRoute("POST", f"{_proposal(data)}/apply")
        case messages.DismissProposal(data=data):
            return CommandRoute("POST", f"{_proposal(data)}/dismiss")
    raise TypeError(f"{type(command).__name__} has no route")


def _in(id_: str) -> str:
    return quote(id_, safe="")


def _message(data: messages.ReplyReference | messages.ProposalReference) -> str:
    return f"/assistant/messages/{_in(data.message_id)}"


def _proposal(data: messages.ProposalReference) -> str:
    return f"{_message(data)}/proposals/{_in(data.proposal_id)}"
