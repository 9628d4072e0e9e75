"""Before the board: signing in, choosing a workspace, accepting an invitation."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.screens.board import BoardScreen
from tests.browser.tab import Tab
from tests.drivers import PASSWORD


class Entry:
    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._page = tab.page

    async def is_asked_for(self) -> None:
        """The person has to sign in."""
        await expect(self._button("Sign in")).to_be_visible()

    async def fill(self, email: str, password: str = PASSWORD) -> None:
        await self._page.get_by_label("Email", exact=True).fill(email)
        await self._page.get_by_label("Password", exact=True).fill(password)

    async def sign_in(self, email: str, password: str = PASSWORD) -> None:
        await self.fill(email, password)
        await self._button("Sign in").click()

    async def register(self, name: str, email: str, password: str = PASSWORD) -> None:
        """From the sign-in form, or from the form for newcomers that an invitation opens."""
        form = self._page.get_by_label("Your name", exact=True)
        switch = self._button("Create an account")
        await expect(form.or_(switch)).to_be_visible()
        if await switch.is_visible():
            await switch.click()
        await form.fill(name)
        await self.fill(email, password)
        await self._button("Create account").click()

    async def switch_to_sign_in(self) -> None:
        """From the form for newcomers that an invitation opens."""
        await self._button("Sign in instead").click()

    async def create_workspace(self, name: str, *, samples: bool = False) -> BoardScreen:
        await self._page.get_by_label("Workspace name", exact=True).fill(name)
        await self._page.get_by_role("checkbox", name="sample clients").set_checked(samples)
        await self._button("Create workspace").click()
        return await BoardScreen(self.tab).is_live()

    async def choose(self, workspace: str) -> BoardScreen:
        await self._page.get_by_role("link", name=workspace).click()
        return await BoardScreen(self.tab).is_live()

    async def offers(self, workspace: str) -> None:
        """The chooser has it."""
        await expect(self._page.get_by_role("link", name=workspace)).to_be_visible()

    async def accept_invitation(self) -> BoardScreen:
        await self.try_to_accept()
        return await BoardScreen(self.tab).is_live()

    async def try_to_accept(self) -> None:
        await self._button("Accept invitation").click()

    async def says(self, text: str) -> None:
        """A fault."""
        await expect(self._page.get_by_role("alert")).to_contain_text(text)

    async def has_title(self, text: str) -> None:
        await expect(self._page.get_by_role("heading", level=1)).to_have_text(text)

    def _button(self, name: str) -> Locator:
        return self._page.get_by_role("button", name=name, exact=True)
