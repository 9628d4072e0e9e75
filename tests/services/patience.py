"""Waiting for what comes true by itself."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any


async def eventually(
    condition: Callable[[], Any], *, timeout: float = 10.0, message: str = "it never came true"
) -> Any:
    """The first truthy answer of `condition`, sync or async; its AssertionErrors mean not yet."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    while True:
        failure: AssertionError | None = None
        try:
            answer = condition()
            if inspect.isawaitable(answer):
                answer = await answer
            if answer:
                return answer
        except AssertionError as error:
            failure = error
        if loop.time() > deadline:
            raise AssertionError(f"after {timeout:g} s: {message}") from failure
        await asyncio.sleep(0.02)
