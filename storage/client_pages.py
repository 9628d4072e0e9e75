"""The statement that finds a page of clients: filters, any order, where the page before ended."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Integer, and_, bindparam, or_, select, tuple_

from storage.cursors import Time, cursor, decoded
from storage.errors import BadCursor
from storage.folding import LIKE_ESCAPE, containing, folded, tag_key
from storage.records import ClientQuery
from storage.statements import Bound, Row, Statement
from storage.tables import by_byte, clients

# What a list may be sorted by: the column, and the kind of its values in a cursor.
_SORT_COLUMNS: dict[str, tuple[Column[Any], Any]] = {
    "position": (clients.c.position, str),
    "name": (clients.c.name_key, str),
    "company": (clients.c.company_key, str),
    "value": (clients.c.value_amount, int),
    "created_at": (clients.c.created_at, Time),
    "updated_at": (clients.c.updated_at, Time),
    "next_action_at": (clients.c.next_action_at, Time),
}
SORTS = tuple(_SORT_COLUMNS)


class Shape(NamedTuple):
    """All of a query but its values: what its statement depends on."""

    sort: str
    descending: bool
    words: int
    tags: int
    by_stage: bool
    by_owner: bool
    or_unowned: bool
    after: bool
    after_null: bool


def page_query(workspace_id: str, query: ClientQuery) -> Bound:
    """Finds one row more than the page holds, which tells whether another follows."""
    sort, descending = _sort(query)
    words = list(dict.fromkeys(folded(query.q or "").split()))
    tags = list(dict.fromkeys(tag_key(tag) for tag in query.tags))
    owners = [owner for owner in query.owners if owner is not None]
    values: dict[str, Any] = {"workspace_id": workspace_id, "count": query.limit + 1}
    values |= {f"word_{n}": containing(word) for n, word in enumerate(words)}
    values |= {f"tag_{n}": containing(f"\n{tag}\n") for n, tag in enumerate(tags)}
    if query.stages:
        values["stages"] = query.stages
    if query.owners:
        values["owners"] = owners
    after_value = None
    if query.after is not None:
        after_value, values["after_id"] = _position_of(query.after, query.sort)
        if after_value is not None:
            values["after_value"] = after_value
    shape = Shape(
        sort=sort,
        descending=descending,
        words=len(words),
        tags=len(tags),
        by_stage=bool(query.stages),
        by_owner=bool(query.owners),
        or_unowned=None in query.owners,
        after=query.after is not None,
        after_null=after_value is None,
    )
    return _statement(shape)(**values)


def cursor_after(row: Row, query: ClientQuery) -> str:
    """The cursor of the page that follows this row."""
    column, _ = _SORT_COLUMNS[_sort(query)[0]]
    return cursor(query.sort, row[str(column.key)], row["id"])


def _sort(query: ClientQuery) -> tuple[str, bool]:
    sort = query.sort.removeprefix("-")
    if sort not in _SORT_COLUMNS:
        raise ValueError(f"clients are not sorted by {sort!r}")
    return sort, query.sort.startswith("-")


def _position_of(text: str, sort: str) -> tuple[Any, str]:
    column, kind = _SORT_COLUMNS[sort.removeprefix("-")]
    made_for, value, client_id = decoded(text, tuple[str, kind | None, str])  # type: ignore[valid-type]
    fits_null = value is not None or column.nullable
    if made_for != sort or not fits_null or (kind is int and value and abs(value) >= 2**63):
        raise BadCursor("this cursor belongs to another order")
    return value, client_id


@lru_cache(maxsize=512)
def _statement(shape: Shape) -> Statement:
    column, _ = _SORT_COLUMNS[shape.sort]
    nullable = bool(column.nullable)
    order = column.desc() if shape.descending else column.asc()
    by_id = clients.c.id.desc() if shape.descending else clients.c.id.asc()
    return Statement(
        select(clients)
        .where(*_filters(shape), *_continuation(shape, column, nullable))
        .order_by(order.nulls_last() if nullable else order, by_id)
        .limit(bindparam("count", type_=Integer))
    )


def _filters(shape: Shape) -> list[ColumnElement[bool]]:
    filters = [
        clients.c.workspace_id == bindparam("workspace_id"),
        clients.c.deleted_at.is_(None),
    ]
    filters += [
        clients.c.search_text.like(bindparam(f"word_{n}"), escape=LIKE_ESCAPE)
        for n in range(shape.words)
    ]
    if shape.tags:
        filters.append(
            or_(
                *(
                    clients.c.tag_index.like(bindparam(f"tag_{n}"), escape=LIKE_ESCAPE)
                    for n in range(shape.tags)
                )
            )
        )
    if shape.by_stage:
        filters.append(clients.c.stage.in_(bindparam("stages", expanding=True)))
    if shape.by_owner:
        owned: ColumnElement[bool] = clients.c.owner_id.in_(bindparam("owners", expanding=True))
        filters.append(or_(owned, clients.c.owner_id.is_(None)) if shape.or_unowned else owned)
    return filters


def _continuation(shape: Shape, column: Column[Any], nullable: bool) -> list[ColumnElement[bool]]:
    """What stands behind the cursor; rows without a value are last in either direction."""
    if not shape.after:
        return []
    after_id = bindparam("after_id", type_=by_byte())
    id_behind = clients.c.id < after_id if shape.descending else clients.c.id > after_id
    if shape.after_null:
        return [and_(column.is_(None), id_behind)]
    after_value = bindparam("after_value", type_=column.type)
    if nullable:
        value_behind = column < after_value if shape.descending else column > after_value
        return [or_(value_behind, and_(column == after_value, id_behind), column.is_(None))]
    row, last = tuple_(column, clients.c.id), tuple_(after_value, after_id)
    return [row < last if shape.descending else row > last]
