"""The assistant's replies: written by one instance as they grow, read by all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from storage.assistant_records import AssistantMessage, MessageStatus, ReplyHead
from storage.chunks import chunks
from storage.cursors import Time, cursor, decoded
from storage.gateway import Gateway
from storage.records import Page
from storage.statements import Statement
from storage.tables import Moment, assistant_messages, by_byte

_T = assistant_messages
_OF_WORKSPACE = _T.c.workspace_id == bindparam("of_workspace")
_ONE = (_OF_WORKSPACE, _T.c.id == bindparam("of_id"))
# Written out, so that the index of running replies serves.
_STREAMING = _T.c.status == literal_column("'streaming'")
_MINE = (*_ONE, _STREAMING, _T.c.instance == bindparam("of_instance"))
_NEXT = _T.c.revision + 1

ADD = Statement(insert(_T))
ONE = Statement(select(_T).where(*_ONE))
_NEWEST = (
    select(_T)
    .where(_OF_WORKSPACE)
    .order_by(_T.c.created_at.desc(), _T.c.id.desc())
    .limit(bindparam("count", type_=Integer))
)
NEWEST = Statement(_NEWEST)
NEWEST_BEFORE = Statement(
    _NEWEST.where(
        tuple_(_T.c.created_at, _T.c.id)
        < tuple_(bindparam("before_at", type_=Moment), bindparam("before_id", type_=by_byte()))
    )
)
RUNNING = Statement(select(func.count()).select_from(_T).where(_OF_WORKSPACE, _STREAMING))
TOKENS = Statement(
    select(
        func.sum(func.coalesce(_T.c.prompt_tokens, 0) + func.coalesce(_T.c.completion_tokens, 0))
    ).where(_OF_WORKSPACE, _T.c.created_at >= bindparam("since_at", type_=Moment))
)
HEADS = Statement(
    select(
        _T.c.workspace_id,
        _T.c.id,
        _T.c.status,
        _T.c.revision,
        func.length(_T.c.text).label("length"),
    ).where(
        or_(_STREAMING, _T.c.updated_at > bindparam("after_at", type_=Moment)),
        _T.c.workspace_id.in_(bindparam("workspaces", expanding=True)),
    )
)


def _by_either_clock(
    make: Callable[[ColumnElement[datetime]], Executable],
) -> tuple[Statement, Statement]:
    """A statement that dates what it writes: by a value, and by PostgreSQL's clock."""
    given, read = bindparam("at", type_=Moment), func.clock_timestamp(type_=Moment())
    return Statement(make(given)), Statement(make(read))


GROW, GROW_BY_CLOCK = _by_either_clock(
    lambda now: (
        update(_T)
        .where(*_MINE)
        .values(
            text=bindparam("new_text"),
            completion_tokens=bindparam("new_completion_tokens"),
            prompt_tokens=bindparam("new_prompt_tokens"),
            revision=_NEXT,
            updated_at=now,
        )
        .returning(_T.c.revision, _T.c.cancelled_by)
    )
)
FINISH, FINISH_BY_CLOCK = _by_either_clock(
    lambda now: (
        update(_T)
        .where(*_MINE)
        .values(
            text=bindparam("new_text"),
            status=bindparam("new_status"),
            problem=bindparam("new_problem"),
            completion_tokens=bindparam("new_completion_tokens"),
            prompt_tokens=bindparam("new_prompt_tokens"),
            revision=_NEXT,
            updated_at=now,
            finished_at=now,
        )
        .returning(*_T.c)
    )
)
TOUCH, TOUCH_BY_CLOCK = _by_either_clock(
    lambda now: (
        update(_T).where(*_ONE).values(revision=_NEXT, updated_at=now).returning(_T.c.revision)
    )
)
CANCEL = Statement(
    update(_T)
    .where(*_ONE, _STREAMING, _T.c.cancelled_by.is_(None))
    .values(cancelled_by=bindparam("by"))
    .returning(_T.c.id)
)
ABANDONED = Statement(
    update(_T)
    .where(_STREAMING, _T.c.updated_at < bindparam("before", type_=Moment))
    .values(
        status="interrupted",
        problem=bindparam("new_problem"),
        revision=_NEXT,
        updated_at=bindparam("at", type_=Moment),
        finished_at=bindparam("at", type_=Moment),
    )
    .returning(*_T.c)
)


class Grown(NamedTuple):
    revision: int
    cancelled: bool  # a member has asked to stop it


