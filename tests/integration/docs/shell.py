"""The shell blocks of a page, run as printed: only the server's address is replaced."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.services import ServerProcess
from tests.unit.docs.markdown import Page

PRINTED_ADDRESS = "localhost:8000"
README = Page("README.md")


def at(server: ServerProcess, text: str) -> str:
    return text.replace(PRINTED_ADDRESS, f"127.0.0.1:{server.port}")


def script(*pages: Page) -> str:
    """All shell blocks of these pages, in order."""
    return "".join(block.text for page in pages for block in page.blocks("sh"))


def walk_through() -> Page:
    return README.section("A walk-through with curl")


async def run(server: ServerProcess, shell: str, text: str, folder: Path) -> list[Any]:
    """Type `text` into a shell. Gives the JSON values that it printed; other lines as text."""
    async with typing(server, shell, text, folder) as process:
        output, faults = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, faults.decode()) == (0, "")
    return [_value(line) for line in output.decode().splitlines() if line]


@contextlib.asynccontextmanager
async def typing(
    server: ServerProcess, shell: str, text: str, folder: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A shell that has been given `text`; it and all it started is ended with the block."""
    process = await asyncio.create_subprocess_exec(
        shell,
        "-c",
        at(server, text),
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**20,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _value(line: str) -> Any:
    return json.loads(line) if line.startswith("{") else line
