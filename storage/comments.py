"""What people wrote about a client."""

from __future__ import annotations

import msgspec
from sqlalchemy import Integer, bindparam, insert, select, tuple_

from storage.cursors import Time, cursor, decoded
from storage.gateway import Gateway
from storage.records import AuthoredComment, Comment, Page
from storage.statements import Statement
from storage.tables import Moment, by_byte, comments, users

_COLUMNS = [comments.c[name] for name in Comment.__struct_fields__]
ADD = Statement(insert(comments))
ONE = Statement(
    select(*_COLUMNS).where(
        comments.c.workspace_id == bindparam("workspace_id"), comments.c.id == bindparam("id")
    )
)
_OF_CLIENT = (
    select(*_COLUMNS, users.c.name.label("author_name"))
    .join_from(comments, users, users.c.id == comments.c.author_id)
    .where(
        comments.c.workspace_id == bindparam("workspace_id"),
        comments.c.client_id == bindparam("client_id"),
    )
    .order_by(comments.c.created_at, comments.c.id)
    .limit(bindparam("count", type_=Integer))
)
OF_CLIENT = Statement(_OF_CLIENT)
OF_CLIENT_AFTER = Statement(
    _OF_CLIENT.where(
        tuple_(comments.c.created_at, comments.c.id)
        > tuple_(bindparam("after_at", type_=Moment), bindparam("after_id", type_=by_byte()))
    )
)


class Comments:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def add(self, workspace_id: str, comment: Comment) -> None:
        """Raises Missing for an unknown client or author, Duplicate("id")."""
        await self._gateway.execute(
            ADD(workspace_id=workspace_id, **msgspec.structs.asdict(comment))
        )

    async def get(self, workspace_id: str, comment_id: str) -> Comment | None:
        row = await self._gateway.row(ONE(workspace_id=workspace_id, id=comment_id))
        return None if row is None else Comment(**row)

    async def page(
        self, workspace_id: str, client_id: str, limit: int, after: str | None = None
    ) -> Page[AuthoredComment]:
        """A client's comments with their authors' names, the newest last."""
        which = {"workspace_id": workspace_id, "client_id": client_id, "count": limit + 1}
        if after is None:
            query = OF_CLIENT(**which)
        else:
            after_at, after_id = decoded(after, tuple[Time, str])
            query = OF_CLIENT_AFTER(**which, after_at=after_at, after_id=after_id)
        found = [AuthoredComment(**row) for row in await self._gateway.rows(query)]
        items = found[:limit]
        more = len(found) > limit
        return Page(items=items, next=cursor(items[-1].created_at, items[-1].id) if more else None)