class AssistantMessages:
    def __init__(self, gateway: Gateway, dialect: str) -> None:
        self._gateway = gateway
        own_clock = dialect == "sqlite"
        self._grow = GROW if own_clock else GROW_BY_CLOCK
        self._finish = FINISH if own_clock else FINISH_BY_CLOCK
        self._touch = TOUCH if own_clock else TOUCH_BY_CLOCK

    async def add(self, message: AssistantMessage) -> None:
        await self._gateway.execute(ADD(**msgspec.structs.asdict(message)))

    async def get(self, workspace_id: str, message_id: str) -> AssistantMessage | None:
        row = await self._gateway.row(ONE(of_workspace=workspace_id, of_id=message_id))
        return None if row is None else AssistantMessage(**row)

    async def page(
        self, workspace_id: str, limit: int, before: str | None = None
    ) -> Page[AssistantMessage]:
        """The newest first."""
        which = {"of_workspace": workspace_id, "count": limit + 1}
        if before is None:
            query = NEWEST(**which)
        else:
            before_at, before_id = decoded(before, tuple[Time, str])
            query = NEWEST_BEFORE(**which, before_at=before_at, before_id=before_id)
        found = [AssistantMessage(**row) for row in await self._gateway.rows(query)]
        items = found[:limit]
        more = len(found) > limit
        return Page(items=items, next=cursor(items[-1].created_at, items[-1].id) if more else None)

    async def running(self, workspace_id: str) -> int:
        """How many replies of the workspace are being written."""
        count: int = await self._gateway.value(RUNNING(of_workspace=workspace_id))
        return count

    async def tokens_since(self, workspace_id: str, since: datetime) -> int:
        """The tokens of all replies asked for since then."""
        return int(
            await self._gateway.value(TOKENS(of_workspace=workspace_id, since_at=since)) or 0
        )

    async def heads(self, workspace_ids: Iterable[str], after: datetime) -> list[ReplyHead]:
        """The replies of these workspaces that run, or were written to after that time."""
        found: list[ReplyHead] = []
        for chunk in chunks(workspace_ids):
            rows = await self._gateway.rows(HEADS(workspaces=chunk, after_at=after))
            found += [ReplyHead(**row) for row in rows]
        return found

    async def grow(
        self, message: AssistantMessage, text: str, usage: tuple[int | None, int | None]
    ) -> Grown | None:
        """Store the text so far, which renews the instance's hold; None when it is not this instance's any more."""
        row = await self._gateway.row(self._grow(**self._mine(message, text, usage)))
        return None if row is None else Grown(row["revision"], row["cancelled_by"] is not None)

    async def finish(
        self,
        message: AssistantMessage,
        text: str,
        usage: tuple[int | None, int | None],
        status: MessageStatus,
        problem: str | None,
    ) -> AssistantMessage | None:
        """Store the end of a reply and give it back; None when it is not this instance's any more."""
        row = await self._gateway.row(
            self._finish(**self._mine(message, text, usage), new_status=status, new_problem=problem)
        )
        return None if row is None else AssistantMessage(**row)

    async def touch(self, workspace_id: str, message_id: str) -> int | None:
        """A proposal of it has changed: the reply's next revision; None when there is no such reply."""
        query = self._touch(of_workspace=workspace_id, of_id=message_id, at=datetime.now(UTC))
        revision: int | None = await self._gateway.value(query)
        return revision

    async def ask_to_cancel(self, workspace_id: str, message_id: str, by: str) -> None:
        """Leave word for the instance that writes it; nothing where it has ended."""
        await self._gateway.execute(CANCEL(of_workspace=workspace_id, of_id=message_id, by=by))

    async def interrupt_abandoned(
        self, before: datetime, now: datetime, problem: str
    ) -> list[AssistantMessage]:
        """End the replies whose instance has not written since `before`; gives them."""
        rows = await self._gateway.rows(ABANDONED(before=before, at=now, new_problem=problem))
        return [AssistantMessage(**row) for row in rows]

    @staticmethod
    def _mine(
        message: AssistantMessage, text: str, usage: tuple[int | None, int | None]
    ) -> dict[str, Any]:
        return {
            "of_workspace": message.workspace_id,
            "of_id": message.id,
            "of_instance": message.instance,
            "new_text": text,
            "new_prompt_tokens": usage[0],
            "new_completion_tokens": usage[1],
            "at": datetime.now(UTC),
        }
