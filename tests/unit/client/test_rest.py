"""Requests over a line that fails: what is repeated, under which key, how long it waits, who renews."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from clientflow import (
    AsyncClientFlow,
    Incompatible,
    Internal,
    Invalid,
    PreconditionFailed,
    TooMany,
    Unauthorized,
    Unreachable,
)
from tests.unit.virtual_time import in_virtual_time

CLIENT = {
    "id": "c1",
    "name": "Acme",
    "stage": "lead",
    "position": "a0",
    "version": 1,
    "created_at": "2026-01-05T09:30:00Z",
    "created_by": "u",
    "updated_at": "2026-01-05T09:30:00Z",
    "updated_by": "u",
    "of_the_future": True,
}
Answer = httpx.Response | Exception


class Line:
    """A server that gives these answers, one a request, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.times: list[float] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        self.times.append(asyncio.get_running_loop().time())
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def keys(self) -> list[str | None]:
        return [request.headers.get("idempotency-key") for request in self.requests]


def flow(line: Callable[[httpx.Request], Any], token: str | None = "cfp_x") -> AsyncClientFlow:
    transport = httpx.MockTransport(line)
    return AsyncClientFlow(
        "http://board.test", token=token, transport=transport, chance=lambda: 0.5
    )


def ok(body: Any = CLIENT) -> httpx.Response:
    return httpx.Response(200, json=body)


def problem(status: int, kind: str, **headers: str) -> httpx.Response:
    body = {"type": f"/docs/errors#{kind}", "title": kind, "status": status, "detail": "no"}
    return httpx.Response(status, json=body, headers=headers)


CUT = httpx.ReadError("cut")


@in_virtual_time
async def test_a_write_that_got_no_answer_is_repeated_under_its_key() -> None:
    line = Line(CUT, problem(503, "unavailable"), ok())
    async with flow(line) as client:
        made = await client.workspace("w").clients.create(name="Acme")
    assert made.name == "Acme"
    assert len(line.requests) == 3
    assert len(set(line.keys)) == 1
    assert line.keys[0]
    assert {request.content for request in line.requests} == {b'{"name":"Acme"}'}


@in_virtual_time
async def test_two_writes_have_two_keys_unless_they_are_given_one() -> None:
    line = Line(ok())
    async with flow(line) as client:
        clients = client.workspace("w").clients
        await clients.create(name="Acme")
        await clients.create(name="Acme")
        await clients.create(name="Acme", key="order-7")
    assert len(set(line.keys)) == 3
    assert line.keys[2] == "order-7"


@in_virtual_time
async def test_what_is_refused_is_not_repeated() -> None:
    refusals = ((422, "invalid", Invalid), (412, "precondition-failed", PreconditionFailed))
    for status, kind, error in refusals:
        line = Line(problem(status, kind))
        async with flow(line) as client:
            with pytest.raises(error):
                await client.workspace("w").clients.update("c1", if_version=3, stage="won")
        assert len(line.requests) == 1
        assert line.requests[0].headers["if-match"] == '"3"'


@in_virtual_time
async def test_it_gives_up_after_some_tries_each_later_than_the_one_before() -> None:
    line = Line(problem(500, "internal"))
    async with flow(line) as client:
        with pytest.raises(Internal):
            await client.workspace("w").clients.get("c1")
    gaps = [later - earlier for earlier, later in zip(line.times, line.times[1:], strict=False)]
    assert gaps == pytest.approx([0.125, 0.25, 0.5, 1.0, 2.0])


@in_virtual_time
async def test_retry_after_is_obeyed_unless_it_is_too_long() -> None:
    line = Line(problem(429, "too-many", **{"Retry-After": "7"}), ok())
    async with flow(line) as client:
        await client.workspace("w").clients.get("c1")
    assert line.times[1] - line.times[0] == pytest.approx(7)
    line = Line(problem(429, "too-many", **{"Retry-After": "3600"}))
    async with flow(line) as client:
        with pytest.raises(TooMany) as refused:
            await client.workspace("w").clients.get("c1")
    assert refused.value.retry_after_s == 3600
    assert len(line.requests) == 1


