"""One client's panel, beside the board or over it."""

from __future__ import annotations

from typing import Self

from playwright.async_api import Locator, expect

from tests.browser.tab import Tab


class Panel:
    def __init__(self, tab: Tab, *, narrow: bool = False) -> None:
        self.tab = tab
        self._page = tab.page
        self._role = "dialog" if narrow else "complementary"
        self._narrow = narrow

    @property
    def root(self) -> Locator:
        return self._page.get_by_role(self._role)  # type: ignore[arg-type]

    def field(self, label: str) -> Locator:
        return self.root.get_by_label(label, exact=True)

    async def shows(self, name: str) -> Self:
        await expect(self.root).to_have_accessible_name(name)
        return self

    async def has(self, label: str, value: str) -> None:
        await expect(self.field(label)).to_have_value(value)

    async def says(self, text: str) -> None:
        await expect(self.root).to_contain_text(text)

    async def does_not_say(self, text: str) -> None:
        await expect(self.root).not_to_contain_text(text)

    async def fill(self, label: str, value: str) -> None:
        """Type over a field and leave it by the key that saves."""
        await self.field(label).fill(value)
        await self.leave(label)

    async def type(self, label: str, text: str) -> None:
        """Type into a field as one types, and stay in it."""
        await self.field(label).click()
        await self.field(label).press_sequentially(text)

    async def leave(self, label: str) -> None:
        await self.field(label).press("Control+Enter" if label == "Notes" else "Enter")

    async def choose(self, label: str, option: str) -> None:
        await self.field(label).select_option(label=option)

    async def tag(self, *tags: str) -> None:
        for tag in tags:
            await self.field("Add tag").fill(tag)
            await self.field("Add tag").press("Enter")

    async def untag(self, tag: str) -> None:
        await self.root.get_by_role("button", name=f"Remove tag {tag}").click()

    async def comment(self, body: str) -> None:
        await self.field("Write a comment").fill(body)
        await self.root.get_by_role("button", name="Comment", exact=True).click()

    async def has_comments(self, *bodies: str) -> None:
        comments = self.root.get_by_role("region", name="Comments").get_by_role("listitem")
        await expect(comments).to_have_count(len(bodies))
        for number, body in enumerate(bodies):
            await expect(comments.nth(number)).to_contain_text(body)

    async def add_field(self, name: str, kind: str, value: str | bool) -> None:
        """A custom field: of kind "Text", "Number", "Date" or "Yes or no"."""
        await self.root.get_by_role("button", name="Add field").click()
        form = self._page.get_by_role("dialog", name="Add field")
        await form.get_by_label("Field name").fill(name)
        await form.get_by_label("Kind").select_option(label=kind)
        if isinstance(value, bool):
            await form.get_by_role("checkbox").set_checked(value)
        else:
            await form.get_by_label("Value").fill(value)
        await form.get_by_role("button", name="Add", exact=True).click()
        await expect(form).to_have_count(0)
        await expect(self.field(name)).to_be_visible()

    async def rename_field(self, name: str, to: str) -> None:
        form = await self._field_menu(name)
        await form.get_by_label("Field name").fill(to)
        await form.get_by_role("button", name="Rename").click()

    async def remove_field(self, name: str) -> None:
        form = await self._field_menu(name)
        await form.get_by_role("button", name="Remove field").click()

    async def has_no_field(self, label: str) -> None:
        await expect(self.field(label)).to_have_count(0)

    async def tells(self, *changes: str) -> None:
        """The history, the newest first, without the times."""
        entries = self.root.get_by_role("region", name="History").get_by_role("listitem")
        await expect(entries).to_have_count(len(changes))
        for number, change in enumerate(changes):
            await expect(entries.nth(number)).to_contain_text(change)

    async def revert(self, change: str) -> None:
        await self.root.get_by_role("button", name=f"Revert: {change}").click()

    async def cannot_revert(self, change: str) -> None:
        await expect(self.root.get_by_role("button", name=f"Revert: {change}")).to_have_count(0)

    async def _field_menu(self, name: str) -> Locator:
        title = f"Change field {name}"
        await self.root.get_by_role("button", name=title, exact=True).click()
        return self._page.get_by_role("dialog", name=title)

    async def take_theirs(self) -> None:
        """Adopt what somebody else has written meanwhile."""
        await self.root.get_by_role("button", name="Use it").click()

    async def can_be_edited(self, expected: bool) -> None:
        for label in ("Name", "Company", "Email", "Phone", "Notes", "Value", "Next action"):
            await expect(self.field(label)).to_be_editable(editable=expected)
        for label in ("Stage", "Owner", "Currency"):
            await expect(self.field(label)).to_be_enabled(enabled=expected)
        for label in ("Add tag", "Write a comment"):
            await expect(self.field(label)).to_have_count(int(expected))
        delete = self.root.get_by_role("button", name="Delete client")
        await expect(delete).to_have_count(int(expected))

    async def delete(self) -> None:
        await self.root.get_by_role("button", name="Delete client").click()
        await self.is_closed()

    async def close(self) -> None:
        name = "Board" if self._narrow else "Close panel"
        await self.root.get_by_role("button", name=name, exact=True).click()
        await self.is_closed()

    async def is_closed(self) -> None:
        await expect(self.root).to_have_count(0)
