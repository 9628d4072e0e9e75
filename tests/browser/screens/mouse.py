"""A hand with a mouse, which moves cards."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.screens.cards import Cards, middle_of


class Mouse:
    def __init__(self, cards: Cards) -> None:
        self._cards = cards
        self._mouse = cards.page.mouse

    async def drag(self, name: str, *, to: str, above: str | None = None) -> None:
        """Into a column: to its end, or just above another card."""
        await self.lift(name)
        await self.carry(to=to, above=above)
        await self.drop()

    async def try_to_drag(self, name: str, *, to: str) -> None:
        """The same movement, where it has no effect."""
        await self._press_and_pull(name)
        await self._point_at(self._cards.column(to))
        await expect(self._cards.ghost).to_have_count(0)
        await self._mouse.up()

    async def nudge(self, name: str, by: float) -> None:
        """Lift a card, move it so many pixels down, and let go."""
        await self.lift(name)
        x, y = await middle_of(self._cards.ghost)
        await self._mouse.move(x, y + by, steps=4)
        await self.drop()

    async def lift(self, name: str) -> None:
        """Press on a card and move enough to mean it."""
        await self._press_and_pull(name)
        await expect(self._cards.ghost).to_be_visible()

    async def carry(self, *, to: str, above: str | None = None) -> None:
        """Move the lifted card until the gap for it opens there."""
        column = self._cards.column(to)
        if above is None:
            await self._point_at(column)
            return await self._cards.gap_is_last(column)
        _, y = await middle_of(self._cards.card(above))
        await self._point_at(column, y - await self._cards.gap_above(column, above))
        return await self._cards.gap_is_above(column, above)

    async def drop(self) -> None:
        """Let go; the card is there when it has landed."""
        await self._mouse.up()
        await expect(self._cards.ghost).to_have_count(0)

    async def _press_and_pull(self, name: str) -> None:
        card = self._cards.card(name)
        await card.scroll_into_view_if_needed()
        x, y = await middle_of(card)
        await self._mouse.move(x, y)
        await self._mouse.down()
        await self._mouse.move(x + 8, y + 4, steps=2)

    async def _point_at(self, column: Locator, y: float | None = None) -> None:
        """Move to that height of a column, by default to its foot."""
        box = await column.bounding_box()
        assert box is not None
        y = box["y"] + box["height"] - 10 if y is None else y
        await self._mouse.move(box["x"] + box["width"] / 2, y, steps=8)
