"""Messages and proposals of the assistant in their wire form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from realtime.problems import Problem
from realtime.reply_events import StoredReply
from storage.assistant_records import AssistantMessage, Proposal, SeenProposal

_problem = msgspec.json.Decoder(Problem)


def shown_proposal(proposal: Proposal) -> dict[str, Any]:
    decided = proposal.decided_by_id is not None
    return {
        "id": proposal.id,
        "message_id": proposal.message_id,
        "op": proposal.op,
        "client_id": proposal.client_id,
        "client_name": proposal.client_name,
        "reason": proposal.reason,
        "data": proposal.data,
        "before": proposal.before,
        "base_version": proposal.base_version,
        "status": proposal.status,
        "stale": isinstance(proposal, SeenProposal) and proposal.stale,
        "decided_by": {"id": proposal.decided_by_id, "name": proposal.decided_by_name}
        if decided
        else None,
        "decided_at": msgspec.to_builtins(proposal.decided_at),
    }


def shown_without_text(
    message: AssistantMessage, proposals: Sequence[Proposal] = ()
) -> dict[str, Any]:
    usage = None
    if message.prompt_tokens is not None or message.completion_tokens is not None:
        usage = {
            "prompt_tokens": message.prompt_tokens or 0,
            "completion_tokens": message.completion_tokens or 0,
        }
    problem = None if message.problem is None else _problem.decode(message.problem)
    return {
        "id": message.id,
        "workspace_id": message.workspace_id,
        "prompt": message.prompt,
        "status": message.status,
        "asked_by": {"id": message.asked_by_id, "name": message.asked_by_name},
        "created_at": msgspec.to_builtins(message.created_at),
        "finished_at": msgspec.to_builtins(message.finished_at),
        "provider": message.provider,
        "model": message.model,
        "problem": msgspec.to_builtins(problem),
        "usage": usage,
        "proposals": [shown_proposal(proposal) for proposal in proposals],
        "retry_of": message.retry_of,
        "client_id": message.client_id,
    }


def shown_message(message: AssistantMessage, proposals: Sequence[Proposal] = ()) -> dict[str, Any]:
    return {**shown_without_text(message, proposals), "text": message.text}


def stored_reply(message: AssistantMessage, proposals: Sequence[Proposal]) -> StoredReply:
    return StoredReply(shown_without_text(message, proposals), message.text, message.revision)
