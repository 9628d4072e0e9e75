"""The dialogs about people: inviting them, their roles, removing them."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.tab import Tab


class InviteDialog:
    def __init__(self, tab: Tab) -> None:
        self._root = tab.page.get_by_role("dialog", name="Invite people")

    async def link(self, role: str = "Editor") -> str:
        """A fresh invite link."""
        await self._root.get_by_role("radio", name=role).check()
        await self._root.get_by_role("button", name="Create invite link").click()
        return await self._root.get_by_role("textbox", name="Invite link").input_value()

    async def close(self) -> None:
        await _close(self._root)


class MembersDialog:
    def __init__(self, tab: Tab) -> None:
        self._root = tab.page.get_by_role("dialog", name="Members")

    async def make(self, name: str, role: str) -> None:
        choice = self._root.get_by_role("combobox", name=f"Role of {name}")
        await choice.select_option(label=role)

    async def remove(self, name: str) -> None:
        await self._root.get_by_role("button", name=f"Remove {name}", exact=True).click()
        await self._root.get_by_role("button", name=f"Remove {name}: Remove?").click()
        await expect(self._root.get_by_text(name, exact=True)).to_have_count(0)

    async def close(self) -> None:
        await _close(self._root)


async def _close(dialog: Locator) -> None:
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(dialog).to_have_count(0)
