"""Somebody who has no mouse: every step is a key."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.tab import Tab

FARTHEST = 40  # tab stops; more would be no way to work


class Keyboard:
    def __init__(self, tab: Tab) -> None:
        self._page = tab.page

    async def go_to(self, role: str, name: str, *, within: str | None = None) -> None:
        """Press Tab until the control has the focus. `within`: the region that it is in."""
        scope = self._page if within is None else self._page.get_by_role("region", name=within)
        wanted = scope.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        await expect(wanted.first).to_be_visible()
        for _ in range(FARTHEST):
            await self.press("Tab")
            if await self._is_focused(wanted):
                return
        raise AssertionError(f"{FARTHEST} presses of Tab did not reach {role} {name!r}")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._page.keyboard.press(key)

    async def type(self, text: str) -> None:
        await self._page.keyboard.type(text)

    async def is_on(self, locator: Locator) -> None:
        """The focus is there, and is shown."""
        await expect(locator).to_be_focused()
        assert await locator.evaluate("(element) => element.matches(':focus-visible')")

    async def _is_focused(self, locator: Locator) -> bool:
        return bool(await locator.evaluate_all("(found) => found.includes(document.activeElement)"))
