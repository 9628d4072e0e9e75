"""What the assistant proposes to change, until an editor applies or dismisses it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, insert, select, update

from storage.assistant_records import Proposal, ProposalStatus, SeenProposal
from storage.chunks import chunks
from storage.gateway import Gateway
from storage.statements import Row, Statement
from storage.tables import assistant_proposals, clients

_T = assistant_proposals
_OF_WORKSPACE = _T.c.workspace_id == bindparam("of_workspace")
_ONE = (_OF_WORKSPACE, _T.c.message_id == bindparam("of_message"), _T.c.id == bindparam("of_id"))
_SEEN = select(_T, clients.c.version.label("client_version")).join_from(
    _T,
    clients,
    and_(
        clients.c.workspace_id == _T.c.workspace_id,
        clients.c.id == _T.c.client_id,
        clients.c.deleted_at.is_(None),
    ),
    isouter=True,
)

ADD = Statement(insert(_T))
ONE = Statement(_SEEN.where(*_ONE))
OF_MESSAGES = Statement(
    _SEEN.where(_OF_WORKSPACE, _T.c.message_id.in_(bindparam("messages", expanding=True))).order_by(
        _T.c.message_id, _T.c.id
    )
)
COUNT = Statement(
    select(func.count())
    .select_from(_T)
    .where(_OF_WORKSPACE, _T.c.message_id == bindparam("of_message"))
)
DECIDE = Statement(
    update(_T)
    .where(*_ONE)
    .values(
        status=bindparam("new_status"),
        result_id=bindparam("new_result_id"),
        decided_by_id=bindparam("by_id"),
        decided_by_name=bindparam("by_name"),
        decided_at=bindparam("at"),
    )
    .returning(_T.c.id)
)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def _seen(row: Row) -> SeenProposal:
    before = row["before"]
    return SeenProposal(
        **{
            **row,
            "data": _decode(row["data"]),
            "before": None if before is None else _decode(before),
        }
    )


class AssistantProposals:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def add(self, proposal: Proposal) -> None:
        """Raises Missing for an unknown message."""
        row = msgspec.structs.asdict(proposal)
        row["data"] = _encode(proposal.data).decode()
        row["before"] = None if proposal.before is None else _encode(proposal.before).decode()
        await self._gateway.execute(ADD(**row))

    async def get(
        self, workspace_id: str, message_id: str, proposal_id: str
    ) -> SeenProposal | None:
        query = ONE(of_workspace=workspace_id, of_message=message_id, of_id=proposal_id)
        row = await self._gateway.row(query)
        return None if row is None else _seen(row)

    async def of_messages(
        self, workspace_id: str, message_ids: Iterable[str]
    ) -> dict[str, list[SeenProposal]]:
        """The proposals by message, the first made first; only of messages that have some."""
        found: dict[str, list[SeenProposal]] = {}
        for chunk in chunks(message_ids):
            rows = await self._gateway.rows(OF_MESSAGES(of_workspace=workspace_id, messages=chunk))
            for row in rows:
                found.setdefault(row["message_id"], []).append(_seen(row))
        return found

    async def count(self, workspace_id: str, message_id: str) -> int:
        count: int = await self._gateway.value(
            COUNT(of_workspace=workspace_id, of_message=message_id)
        )
        return count

    async def decide(
        self,
        proposal: Proposal,
        status: ProposalStatus,
        *,
        by_id: str,
        by_name: str,
        at: datetime,
        result_id: str | None = None,
    ) -> None:
        await self._gateway.execute(
            DECIDE(
                of_workspace=proposal.workspace_id,
                of_message=proposal.message_id,
                of_id=proposal.id,
                new_status=status,
                new_result_id=result_id,
                by_id=by_id,
                by_name=by_name,
                at=at,
            )
        )
