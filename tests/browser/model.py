"""A model's provider on 127.0.0.1 whose replies a test writes, word by word.

    async with Model() as model:                 # OPENAI_BASE_URL=model.url
        part = await model.asked()               # somebody has asked
        await part.say("Two clients are due.")
        await part.finish()

It speaks the streamed chat completions that the server's client for such services understands.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.browser.local_server import LocalServer

PATIENCE_S = 10
HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)


class Part:
    """One answer of the model: a whole reply, or what comes before the next use of a tool."""

    def __init__(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        self.request = request
        self.over = asyncio.Event()
        self._writer = writer

    @property
    def question(self) -> str:
        """What was asked last."""
        asked = [turn for turn in self.request["messages"] if turn["role"] == "user"]
        return str(asked[-1]["content"])

    async def say(self, text: str) -> None:
        await self._chunk({"content": text})

    async def propose(self, **arguments: Any) -> None:
        """Use the tool that leaves a proposal, which ends this part."""
        function = {"name": "propose_change", "arguments": json.dumps(arguments)}
        call = {"index": 0, "id": "call-1", "type": "function", "function": function}
        await self._chunk({"tool_calls": [call]})
        await self._end("tool_calls")

    async def finish(self) -> None:
        await self._end("stop")

    def break_off(self) -> None:
        self._writer.transport.abort()

    async def is_given_up(self) -> None:
        """The server has closed the request."""
        await asyncio.wait_for(self.over.wait(), PATIENCE_S)

    async def _end(self, reason: str) -> None:
        await self._chunk({}, reason)
        await self._send("data: [DONE]\n\n")
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()
        self._writer.close()

    async def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        chunk = {
            "id": "reply",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "scripted",
            "choices": [choice],
        }
        await self._send(f"data: {json.dumps(chunk)}\n\n")

    async def _send(self, text: str) -> None:
        data = text.encode()
        self._writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        await self._writer.drain()


class Model(LocalServer):
    def __init__(self) -> None:
        super().__init__()
        self._parts: asyncio.Queue[Part] = asyncio.Queue()

    @property
    def url(self) -> str:
        return f"{self.origin}/v1"

    @property
    def settings(self) -> dict[str, str]:
        """What makes a server ask this model."""
        return {"AI_PROVIDER": "openai", "OPENAI_BASE_URL": self.url, "OPENAI_MODEL": "scripted"}

    async def asked(self) -> Part:
        """The next request, once it has come."""
        return await asyncio.wait_for(self._parts.get(), PATIENCE_S)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        part = Part(json.loads(await reader.readexactly(length)), writer)
        writer.write(HEAD.encode())
        await writer.drain()
        self._parts.put_nowait(part)
        try:
            await reader.read()  # until the server has closed its side
        finally:
            part.over.set()