@in_virtual_time
async def test_a_page_of_a_proxy_is_a_refusal_by_its_status_and_html_is_no_answer() -> None:
    async with flow(Line(httpx.Response(404, text="<html>nginx</html>"))) as client:
        with pytest.raises(Exception, match="404"):
            await client.workspace("w").clients.get("c1")
    async with flow(Line(httpx.Response(200, text="<html>hello</html>"))) as client:
        with pytest.raises(Incompatible):
            await client.workspace("w").clients.get("c1")


@in_virtual_time
async def test_pages_are_fetched_as_they_are_wanted() -> None:
    first = ok({"items": [CLIENT, CLIENT], "next_cursor": "2", "seq": 1})
    line = Line(first, ok({"items": [CLIENT], "next_cursor": None, "seq": 1}))
    async with flow(line) as client:
        found = client.workspace("w").clients.list(stage=["lead", "won"], q="ac me")
        await anext(found)
        assert len(line.requests) == 1
        assert len([each async for each in found]) == 2
    query = line.requests[1].url.params
    assert query.get_list("stage") == ["lead", "won"]
    assert (query["q"], query["cursor"]) == ("ac me", "2")


class Sessions:
    """A server of access tokens that run out; each refresh token is good once, but for the key that used it."""

    def __init__(self, *, lose_answers: int = 0) -> None:
        self.refreshes: list[tuple[str, str]] = []
        self.good = "a0"
        self._lose = lose_answers
        self._used: dict[str, str] = {}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(await request.aread() or b"null")
        if request.url.path.endswith("/auth/login"):
            return ok(self._pair(0))
        if request.url.path.endswith("/auth/refresh"):
            await asyncio.sleep(0.5)
            return self._refresh(body["refresh_token"], request.headers["idempotency-key"])
        if request.headers["authorization"] != f"Bearer {self.good}":
            return problem(401, "unauthorized")
        return ok()

    def _refresh(self, token: str, key: str) -> httpx.Response:
        self.refreshes.append((token, key))
        if self._used.setdefault(token, key) != key:
            return problem(401, "unauthorized")
        pair = self._pair(int(token[1:]) + 1)
        self.good = pair["access_token"]
        if self._lose:
            self._lose -= 1
            raise CUT
        return ok(pair)

    def _pair(self, number: int) -> dict[str, Any]:
        user = {"id": "u", "email": "a@b.c", "name": "Ana", "created_at": "2026-01-05T09:30:00Z"}
        return {
            "user": user,
            "access_token": f"a{number}",
            "refresh_token": f"r{number}",
            "expires_in": 900,
        }


@in_virtual_time
async def test_however_many_wait_for_a_fresh_token_one_refresh_is_made() -> None:
    server = Sessions()
    async with flow(server, token=None) as client:
        await client.sign_in("a@b.c", "secret")
        server.good = "another"
        clients = client.workspace("w").clients
        await asyncio.gather(*(clients.get("c1") for _ in range(20)))
    assert len(server.refreshes) == 1


@in_virtual_time
async def test_a_refresh_whose_answer_was_lost_is_repeated_under_its_key() -> None:
    server = Sessions(lose_answers=2)
    kept: list[str] = []
    async with flow(server, token=None) as client:
        await client.sign_in("a@b.c", "secret", keep=lambda pair: kept.append(pair.refresh_token))
        server.good = "another"
        await client.workspace("w").clients.get("c1")
    assert len(server.refreshes) == 3
    assert len(set(server.refreshes)) == 1
    assert kept == ["r0", "r1"]


@in_virtual_time
async def test_a_session_that_was_ended_is_over_for_everybody_who_waits() -> None:
    server = Sessions()
    async with flow(server, token=None) as client:
        await client.sign_in("a@b.c", "secret")
        server.good, server._used["r0"] = "another", "of a thief"
        clients = client.workspace("w").clients
        waiting = [clients.get("c1") for _ in range(3)]
        found = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(each, Unauthorized) for each in found)
    assert len(server.refreshes) == 1


@in_virtual_time
async def test_signing_in_is_not_repeated() -> None:
    line = Line(CUT)
    async with flow(line, token=None) as client:
        with pytest.raises(Unreachable):
            await client.sign_in("a@b.c", "secret")
    assert len(line.requests) == 1
