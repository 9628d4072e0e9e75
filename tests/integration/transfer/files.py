"""Files that come and go, for tests."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx

from tests.drivers import Desk, Json


async def send(
    desk: Desk, content: str | bytes, *, key: str | None = None, **query: Any
) -> httpx.Response:
    """POST …/import with a file."""
    raw = content.encode() if isinstance(content, str) else content
    headers = {"Content-Type": "text/csv"}
    return await desk.post("/import", content=raw, headers=headers, params=query, key=key)


async def brought_in(desk: Desk, content: str | bytes, **query: Any) -> Json:
    """What an import answered."""
    response = await send(desk, content, **query)
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    return answer


async def counts(desk: Desk, content: str | bytes, **query: Any) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, failed."""
    answer = await brought_in(desk, content, **query)
    return answer["created"], answer["updated"], answer["unchanged"], answer["failed"]


async def exported(desk: Desk) -> str:
    response = await desk.get("/export.csv")
    assert response.status_code == 200, response.text
    return response.content.decode()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
