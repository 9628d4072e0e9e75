"""A hand with one finger on a touch screen, which moves cards and the board."""

from __future__ import annotations

from playwright.async_api import CDPSession, expect

from tests.browser.screens.cards import Cards, Point, middle_of

STEPS = 8


class Finger:
    def __init__(self, cards: Cards) -> None:
        self._cards = cards
        self._session: CDPSession | None = None
        self._at: Point = (0, 0)

    async def drag(self, name: str, *, to: str) -> None:
        """On a screen too narrow for both columns: at its edge the board scrolls."""
        column = self._cards.column(to)
        width = await self._cards.page.evaluate("innerWidth")
        await self._press(name)
        await expect(self._cards.ghost).to_be_visible()
        _, y = await middle_of(column)
        await self._move((width - 5, y))
        await expect(column).to_be_in_viewport(ratio=0.8)
        await self._move(await middle_of(column))
        await self._cards.gap_is_last(column)
        await self._send("touchEnd")
        await expect(self._cards.ghost).to_have_count(0)

    async def swipe(self, name: str, *, by: float) -> None:
        """Touch a card and wipe sideways, as one does to see the next column."""
        await self._press(name)
        x, y = self._at
        await self._move((x + by, y))
        await self._send("touchEnd")

    async def _press(self, name: str) -> None:
        self._at = await middle_of(self._cards.card(name))
        await self._send("touchStart", self._at)

    async def _move(self, to: Point) -> None:
        (x, y), (to_x, to_y) = self._at, to
        for step in range(1, STEPS + 1):
            part = step / STEPS
            await self._send("touchMove", (x + (to_x - x) * part, y + (to_y - y) * part))
        self._at = to

    async def _send(self, event: str, *points: Point) -> None:
        page = self._cards.page
        self._session = self._session or await page.context.new_cdp_session(page)
        touches = [{"x": x, "y": y} for x, y in points]
        await self._session.send(
            "Input.dispatchTouchEvent", {"type": event, "touchPoints": touches}
        )
