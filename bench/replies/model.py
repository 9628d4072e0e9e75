"""A model behind OpenAI's protocol that says one word at a time, each with the moment of its sending.

python -m bench.replies.model PORT CHUNKS_PER_S SECONDS
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)


def event(data: str) -> bytes:
    text = f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(text), text)


def chunk(content: str, finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    return event(json.dumps({"id": "x", "object": "chat.completion.chunk", "choices": [choice]}))


async def serve(port: int, rate: float, seconds: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().casefold()
        length = next(line for line in head.splitlines() if line.startswith("content-length:"))
        await reader.readexactly(int(length.partition(":")[2]))
        writer.write(HEAD)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for number in range(int(rate * seconds)):
            writer.write(chunk(f"@{time.monotonic_ns()}; "))
            await asyncio.sleep(begun + (number + 1) / rate - loop.time())
        writer.write(chunk("", "stop") + event("[DONE]") + b"0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
