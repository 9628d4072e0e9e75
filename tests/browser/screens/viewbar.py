"""The bar below the top bar: board or table, filters, columns, saved views."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.screens.table import TableScreen
from tests.browser.tab import Tab


class ViewBar:
    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._page = tab.page
        self._bar = tab.page.get_by_role("region", name="View", exact=True)

    async def table(self) -> TableScreen:
        await self._button("Table").click()
        return await TableScreen(self.tab).is_open()

    async def board(self) -> None:
        await self._button("Board").click()
        await expect(self._page.locator("[data-stage]").first).to_be_visible()

    async def filter(self, field: str, *options: str) -> None:
        """Switch these options of a field, from the button for a new filter."""
        dialog = await self.open_filters(field)
        for option in options:
            choice = dialog.get_by_role("group", name=field, exact=True)
            await choice.get_by_role("button", name=option).click()
        await self._page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)

    async def open_filters(self, field: str) -> Locator:
        await self._button("Filter").click()
        dialog = self._page.get_by_role("dialog", name="Filters")
        await dialog.get_by_role("button", name=field, exact=True).click()
        return dialog

    async def filter_value(self, *, least: int | None = None, most: int | None = None) -> None:
        dialog = await self.open_filters("Value")
        for label, number in (("At least", least), ("At most", most)):
            if number is not None:
                await dialog.get_by_label(label).fill(str(number))
        await self._page.keyboard.press("Escape")

    async def says(self, *chips: str) -> None:
        """The filters in use, as field and value."""
        await expect(self._bar.locator(".chip__button")).to_have_text(list(chips))

    async def drop(self, field: str) -> None:
        await self._button(f"Remove filter {field}").click()

    async def clear(self) -> None:
        await self._button("Clear filters").click()

    async def switch_columns(self, *columns: str) -> None:
        await self._button("Columns").click()
        dialog = self._page.get_by_role("dialog", name="Columns")
        for column in columns:
            await dialog.get_by_role("button", name=column, exact=True).click()
        await self._page.keyboard.press("Escape")

    async def save(self, name: str) -> None:
        views = await self._views()
        await views.get_by_label("Name of this view").fill(name)
        await views.get_by_role("button", name="Save").click()

    async def open_saved(self, name: str) -> None:
        views = await self._views()
        await views.get_by_role("button", name=name, exact=True).click()

    async def forget(self, name: str) -> None:
        views = await self._views()
        await views.get_by_role("button", name=f"Remove view {name}").click()
        await expect(views.get_by_role("button", name=name, exact=True)).to_have_count(0)

    async def _views(self) -> Locator:
        await self._bar.locator("[aria-haspopup=dialog]").first.click()
        return self._page.get_by_role("dialog", name="Views")

    def _button(self, name: str) -> Locator:
        return self._bar.get_by_role("button", name=name, exact=True)
