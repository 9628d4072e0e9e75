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

    async def for_email(self, email: str) -> None:
        """An invite that only that account may accept."""
        await self._root.get_by_label("Email", exact=True).fill(email)
        await self._root.get_by_role("button", name="Create invite link").click()
        rows = self._root.get_by_role("region", name="Open invites").get_by_role("listitem")
        await expect(rows.filter(has_text=email)).to_be_visible()

    async def lists(self, *people: str) -> None:
        """These may still accept an invite."""
        rows = self._root.get_by_role("region", name="Open invites").get_by_role("listitem")
        await expect(rows).to_have_count(len(people))
        for person in people:
            await expect(rows.filter(has_text=person)).to_have_count(1)

    async def revoke(self, person: str) -> None:
        label = f"Revoke the invite for {person}"
        await self._root.get_by_role("button", name=label, exact=True).click()
        await self._root.get_by_role("button", name=f"{label}: Revoke?").click()

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
