"""An example of every frame and command of the channel: instances of their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from realtime import messages
from realtime.presence import PeopleFrame, Person
from realtime.problems import Problem, ProblemKind
from server.description.examples import (
    CHANGE,
    CLIENT,
    CLIENT_ID,
    MESSAGE,
    MESSAGE_ID,
    PROPOSAL_ID,
    USER_ID,
    example_of,
)

_ID = "01a20fa1fb0e7d0e8c2f1a0b9c8d7e6f"
_TOKEN = "cfp_kq3Zr8…"  # noqa: S105
_KEY = "8f14e45f-1"
_ANA = Person(USER_ID, "Ana", viewing=None, editing=None, sessions=1)
_PROPOSAL = messages.ProposalReference(message_id=MESSAGE_ID, proposal_id=PROPOSAL_ID)
_STARTED: dict[str, Any] = msgspec.to_builtins(MESSAGE)
del _STARTED["text"]

FRAMES: Mapping[Any, tuple[Any, ...]] = {
    messages.Hello: (messages.Hello(token=_TOKEN), messages.Hello(token=_TOKEN, since=7)),
    messages.PresenceFrame: (
        messages.PresenceFrame(
            messages.PresenceState(
                viewing=CLIENT_ID, editing=messages.Editing(client_id=CLIENT_ID, field="notes")
            )
        ),
    ),
    messages.AuthFrame: (messages.AuthFrame(token="eyJhbGciOiJIUzI1NiIs…"),),  # noqa: S106
    messages.Ping: (messages.Ping(),),
    messages.Pong: (messages.Pong(),),
    messages.Welcome: (
        messages.Welcome(
            seq=7,
            session=_ID,
            user={"id": USER_ID, "name": "Ana", "email": "ana@example.com"},
            role="editor",
            heartbeat=25,
            resumed=False,
        ),
    ),
    PeopleFrame: (PeopleFrame(users=[_ANA]), PeopleFrame(left=_ANA)),
    messages.ChangeFrame: (messages.ChangeFrame(**msgspec.structs.asdict(CHANGE)),),
    messages.Ack: (
        messages.Ack(id=_KEY, seq=7, version=1, result=msgspec.Raw(msgspec.json.encode(CLIENT))),
    ),
    messages.ErrorFrame: (
        messages.ErrorFrame(
            id=_KEY,
            problem=Problem.of(
                ProblemKind.NOT_FOUND, f"There is no client {CLIENT_ID} in this workspace."
            ),
        ),
    ),
    messages.AssistantFrame: (
        messages.AssistantFrame(
            event="started", message_id=MESSAGE_ID, offset=0, text="", message=_STARTED
        ),
        messages.AssistantFrame(
            event="delta", message_id=MESSAGE_ID, offset=0, text="I would move "
        ),
        messages.AssistantFrame(event="done", message_id=MESSAGE_ID, offset=35, message=_STARTED),
    ),
    messages.ImportFrame: (messages.ImportFrame(id="fair-2026", done=50, total=120),),
}

_COMMANDS: tuple[messages.AnyCommand, ...] = (
    messages.CreateClient(data=example_of(messages.ClientDraft)),
    messages.UpdateClient(client_id=CLIENT_ID, data=example_of(messages.ClientPatch), if_version=1),
    messages.DeleteClient(client_id=CLIENT_ID),
    messages.RestoreClient(client_id=CLIENT_ID),
    messages.BulkClients(operations=[messages.DeleteClient(client_id=CLIENT_ID)]),
    messages.ImportClients(match="email", rows=[messages.ClientPatch(name="Padaria Aurora")]),
    messages.CreateComment(client_id=CLIENT_ID, data=example_of(messages.CommentDraft)),
    messages.CreateStage(data=example_of(messages.StageDraft)),
    messages.UpdateStage(stage_id=_ID, data=example_of(messages.StagePatch)),
    messages.DeleteStage(stage_id=_ID, move_to="lead"),
    messages.UpdateMember(user_id=USER_ID, data=example_of(messages.MemberPatch)),
    messages.RemoveMember(user_id=USER_ID),
    messages.CreateInvite(data=example_of(messages.InviteDraft)),
    messages.DeleteInvite(invite_id=_ID),
    messages.UpdateWorkspace(data=example_of(messages.WorkspacePatch)),
    messages.DeleteWorkspace(),
    messages.AskAssistant(data=messages.Question(prompt="Move Nordlys Cycles to won")),
    messages.CancelReply(data=messages.ReplyReference(message_id=MESSAGE_ID)),
    messages.ApplyProposal(data=_PROPOSAL),
    messages.DismissProposal(data=_PROPOSAL),
    messages.CreateWebhook(data=example_of(messages.WebhookDraft)),
    messages.UpdateWebhook(webhook_id=_ID, data=example_of(messages.WebhookPatch)),
    messages.DeleteWebhook(webhook_id=_ID),
    messages.RotateWebhookSecret(webhook_id=_ID),
    messages.SendTest(webhook_id=_ID),
    messages.ReplayDelivery(webhook_id=_ID, delivery_id=_ID),
    messages.ReplayWebhook(webhook_id=_ID, data=example_of(messages.ReplayFrom)),
)
COMMANDS: Mapping[type, messages.AnyCommand] = {type(one): one for one in _COMMANDS}
