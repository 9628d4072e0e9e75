"""Where the columns and the cards of a board are, for the hands that move them."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

Point = tuple[float, float]


class Cards:
    def __init__(self, page: Page) -> None:
        self.page = page

    def card(self, name: str) -> Locator:
        button = self.page.get_by_role("button", name=name, exact=True)
        return self.page.locator("[data-card]").filter(has=button)

    def column(self, stage: str) -> Locator:
        return self.page.get_by_role("region", name=stage, exact=True)

    @property
    def ghost(self) -> Locator:
        """What follows the hand while a card is carried."""
        return self.page.locator(".ghost")

    async def gap_is_last(self, column: Locator) -> None:
        """The gap for the carried card has opened at the column's end."""
        await expect(column.locator("[data-gap]")).to_have_count(1)
        await expect(column.locator("[data-gap] ~ [data-card]:visible")).to_have_count(0)

    async def gap_is_above(self, column: Locator, name: str) -> None:
        await expect(column.locator(f"[data-gap] + {_selector(name)}")).to_have_count(1)

    async def gap_above(self, column: Locator, name: str) -> float:
        """How far that card will move up when the gap, now somewhere above it, moves on."""
        if await column.locator(f"[data-gap] ~ {_selector(name)}").count() == 0:
            return 0
        return float(await column.locator("[data-gap]").evaluate("(gap) => gap.offsetHeight"))


async def middle_of(element: Locator) -> Point:
    box = await element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _selector(name: str) -> str:
    return f'[data-card]:has(> button:text-is("{name}"))'
