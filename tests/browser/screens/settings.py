"""The dialogs about a board's stages, and about one's own account."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.tab import Tab


class StagesDialog:
    def __init__(self, tab: Tab) -> None:
        self._page = tab.page
        self._root = tab.page.get_by_role("dialog", name="Stages")

    async def add(self, name: str) -> None:
        await self._root.get_by_label("New stage", exact=True).fill(name)
        await self._root.get_by_role("button", name="Add", exact=True).click()
        await expect(self._name(name)).to_be_visible()

    async def rename(self, name: str, to: str) -> None:
        await self._name(name).fill(to)
        await self._name(name).press("Enter")
        await expect(self._name(to)).to_be_visible()

    async def move_left(self, name: str) -> None:
        await self._root.get_by_role("button", name=f"Move {name} to the left").click()

    async def recolour(self, name: str, colour: str) -> None:
        await self._root.get_by_role("button", name=f"Colour of {name}").click()
        palette = self._root.get_by_role("group", name=f"Colour of {name}")
        swatch = palette.get_by_role("button", name=colour, exact=True)
        await swatch.click()
        await expect(swatch).to_have_attribute("aria-pressed", "true")

    async def delete(self, name: str, *, to: str | None = None) -> None:
        await self._root.get_by_role("button", name=f"Delete {name}").click()
        group = self._root.get_by_role("group", name=f"Delete {name}")
        if to is not None:
            await group.get_by_role("combobox").select_option(label=to)
        await group.get_by_role("button", name="Delete stage").click()
        await expect(self._name(name)).to_have_count(0)

    async def close(self) -> None:
        await self._page.keyboard.press("Escape")
        await expect(self._root).to_have_count(0)

    def _name(self, name: str) -> Locator:
        return self._root.get_by_role("textbox", name=f"Name of {name}", exact=True)


class TokensDialog:
    def __init__(self, tab: Tab) -> None:
        self._root = tab.page.get_by_role("dialog", name="Access tokens")

    async def create(self, name: str, **choices: str) -> str:
        """A new token's secret. `choices` are options by the label of their field."""
        await self._root.get_by_label("Token name", exact=True).fill(name)
        for label, option in choices.items():
            field = self._root.get_by_label(label.replace("_", " "), exact=True)
            await field.select_option(label=option)
        await self._root.get_by_role("button", name="Create token").click()
        return await self._root.get_by_role("textbox", name="New access token").input_value()

    async def lists(self, name: str, *words: str) -> None:
        row = self._root.get_by_role("listitem").filter(has_text=name)
        await expect(row).to_have_count(1)
        for word in words:
            await expect(row).to_contain_text(word)

    async def delete(self, name: str) -> None:
        label = f"Delete the token {name}"
        await self._root.get_by_role("button", name=label, exact=True).click()
        await self._root.get_by_role("button", name=f"{label}: Delete?").click()

    async def is_empty(self) -> None:
        await expect(self._root.get_by_text("You have no access tokens.")).to_be_visible()


class SecurityDialog:
    def __init__(self, tab: Tab) -> None:
        self._root = tab.page.get_by_role("dialog", name="Sessions and password")

    async def lists(self, *rows: str) -> None:
        """The last used first; each row has the words given for it, in any place."""
        listed = self._root.get_by_role("listitem")
        await expect(listed).to_have_count(len(rows))
        for row in rows:
            await expect(listed.filter(has_text=row).first).to_be_visible()

    async def end(self, device: str) -> None:
        label = f"Sign out {device}"
        await self._root.get_by_role("button", name=label, exact=True).first.click()
        await self._root.get_by_role("button", name=f"{label}: Sign out?").click()

    async def end_others(self) -> None:
        label = "Sign out everywhere else"
        await self._root.get_by_role("button", name=label, exact=True).click()
        await self._root.get_by_role("button", name=f"{label}: Sign out?").click()

    async def change_password(self, current: str, new: str) -> None:
        await self._root.get_by_label("Current password", exact=True).fill(current)
        await self._root.get_by_label("New password", exact=True).fill(new)
        await self._root.get_by_role("button", name="Change password").click()

    async def says(self, text: str) -> None:
        await expect(self._root.get_by_text(text)).to_be_visible()


class WebhooksDialog:
    def __init__(self, tab: Tab) -> None:
        self._root = tab.page.get_by_role("dialog", name="Webhooks")

    async def add(self, url: str, events: str) -> str:
        """A new webhook's secret."""
        await self._root.get_by_label("URL", exact=True).fill(url)
        await self._root.get_by_label("Events", exact=True).fill(events)
        await self._root.get_by_role("button", name="Add webhook").click()
        return await self._root.get_by_role("textbox", name="Signing secret").input_value()

    async def complains(self, text: str) -> None:
        await expect(self._root.get_by_text(text)).to_be_visible()

    async def lists(self, url: str, *words: str) -> None:
        row = self._root.get_by_role("listitem").filter(has_text=url).first
        for word in words:
            await expect(row).to_contain_text(word)

    async def do(self, what: str) -> None:
        await self._root.get_by_role("button", name=what, exact=True).click()

    async def delivered(self, url: str, *lines: str) -> None:
        """The newest first."""
        listed = self._root.get_by_role("region", name=f"Deliveries to {url}")
        await expect(listed.get_by_role("listitem")).to_have_count(len(lines))
        for number, line in enumerate(lines):
            await expect(listed.get_by_role("listitem").nth(number)).to_contain_text(line)

    async def replay(self, url: str, event: str) -> None:
        listed = self._root.get_by_role("region", name=f"Deliveries to {url}")
        await listed.get_by_role("button", name=f"Send again: {event}").first.click()

    async def is_empty(self) -> None:
        await expect(self._root.get_by_text("There are no webhooks.")).to_be_visible()
