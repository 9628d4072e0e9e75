"""REST: one request with its token, timeouts, repetitions and problems. Everything else of the client stands on it."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from clientflow.errors import (
    ClientFlowError,
    Incompatible,
    Refused,
    Unauthorized,
    Unreachable,
    may_pass,
    refused,
)
from clientflow.limits import ClientLimits
from clientflow.pace import retry_delay_s
from clientflow.records import Page
from clientflow.routes import route_of
from clientflow.tokens import Tokens
from realtime.messages import AnyCommand
from realtime.problems import Problem

T = TypeVar("T")
Value: TypeAlias = str | int | list[str] | None
Query: TypeAlias = Mapping[str, Value]
_encoder = msgspec.json.Encoder()
_REPEATABLE = ("GET", "HEAD")


def new_key() -> str:
    """The identity of one logical write, over all its repetitions and ways."""
    return str(uuid.uuid4())


def segment(id_: str) -> str:
    """An id as one segment of a path."""
    return quote(id_, safe="")


class Rest:
    """Requests below /api/v1 of one server. `http` belongs to whoever made it."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        origin: str,
        tokens: Tokens,
        limits: ClientLimits,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._http = http
        self.origin = origin_of(origin)
        self.tokens = tokens
        self.limits = limits
        self.chance = chance

    async def get(
        self,
        path: str,
        type_: type[T],
        query: Query | None = None,
        *,
        timeout_s: float | None = None,
    ) -> T:
        answer = await self._send("GET", path, query=query, timeout_s=timeout_s)
        return decoded(answer.content, type_)

    async def write(
        self,
        method: str,
        path: str,
        type_: type[T],
        body: object = None,
        *,
        key: str | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """A write under `key`, one that is made unless given; it is repeated under the same until it has an answer."""
        answer = await self._send(
            method,
            path,
            query=query,
            content=None if body is None else _encoder.encode(body),
            headers={**(headers or {}), "Idempotency-Key": key or new_key()},
        )
        return decoded(answer.content or b"null", type_)

    async def open(self, path: str, type_: type[T], body: object, *, key: str | None = None) -> T:
        """A POST by nobody: signing in. With a key it is repeated, without one it is not."""
        answer = await self._send(
            "POST",
            path,
            content=_encoder.encode(body),
            headers={"Idempotency-Key": key} if key else {},
            anonymous=True,
        )
        return decoded(answer.content or b"null", type_)

    async def submit(self, root: str, command: AnyCommand, type_: type[T], key: str) -> T:
        """A command of the workspace at `root` by its REST route."""
        route = route_of(command)
        headers = {} if route.if_version is None else {"If-Match": f'"{route.if_version}"'}
        answer = await self._send(
            route.method,
            root + route.path,
            query=route.query,
            content=None if route.body is None else _encoder.encode(route.body),
            headers={**headers, "Idempotency-Key": key},
        )
        raw = answer.content or b"null"
        if route.within is not None:
            raw = bytes(decoded(raw, dict[str, msgspec.Raw])[route.within])
        return decoded(raw, type_)

    async def items(
        self, path: str, type_: type[T], query: Query | None = None, *, limit: int | None = None
    ) -> AsyncIterator[T]:
        """Every item of a list, page by page."""
        asked: dict[str, Value] = dict(query or {})
        asked["limit"] = limit or self.limits.page_items
        while True:
            page = await self.get(path, Page[type_], asked)  # type: ignore[valid-type]
            for item in page.items:
                yield item
            if page.next_cursor is None:
                return
            asked["cursor"] = page.next_cursor

    async def upload(
        self,
        path: str,
        type_: type[T],
        source: Callable[[], AsyncIterable[bytes]],
        *,
        query: Query,
        key: str,
    ) -> T:
        """A file as the body; `source` gives it anew for each try."""
        answer = await self._send(
            "POST",
            path,
            query=query,
            source=source,
            headers={"Idempotency-Key": key, "Content-Type": "text/csv"},
            timeout_s=self.limits.import_timeout_s,
        )
        return decoded(answer.content, type_)

    @asynccontextmanager
    async def download(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The body of a GET as it comes. What breaks off raises `Unreachable`."""
        token = await self.tokens.usable()
        for renewed in (False, True):
            request = self._request("GET", path, token=token)
            with _reaching():
                response = await self._http.send(request, stream=True)
            try:
                if response.status_code == httpx.codes.UNAUTHORIZED and not renewed:
                    token = await self.tokens.renewed(token)
                    continue
                if response.is_error:
                    with _reaching():
                        await response.aread()
                    raise refusal_of(response)
                yield _chunks(response)
                return
            finally:
                await response.aclose()

    async def _send(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        content: bytes | None = None,
        source: Callable[[], AsyncIterable[bytes]] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        anonymous: bool = False,
    ) -> httpx.Response:
        sent = dict(headers or {})
        repeatable = method in _REPEATABLE or "Idempotency-Key" in sent
        tries = self.limits.max_tries if repeatable else 1
        for attempt in range(tries):
            try:
                token = None if anonymous else await self.tokens.usable()
                body = content if source is None else source()
                options = {"query": query, "content": body, "headers": sent, "timeout_s": timeout_s}
                try:
                    return await self._once(method, path, token=token, **options)
                except Unauthorized:
                    if token is None:
                        raise
                    token = await self.tokens.renewed(token)
                    options["content"] = content if source is None else source()
                    return await self._once(method, path, token=token, **options)
            except ClientFlowError as error:
                if attempt + 1 == tries or not may_pass(error):
                    raise
                await asyncio.sleep(self._delay_s(error, attempt))
        raise AssertionError("unreachable")

    def _delay_s(self, error: ClientFlowError, attempt: int) -> float:
        told = error.retry_after_s if isinstance(error, Refused) else None
        if told is not None:
            if told > self.limits.max_retry_after_s:
                raise error
            return told
        return retry_delay_s(attempt, self.limits, self.chance)

    async def _once(self, method: str, path: str, **options: Any) -> httpx.Response:
        request = self._request(method, path, **options)
        with _reaching():
            response = await self._http.send(request)
        if response.is_error:
            raise refusal_of(response)
        return response

    def _request(
        self,
        method: str,
        path: str,
        *,
        token: str | None,
        query: Query | None = None,
        content: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> httpx.Request:
        sent = dict(headers or {})
        if isinstance(content, bytes):
            sent["Content-Type"] = "application/json"
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        params = {name: value for name, value in (query or {}).items() if value is not None}
        timeout = httpx.Timeout(
            timeout_s or self.limits.request_timeout_s, connect=self.limits.connect_timeout_s
        )
        return self._http.build_request(
            method,
            f"{self.origin}/api/v1{path}",
            params=params or None,
            content=content,
            headers=sent,
            timeout=timeout,
        )


def origin_of(url: str) -> str:
    """`https://host`, of an address as people write it. Raises `ValueError`."""
    address = url.strip().rstrip("/")
    if "://" not in address:
        address = f"http://{address}"
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not the address of a server: {url!r} (http://localhost:8000 is one)")
    return address


def decoded(raw: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=type_)
    except msgspec.MsgspecError as error:
        raise Incompatible(f"The server's answer cannot be read: {error}") from error


def refusal_of(response: httpx.Response) -> Refused:
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except msgspec.MsgspecError:  # a proxy's own page; the status says what matters
        detail = f"The server answered {response.status_code} {response.reason_phrase}".rstrip()
        problem = Problem("about:blank", detail, response.status_code, f"{detail}.")
    text = response.headers.get("retry-after", "")
    return refused(problem, float(text) if text.isdigit() else None)


class _reaching:  # noqa: N801
    """What httpx raises on the way to an answer, as `Unreachable`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpx.TransportError | httpx.InvalidURL | httpx.StreamError):
            words = str(error) or type(error).__name__
            raise Unreachable(f"The server cannot be reached: {words}") from error


async def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    with _reaching():
        async for chunk in response.aiter_bytes():
            yield chunk
