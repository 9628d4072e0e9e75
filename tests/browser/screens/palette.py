"""The palette of clients and actions, and the list of shortcuts."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.tab import Tab


class Palette:
    def __init__(self, tab: Tab) -> None:
        self._page = tab.page
        self._root = tab.page.get_by_role("dialog", name="Search clients and actions")

    async def summon(self) -> None:
        await self._page.keyboard.press("Control+k")
        await expect(self._root.get_by_role("combobox")).to_be_focused()

    async def ask(self, query: str) -> None:
        await self.summon()
        await self._page.keyboard.type(query)

    async def offers_first(self, label: str) -> None:
        await expect(self._root.get_by_role("option", selected=True)).to_contain_text(label)

    async def finds(self, group: str, *labels: str) -> None:
        labelled = self._root.get_by_role("group", name=group).locator(".palette__label")
        await expect(labelled).to_have_text(list(labels))

    async def run(self, query: str, label: str) -> None:
        """Type, see that the wanted one is the first, and take it."""
        await self.ask(query)
        await self.offers_first(label)
        await self._page.keyboard.press("Enter")
        await self.is_closed()

    async def dismiss(self) -> None:
        await self._page.keyboard.press("Escape")
        await self.is_closed()

    async def is_closed(self) -> None:
        await expect(self._root).to_have_count(0)
