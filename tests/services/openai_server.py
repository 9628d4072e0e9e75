"""A service that speaks OpenAI's chat completions protocol as it is on the wire, and misbehaves when told to.

It lives in the test's own loop: a test says what the next answers are, sees what was asked, and sees when the asking
side has gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, Self

Json = dict[str, Any]
Step = Callable[["Answering"], Awaitable[None]]


class Answering:
    """One request's answer while it is given."""

    def __init__(self, request: Json, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.request = request
        self.abandoned = asyncio.Event()  # the asking side has closed the connection
        self._reader = reader
        self._writer = writer
        self._begun = False
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        with contextlib.suppress(ConnectionError):
            if await self._reader.read(1) == b"":
                self.abandoned.set()

    async def status(self, status: int, headers: dict[str, str], body: Json) -> None:
        text = json.dumps(body).encode()
        head = {
            "Content-Type": "application/json",
            "Content-Length": str(len(text)),
            "Connection": "close",
            **headers,
        }
        await self._write_head(status, head)
        self._writer.write(text)
        await self._writer.drain()

    async def begin(self) -> None:
        if not self._begun:
            self._begun = True
            await self._write_head(
                200,
                {
                    "Content-Type": "text/event-stream; charset=utf-8",
                    "Transfer-Encoding": "chunked",
                    "Connection": "close",
                },
            )

    async def raw(self, text: str) -> None:
        """Bytes of the event stream as they are."""
        await self.begin()
        data = text.encode()
        self._writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        await self._writer.drain()

    async def event(self, data: Any) -> None:
        await self.raw(f"data: {json.dumps(data)}\n\n")

    async def chunk(self, delta: Json, finish_reason: str | None = None) -> None:
        await self.event(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": self.request["model"],
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
            }
        )

    async def usage(self, prompt_tokens: int, completion_tokens: int) -> None:
        await self.event(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": self.request["model"],
                "choices": [],
                "usage": {
                    "prompt_tokens": prompt_tokens,
                    "completion_tokens": completion_tokens,
                    "total_tokens": prompt_tokens + completion_tokens,
                },
            }
        )

    async def end(self) -> None:
        await self.raw("data: [DONE]\n\n")
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def cut(self) -> None:
        """End the connection in the middle of the chunked body."""
        self._writer.transport.abort()

    async def close(self) -> None:
        self._watching.cancel()
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _write_head(self, status: int, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items())]
        self._writer.write("\r\n".join([*lines, "", ""]).encode())
        await self._writer.drain()


class OpenAIServer:
    """Answers with what stands in `script`, one step list a request; with nothing there, it says "Hello."."""

    def __init__(self) -> None:
        self.script: list[Step] = []
        self.requests: list[Json] = []
        self.authorizations: list[str | None] = []
        self.answers: list[Answering] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def forget(self) -> None:
        """Be as new for the next test."""
        self.script.clear()
        self.requests.clear()
        self.answers.clear()
        self.authorizations.clear()

    async def asked(self, count: int = 1) -> Answering:
        """The answer to the request of that number, once it is being given."""
        async with asyncio.timeout(10):
            while len(self.answers) < count:
                await asyncio.sleep(0.01)
        return self.answers[count - 1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = {
                name.strip().lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head.splitlines()[1:])
            }
            body = json.loads(await reader.readexactly(int(headers["content-length"])))
            self.requests.append(body)
            self.authorizations.append(headers.get("authorization"))
            answering = Answering(body, reader, writer)
            self.answers.append(answering)
            step = self.script.pop(0) if self.script else says("Hello.")
            try:
                await step(answering)
            finally:
                await answering.close()


def pieces_of(text: str, size: int = 6) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def says(text: str, *, pause_s: float = 0.0, usage: tuple[int, int] | None = (100, 20)) -> Step:
    """The text in small chunks, as a model does."""

    async def step(to: Answering) -> None:
        await to.chunk({"role": "assistant", "content": ""})
        for piece in pieces_of(text):
            await to.chunk({"content": piece})
            await asyncio.sleep(pause_s)
        await to.chunk({}, "stop")
        if usage is not None:
            await to.usage(*usage)
        await to.end()

    return step


def calls(*tools: tuple[str, Json], saying: str = "") -> Step:
    """Tool calls, each with its arguments split over chunks."""

    async def step(to: Answering) -> None:
        await to.chunk({"role": "assistant", "content": saying or None})
        for index, (name, arguments) in enumerate(tools):
            first = {"index": index, "id": f"call_{index}", "type": "function"}
            await to.chunk({"tool_calls": [{**first, "function": {"name": name, "arguments": ""}}]})
            for piece in pieces_of(json.dumps(arguments), 5):
                part = {"index": index, "function": {"arguments": piece}}
                await to.chunk({"tool_calls": [part]})
        await to.chunk({}, "tool_calls")
        await to.usage(50, 10)
        await to.end()

    return step


def fails(status: int, headers: dict[str, str] | None = None, message: str = "no") -> Step:
    async def step(to: Answering) -> None:
        await to.status(status, headers or {}, {"error": {"message": message, "type": "error"}})

    return step


def begins(text: str, then: Callable[[Answering], Awaitable[None]]) -> Step:
    """The text, and then what `then` does instead of an end."""

    async def step(to: Answering) -> None:
        await to.chunk({"role": "assistant", "content": ""})
        for piece in pieces_of(text):
            await to.chunk({"content": piece})
        await then(to)

    return step


async def stalls(to: Answering) -> None:
    """Silence, until the asking side goes."""
    await to.begin()
    await to.abandoned.wait()


async def is_cut(to: Answering) -> None:
    to.cut()


def sends(raw: str) -> Callable[[Answering], Awaitable[None]]:
    """Something in the stream that is not of the protocol."""

    async def step(to: Answering) -> None:
        await to.raw(raw)
        await to.end()

    return step


class Held:
    """A reply that goes on only as the test says."""

    def __init__(self) -> None:
        self._pieces: asyncio.Queue[str | None] = asyncio.Queue()
        self.answering: Answering | None = None

    async def step(self, to: Answering) -> None:
        self.answering = to
        await to.chunk({"role": "assistant", "content": ""})
        while (piece := await self._next(to)) is not None:
            await to.chunk({"content": piece})
        if not to.abandoned.is_set():
            await to.chunk({}, "stop")
            await to.end()

    def say(self, *pieces: str) -> None:
        for piece in pieces:
            self._pieces.put_nowait(piece)

    def end(self) -> None:
        self._pieces.put_nowait(None)

    async def _next(self, to: Answering) -> str | None:
        piece = asyncio.create_task(self._pieces.get())
        gone = asyncio.create_task(to.abandoned.wait())
        try:
            await asyncio.wait([piece, gone], return_when=asyncio.FIRST_COMPLETED)
            return piece.result() if piece.done() else None
        finally:
            piece.cancel()
            gone.cancel()
