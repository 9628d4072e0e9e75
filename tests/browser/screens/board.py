"""The board: columns by stage, cards, and the bar above them."""

from __future__ import annotations

import re
from typing import Self

from playwright.async_api import Download, Locator, expect
from playwright.async_api import TimeoutError as TimedOut

from tests.browser.screens.cards import Cards
from tests.browser.screens.finger import Finger
from tests.browser.screens.mouse import Mouse
from tests.browser.screens.palette import Palette
from tests.browser.screens.panel import Panel
from tests.browser.screens.people import InviteDialog, MembersDialog
from tests.browser.screens.settings import (
    SecurityDialog,
    StagesDialog,
    TokensDialog,
    WebhooksDialog,
)
from tests.browser.screens.transfer import ImportDialog
from tests.browser.screens.viewbar import ViewBar
from tests.browser.tab import PATIENCE_MS, Tab

PILL = '[role=status][aria-label="Connection"]'
STAGES = ("Lead", "Contacted", "Proposal", "Won", "Lost")
COLUMNS = """() => Object.fromEntries(
    [...document.querySelectorAll("[data-stage]")].map((column) => [
        column.getAttribute("aria-label"),
        [...column.querySelectorAll("[data-card] button")].map((button) => button.textContent),
    ]),
)"""


class BoardScreen:
    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.page = tab.page
        self._cards = Cards(tab.page)
        self.mouse = Mouse(self._cards)
        self.finger = Finger(self._cards)
        self.view = ViewBar(tab)
        self.palette = Palette(tab)

    # What is seen

    async def shows(self, **columns: list[str]) -> None:
        """Exactly these clients, by stage and in this order."""
        wanted = {stage: columns.get(stage, []) for stage in STAGES}
        same = f"(wanted) => JSON.stringify(({COLUMNS})()) === JSON.stringify(wanted)"
        try:
            await self.page.wait_for_function(same, arg=wanted, timeout=PATIENCE_MS)
        except TimedOut:
            found = await self.columns()
            assert found == wanted, f"it shows {found}, not {wanted}"

    async def columns(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = await self.page.evaluate(COLUMNS)
        return found

    async def card_says(self, name: str, *texts: str) -> None:
        for text in texts:
            await expect(self.card(name)).to_contain_text(text)

    async def card_does_not_say(self, name: str, text: str) -> None:
        await expect(self.card(name)).not_to_contain_text(text)

    async def is_live(self) -> Self:
        await self.connection_is("Live")
        return self

    async def connection_is(self, *words: str, timeout_ms: float = PATIENCE_MS) -> None:
        """The pill's whole text, or one of several."""
        told = f"(words) => words.includes(document.querySelector('{PILL}')?.innerText.trim())"
        try:
            await self.page.wait_for_function(told, arg=words, timeout=timeout_ms)
        except TimedOut:
            await expect(self._pill).to_have_text(words[0], timeout=1)

    async def is_cut_off(self, waiting: int) -> None:
        """The pill tells that the connection is lost and how many changes wait."""
        noun = "change" if waiting == 1 else "changes"
        told = re.compile(rf"^(Reconnecting…|Offline) · {waiting} {noun} waiting$")
        await expect(self._pill).to_have_text(told)

    async def ground_colour(self) -> str:
        return str(await self.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    async def others_here_are(self, *people: str) -> None:
        here = self.page.get_by_role("banner").get_by_role("list", name="People here")
        await expect(here).to_have_count(1 if people else 0)
        faces = here.get_by_role("img")
        await expect(faces).to_have_count(len(people))
        for number, person in enumerate(people):
            await expect(faces.nth(number)).to_have_accessible_name(person)

    async def announces(self, text: str) -> None:
        """What a screen reader is told at once."""
        await expect(self.page.locator("[aria-live=assertive]")).to_have_text(text)

    async def tells(self, text: str) -> None:
        """A toast."""
        await expect(self._toasts).to_contain_text(text)

    async def alerts(self, text: str) -> None:
        """A toast about something that went wrong."""
        await expect(self._toasts.get_by_role("alert")).to_contain_text(text)

    async def sees(self, stage: str) -> None:
        """The column is on the screen."""
        await expect(self._cards.column(stage)).to_be_in_viewport(ratio=0.8)

    async def offers_to_add(self, expected: bool) -> None:
        count = len(STAGES) if expected else 0
        await expect(self.page.get_by_role("button", name="Add client")).to_have_count(count)

    async def has_ended(self, title: str, reason: str) -> None:
        """The board is gone for this person, who is told why."""
        await expect(self.page.get_by_role("heading", name=title)).to_be_visible()
        await expect(self.page.get_by_role("alert")).to_have_text(reason)

    # What is done

    async def add(self, name: str, stage: str = "Lead") -> None:
        column = self._cards.column(stage)
        box = column.get_by_role("textbox", name="Client name")
        if not await box.is_visible():
            await column.get_by_role("button", name="Add client").click()
        await box.fill(name)
        await box.press("Enter")
        await expect(self.card(name)).to_be_visible()

    async def drag(self, name: str, *, to: str, above: str | None = None) -> None:
        await self.mouse.drag(name, to=to, above=above)

    async def open(self, name: str, *, narrow: bool = False) -> Panel:
        await self.card(name).get_by_role("button").click()
        return await Panel(self.tab, narrow=narrow).shows(name)

    async def undo(self) -> None:
        await self._toasts.get_by_role("button", name="Undo").last.click()

    async def filter(self, text: str) -> None:
        await self.page.get_by_role("searchbox", name="Filter clients").fill(text)

    async def invite(self) -> InviteDialog:
        button = self.page.get_by_role("button", name="Invite people")
        if await button.is_visible():
            await button.click()
        else:  # no room for it on a narrow screen
            await self._from_account_menu("Invite people")
        return InviteDialog(self.tab)

    async def members(self) -> MembersDialog:
        await self._from_account_menu("Members")
        return MembersDialog(self.tab)

    async def stages_dialog(self) -> StagesDialog:
        await self._from_account_menu("Stages")
        return StagesDialog(self.tab)

    async def import_dialog(self) -> ImportDialog:
        await self._from_account_menu("Import CSV")
        return ImportDialog(self.tab)

    async def export(self) -> Download:
        async with self.page.expect_download() as download:
            await self._from_account_menu("Export CSV")
        return await download.value

    async def tokens(self) -> TokensDialog:
        await self._from_account_menu("Access tokens")
        return TokensDialog(self.tab)

    async def security(self) -> SecurityDialog:
        await self._from_account_menu("Sessions and password")
        return SecurityDialog(self.tab)

    async def webhooks(self) -> WebhooksDialog:
        await self._from_account_menu("Webhooks")
        return WebhooksDialog(self.tab)

    async def speak(self, language: str) -> None:
        """Choose the app's language; the page starts anew."""
        await self.page.locator(".account").click()
        async with self.page.expect_event("load"):
            await self.page.get_by_role("menuitemradio", name=language, exact=True).click()

    async def has_stages(self, *names: str) -> None:
        """The columns, from left to right."""
        await expect(self.page.locator("[data-stage] h2")).to_have_text(list(names))

    async def is_told_about_the_connection(self, text: str) -> None:
        """At the foot of the board."""
        await expect(self.page.locator(".cut-off")).to_contain_text(text)

    async def sign_out(self) -> None:
        await self._from_account_menu("Sign out")

    async def leave(self) -> None:
        """Follow the way out that an ended board offers."""
        await self.page.get_by_role("link", name="Back to your workspaces").click()

    async def open_theme_menu(self) -> None:
        await self.page.get_by_role("button", name="Theme").click()
        await expect(self.page.get_by_role("menu", name="Theme")).to_be_visible()

    async def choose_theme(self, name: str) -> None:
        await self.open_theme_menu()
        await self.page.get_by_role("menuitemradio", name=name).click()

    def card(self, name: str) -> Locator:
        return self._cards.card(name)

    async def _from_account_menu(self, item: str) -> None:
        await self.page.get_by_role("button", name="Account menu").click()
        await self.page.get_by_role("menuitem", name=item, exact=True).click()

    @property
    def _pill(self) -> Locator:
        return self.page.locator(PILL)

    @property
    def _toasts(self) -> Locator:
        return self.page.get_by_role("region", name="Notifications")
