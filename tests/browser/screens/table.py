"""The clients as a table, and what is done with many of them at once."""

from __future__ import annotations

from typing import Any, Self

from playwright.async_api import Locator, expect
from playwright.async_api import TimeoutError as TimedOut

from tests.browser.tab import PATIENCE_MS, Tab

CELLS = """(column) => {
    const heads = [...document.querySelectorAll(".grid__head [role=columnheader]")];
    const at = heads.findIndex((head) => head.textContent.trim() === column);
    return [...document.querySelectorAll("[data-row]")].map((row) => row.children[at].textContent);
}"""


class TableScreen:
    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._page = tab.page
        self.grid = tab.page.get_by_role("grid", name="Clients")

    async def is_open(self) -> Self:
        await expect(self.grid).to_be_visible()
        return self

    async def shows(self, *names: str) -> None:
        """Exactly these clients in this order; for as many as fit on the screen."""
        await self.has("Name", *names)

    async def has(self, column: str, *texts: str) -> None:
        """This is what a column says, row by row."""
        wanted = list(texts)
        same = f"(wanted) => JSON.stringify(({CELLS})({column!r})) === JSON.stringify(wanted)"
        try:
            await self._page.wait_for_function(same, arg=wanted, timeout=PATIENCE_MS)
        except TimedOut:
            found: Any = await self._page.evaluate(CELLS, column)
            assert found == wanted, f"the column {column} shows {found}, not {wanted}"

    async def has_columns(self, *titles: str) -> None:
        heads = self.grid.get_by_role("columnheader").locator(".sort")
        await expect(heads).to_have_text(list(titles))

    async def counts(self, rows: int) -> None:
        """So many rows there are, whether drawn or not."""
        await expect(self.grid).to_have_attribute("aria-rowcount", str(rows + 1))

    async def drawn(self) -> int:
        """So many rows are drawn."""
        return await self.grid.locator("[data-row]").count()

    async def sort_by(self, title: str) -> None:
        head = self.grid.get_by_role("columnheader", name=title, exact=True)
        await head.get_by_role("button").click()

    async def tick(self, name: str, *, up_to: bool = False) -> None:
        """Choose a row by its box; `up_to`: and those between the last one and it."""
        box = self.grid.get_by_role("checkbox", name=f"Select {name}", exact=True)
        await box.click(modifiers=["Shift"] if up_to else [])

    async def tick_all(self) -> None:
        await self.grid.get_by_role("checkbox", name="Select all").click()

    async def has_chosen(self, *names: str) -> None:
        chosen = self.grid.locator("[data-row][aria-selected=true] .cell--name")
        await expect(chosen).to_have_text(list(names))

    async def open(self, name: str) -> None:
        await self.row(name).locator(".cell--name").click()

    async def do(self, what: str, option: str | None = None) -> None:
        """With all that is chosen: "Move to stage", "Add tag" or another, and to what."""
        bar = self._page.get_by_role("region", name="Selected clients")
        await bar.get_by_role("button", name=what, exact=True).click()
        if option is not None:
            dialog = self._page.get_by_role("dialog", name=what)
            await dialog.get_by_role("button", name=option).click()

    async def add_new_tag(self, tag: str) -> None:
        await self.do("Add tag")
        await self._page.get_by_role("dialog", name="Add tag").get_by_role("textbox").fill(tag)
        await self._page.keyboard.press("Enter")

    async def reports(self, title: str, *refusals: str) -> None:
        """What could not be done, one line each."""
        dialog = self._page.get_by_role("dialog", name=title)
        await expect(dialog.get_by_role("listitem")).to_have_text(list(refusals))
        await dialog.get_by_role("button", name="Close").click()

    def row(self, name: str) -> Locator:
        cell = self._page.locator(".cell--name").get_by_text(name, exact=True)
        return self.grid.locator("[data-row]").filter(has=cell)
