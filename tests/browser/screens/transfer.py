"""CSV files on their way in and out."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.browser.tab import Tab


class ImportDialog:
    def __init__(self, tab: Tab) -> None:
        self._page = tab.page
        self._root = tab.page.get_by_role("dialog", name="Import CSV")

    async def choose(self, name: str, content: bytes) -> None:
        file = {"name": name, "mimeType": "text/csv", "buffer": content}
        await self._root.get_by_label("CSV file").set_input_files(file)  # type: ignore[arg-type]
        await expect(self._root.get_by_role("table")).to_be_visible()

    async def column_is(self, column: str, field: str) -> None:
        chosen = self._root.get_by_label(column, exact=True).locator("option:checked")
        await expect(chosen).to_have_text(field)

    async def map(self, column: str, field: str) -> None:
        await self._root.get_by_label(column, exact=True).select_option(label=field)
        await self.column_is(column, field)

    async def matches_by(self, field: str) -> None:
        chosen = self._root.get_by_label("Change clients with the same").locator("option:checked")
        await expect(chosen).to_have_text(field)

    async def previews(self, row: int, *texts: str) -> None:
        line = self._root.get_by_role("row").filter(has_text=f"{row} ·")
        for text in texts:
            await expect(line).to_contain_text(text)

    async def complains(self, *texts: str) -> None:
        for text in texts:
            await expect(self._root.get_by_role("alert")).to_contain_text(text)

    async def run(self, rows: str) -> None:
        await self._root.get_by_role("button", name=f"Import {rows}", exact=True).click()

    async def has_result(self, text: str) -> None:
        await expect(self._root.get_by_role("status")).to_have_text(text)

    async def download_errors(self) -> str:
        async with self._page.expect_download() as download:
            await self._root.get_by_role("button", name="Download the rows in error").click()
        return Path(await (await download.value).path()).read_text("utf-8-sig")

    async def close(self) -> None:
        await self._page.keyboard.press("Escape")
        await expect(self._root).to_have_count(0)
