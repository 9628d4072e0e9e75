"""Requests as no well-behaved program sends them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from tests.drivers import Instance


@dataclass(frozen=True)
class RawAnswer:
    status: int
    headers: dict[str, str]
    body: bytes


async def raw_request(
    instance: Instance, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
) -> RawAnswer:
    """The target and the headers go out as they are."""
    reader, writer = await asyncio.open_connection("127.0.0.1", instance.process.port)
    sent = {"Host": "board", "Connection": "close", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    writer.write(f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, received = answer.partition(b"\r\n\r\n")
    status_line, *header_lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in header_lines)
    return RawAnswer(
        int(status_line.split()[1]),
        {name.lower(): value.strip() for name, _, value in pairs},
        received,
    )
