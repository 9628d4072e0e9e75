"""The assistant beside the board, or over it on a telephone."""

from __future__ import annotations

from typing import Self

from playwright.async_api import Locator, expect

from tests.browser.tab import Tab


class AssistantPanel:
    def __init__(self, tab: Tab, *, narrow: bool = False) -> None:
        self.tab = tab
        self._page = tab.page
        self._role = "dialog" if narrow else "complementary"

    @property
    def root(self) -> Locator:
        return self._page.get_by_role(self._role, name="Assistant")  # type: ignore[arg-type]

    @property
    def toggle(self) -> Locator:
        return self._page.get_by_role("banner").get_by_role("button", name="Assistant")

    @property
    def box(self) -> Locator:
        return self.root.get_by_role("textbox", name="Ask about this board")

    @property
    def replies(self) -> Locator:
        return self.root.locator(".reply")

    async def open(self) -> Self:
        await self.toggle.click()
        await expect(self.root).to_be_visible()
        return self

    async def close(self) -> None:
        await self.root.get_by_role("button", name="Close the assistant").click()
        await expect(self.root).to_have_count(0)

    async def ask(self, prompt: str) -> None:
        await self.box.fill(prompt)
        await self.box.press("Enter")

    async def ask_example(self, prompt: str) -> None:
        await self.root.get_by_role("button", name=prompt).click()

    async def stop(self) -> None:
        await self.root.get_by_role("button", name="Stop").click()

    async def retry(self) -> None:
        await self.root.get_by_role("button", name="Try again").click()

    async def asks_about(self, client: str) -> None:
        """The next question will be about that client."""
        chip = self.root.get_by_role("button", name=f"Not about {client}")
        await expect(chip).to_be_visible()

    async def has_question(self, prompt: str, by: str) -> None:
        question = self.root.locator(".question").last
        await expect(question).to_contain_text(prompt)
        await expect(question.get_by_text(by, exact=True)).to_be_visible()

    async def replied(self, text: str) -> None:
        """The last reply's whole text, as it stands."""
        await expect(self.replies.last).to_have_text(text)

    async def says(self, text: str) -> None:
        await expect(self.root).to_contain_text(text)

    async def does_not_say(self, text: str) -> None:
        await expect(self.root).not_to_contain_text(text)

    async def is_writing(self, expected: bool = True) -> None:
        await expect(self.root.locator(".message__reply[aria-busy=true]")).to_have_count(
            int(expected)
        )

    async def is_interrupted(self, timeout_ms: float) -> None:
        """The last reply has ended because its server went away."""
        last = self.root.locator(".message").last
        await expect(last).to_contain_text("The reply was interrupted", timeout=timeout_ms)

    async def announces(self, text: str) -> None:
        """What a screen reader is told."""
        await expect(self.root.locator("[aria-live=polite]")).to_contain_text(text)

    def proposal(self, title: str) -> Locator:
        return self.root.get_by_role("article", name=title, exact=True)

    async def proposes(self, title: str, **fields: tuple[str, str]) -> None:
        """A card with that title which would change these fields from what to what."""
        card = self.proposal(title)
        for field, (before, after) in fields.items():
            row = card.locator(".difference__row").filter(has_text=field.replace("_", " "))
            await expect(row.locator("del")).to_contain_text(before)
            await expect(row.locator("ins")).to_contain_text(after)

    async def apply(self, title: str) -> None:
        await self.proposal(title).get_by_role("button", name="Apply").click()

    async def dismiss(self, title: str) -> None:
        await self.proposal(title).get_by_role("button", name="Dismiss").click()

    async def may_apply(self, title: str, expected: bool) -> None:
        button = self.proposal(title).get_by_role("button", name="Apply")
        await expect(button).to_have_count(int(expected))

    async def is_at_its_end(self) -> bool:
        """The last line is in sight."""
        script = """(element) =>
            element.scrollHeight - element.scrollTop - element.clientHeight < 3"""
        return bool(await self._scroller.evaluate(script))

    async def scroll_up(self) -> None:
        await self._scroller.hover()
        await self._page.mouse.wheel(0, -10_000)
        await expect(self.to_the_latest).to_be_visible()

    @property
    def to_the_latest(self) -> Locator:
        return self.root.get_by_role("button", name="To the latest")

    @property
    def _scroller(self) -> Locator:
        return self.root.get_by_role("region", name="Conversation with the assistant")
