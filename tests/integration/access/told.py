"""What an answer tells, but for what differs from one request to the next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import httpx


def told(response: httpx.Response, ids: Iterable[str] = ()) -> tuple[int, str]:
    """The status and the body, without the ids that were asked for, which it may repeat."""
    if not response.headers.get("content-type", "").endswith("json"):
        return response.status_code, response.text
    return response.status_code, without_ids(response.json(), ids)


def without_ids(value: Any, ids: Iterable[str]) -> str:
    if isinstance(value, dict):
        value = {name: each for name, each in value.items() if name != "request_id"}
    text = json.dumps(value)
    for id_ in ids:
        text = text.replace(id_, "…")
    return text
