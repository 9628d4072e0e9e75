"""One page of a person's browser, and everything that went wrong in it."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.async_api import ConsoleMessage, Page, WebSocket

PATIENCE_MS = 10_000
MARKER = "window.clientflowMarker"
# How Chromium tells that a server could not be reached or hung up.
CONNECTION_LOST = (
    r"^WebSocket connection to .* failed",
    r"Failed to load resource: net::ERR_",
)


class Tab:
    """Errors on the console (breaches of the page's security policy are such) and exceptions are
    `complaints`, unless the test said by `expect` that they belong to its story.
    """

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.sockets: list[list[dict[str, Any]]] = []  # every frame that each websocket has heard
        self._since: list[int] = []  # up to where the page knew the log when it opened each
        self._errors: list[str] = []
        self._expected: list[str] = []
        page.on("console", self._hear_console)
        page.on("pageerror", lambda error: self._errors.append(f"exception: {error}"))
        page.on("websocket", self._listen)

    @property
    def complaints(self) -> list[str]:
        return [
            error
            for error in self._errors
            if not any(re.search(pattern, error) for pattern in self._expected)
        ]

    @property
    def heard(self) -> list[tuple[int, list[int]]]:
        """For each websocket the last seq that the page said it knows, and those of the changes that came over it."""
        return [
            (since, [frame["seq"] for frame in frames if frame["type"] == "change"])
            for since, frames in zip(self._since, self.sockets, strict=True)
        ]

    def expect(self, *patterns: str) -> None:
        self._expected += patterns

    async def go(self, path: str) -> None:
        await self.page.goto(f"{self.origin}/{path}")

    async def reload(self) -> None:
        await self.page.reload()

    async def go_back(self) -> None:
        await self.page.go_back()

    async def lose_network(self) -> None:
        await self.page.context.set_offline(True)

    async def find_network(self) -> None:
        await self.page.context.set_offline(False)

    async def come_to_front(self) -> None:
        """Turn to this tab; the browser slows down those behind it."""
        await self.page.bring_to_front()

    async def mark(self) -> None:
        """Put a mark on the page that a reload would wipe off."""
        await self.page.evaluate(f"{MARKER} = true")

    async def still_marked(self) -> bool:
        return bool(await self.page.evaluate(f"{MARKER} === true"))

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._errors.append(message.text)

    def _listen(self, socket: WebSocket) -> None:
        frames: list[dict[str, Any]] = []
        number = len(self.sockets)
        self.sockets.append(frames)
        self._since.append(0)

        def said(payload: str | bytes) -> None:
            frame = json.loads(payload)
            if frame["type"] == "hello":
                self._since[number] = frame["since"] or 0

        socket.on("framesent", said)
        socket.on("framereceived", lambda payload: frames.append(json.loads(payload)))
