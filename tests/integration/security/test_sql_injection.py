"""SQL in every parameter of every endpoint stays text, on both databases. The endpoints are the registry's."""

from __future__ import annotations

import asyncio
import re
import typing
from typing import Any

import httpx
import pytest

from server.api.endpoint import Endpoint
from server.api.registry import ENDPOINTS
from tests.drivers import Desk, refused

PAYLOADS = [
    "' OR '1'='1",
    "'; DROP TABLE clients; --",
    '") OR 1=1 --',
    "x' UNION SELECT id, password_hash FROM users --",
    "1); SELECT pg_sleep(5); --",
    "%' ESCAPE '!' OR 1=1 --",
    "$1; \\'; :word_0",
]
FOUND = {200, 202, 204, 304}
REFUSED = {400, 403, 404, 405, 409, 410, 412, 413, 415, 422, 429}
READS = [one for one in ENDPOINTS if one.method == "GET" and not one.media_type.startswith("text/")]
AT_ONCE = 16


def parameters(one: Endpoint) -> list[str]:
    return list(typing.get_type_hints(one.query)) if one.query is not None else []


def filled(path: str, desk: Desk, value: str = "x" * 32) -> str:
    path = path.replace("{workspace_id}", desk.workspace_id)
    return re.sub(r"\{\w+\}", value, path)


async def all_of(calls: list[Any]) -> list[httpx.Response]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(call: Any) -> httpx.Response:
        async with places:
            answer: httpx.Response = await call
            return answer

    return await asyncio.gather(*map(one, calls))


def quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


async def test_every_parameter_of_a_query_is_text(desk: Desk) -> None:
    await desk.create_clients(2)
    head, cases = await desk.head(), list[tuple[str, str, str]]()
    for one in READS:
        for name in {*parameters(one), "cursor", "limit", "sort", "q", "since"} - {"wait"}:
            cases += [(one.path, name, payload) for payload in PAYLOADS]

    answers = await all_of(
        [
            desk.person.get(filled(path, desk), params={name: payload})
            for path, name, payload in cases
        ]
    )

    for case, answer in zip(cases, answers, strict=True):
        assert answer.status_code in FOUND | REFUSED, (case, answer.text)
        assert "syntax" not in answer.text.lower(), case
        assert "password_hash" not in answer.text, case
        if case[0].endswith("/clients") and case[1] in ("q", "stage", "owner", "tag"):
            assert answer.status_code == 200, answer.text
            assert answer.json()["items"] == [], case
    assert await desk.head() == head
    assert len(await desk.clients()) == 2


async def test_every_parameter_of_a_path_is_text(desk: Desk) -> None:
    await desk.create_clients(2)
    head = await desk.head()
    cases = [
        (one, path)
        for one in ENDPOINTS
        if "{" in one.path
        for payload in PAYLOADS
        for path in {
            filled(one.path, desk, quoted(payload)),
            re.sub(r"\{\w+\}", quoted(payload), one.path),
        }
        if "{workspace_id}" not in one.path
        or path != one.path.replace("{workspace_id}", desk.workspace_id)
    ]

    answers = await all_of(
        [
            desk.person.ask(one.method, path, {} if one.body is not None else None)
            for one, path in cases
        ]
    )

    for (one, path), answer in zip(cases, answers, strict=True):
        assert answer.status_code in REFUSED, (one.method, path, answer.text)
    assert await desk.head() == head
    assert len(await desk.clients()) == 2


@pytest.mark.parametrize(
    "sort", ["name;--", "name DESC", "name, id", "password_hash", "1", "--name", ""]
)
async def test_a_list_is_sorted_by_what_it_may_be_sorted_by(desk: Desk, sort: str) -> None:
    refused(await desk.get("/clients", params={"sort": sort}), 422, "sort")


async def test_sql_that_is_written_into_a_record_stays_in_it(desk: Desk) -> None:
    for payload in PAYLOADS:
        fields = {
            "company": payload,
            "phone": payload,
            "notes": payload,
            "tags": [payload],
            "custom": {payload: payload},
        }
        client = await desk.create_client(payload, **fields)
        assert {**client, **fields, "name": payload} == await desk.client(client)
        assert await desk.names(q=payload) == [payload]
        assert await desk.names(tag=payload) == [payload]


@pytest.mark.parametrize(
    "wildcard", ["%", "_", "%%", "a%b", "\\", "\\%", "!", "!%", "*", "[a]", "?"]
)
async def test_wildcards_mean_themselves(desk: Desk, wildcard: str) -> None:
    await desk.create_client("aXb", tags=["aXb"])
    assert await desk.names(q=wildcard) == []
    assert await desk.names(tag=wildcard) == []

    await desk.create_client(f"-{wildcard}-", tags=[wildcard])
    assert await desk.names(q=wildcard) == [f"-{wildcard}-"]
    assert await desk.names(tag=wildcard) == [f"-{wildcard}-"]


async def test_a_filter_is_bounded(desk: Desk) -> None:
    """Long before a database would refuse the statement."""
    many = [f"{number}" for number in range(51)]
    for name, value in {"q": "a " * 101, "tag": many, "stage": many}.items():
        refused(await desk.get("/clients", params={name: value}), 422, name)
    for name in ("q", "stage", "owner", "tag"):
        refused(await desk.get("/clients", params={name: "a\0b"}), 422)
    most = {"q": "a " * 100, "tag": many[:50], "stage": many[:50], "owner": many}
    assert await desk.clients(**most) == []


async def test_a_cursor_of_ones_own_making_finds_nothing_new(desk: Desk) -> None:
    await desk.create_clients(2)
    page = (await desk.get("/clients", params={"limit": 1})).json()
    cursor = page["next_cursor"]
    for forged in (cursor[:-1], cursor + "A", cursor.swapcase(), "", "e30", "W10", "A" * 5_000):
        response = await desk.get("/clients", params={"cursor": forged})
        assert response.status_code in (200, 422), forged
        if response.status_code == 200:
            assert len(response.json()["items"]) <= 2
