"""All of the daily work can be done without a mouse, and without seeing the screen."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.agreement import is_stored
from tests.browser.conftest import OpenTab, address_of
from tests.browser.keyboard import Keyboard
from tests.browser.screens import BoardScreen, Panel
from tests.drivers import PASSWORD, Desk


async def test_a_day_at_the_keyboard(ana: Desk, open_tab: OpenTab) -> None:
    tab = await open_tab(ana.person.instance, address_of(ana))
    keyboard, board = Keyboard(tab), BoardScreen(tab)

    await keyboard.go_to("textbox", "Email")
    await keyboard.type(ana.person.email)
    await keyboard.press("Tab")
    await keyboard.type(PASSWORD)
    await keyboard.press("Enter")
    await board.is_live()

    await keyboard.go_to("button", "Add client", within="Lead")
    await keyboard.press("Enter")
    for name in ("Acme", "Globex"):
        await keyboard.type(name)
        await keyboard.press("Enter")
    await board.shows(Lead=["Acme", "Globex"])
    await keyboard.press("Escape")
    add = tab.page.get_by_role("region", name="Lead").get_by_role("button", name="Add client")
    await keyboard.is_on(add)

    await keyboard.press("Shift+Tab", "ArrowUp")
    acme, globex = (board.card(name).get_by_role("button") for name in ("Acme", "Globex"))
    await keyboard.is_on(acme)
    await expect(acme).to_have_accessible_description(
        "Press Space to pick up, arrow keys to move, Space to drop, Escape to cancel."
    )
    await keyboard.press("Space")
    await board.announces(
        "Picked up Acme. Lead, position 1 of 2. Arrow keys move, Space drops, Escape cancels."
    )
    await keyboard.press("ArrowDown")
    await board.announces("Lead, position 2 of 2")
    await keyboard.press("ArrowRight")
    await board.announces("Contacted, position 1 of 1")
    await keyboard.is_on(acme)
    await keyboard.press("Space")
    await board.announces("Dropped Acme. Contacted, position 1 of 1.")
    await board.shows(Lead=["Globex"], Contacted=["Acme"])
    await keyboard.is_on(acme)

    await keyboard.press("ArrowLeft")
    await keyboard.is_on(globex)
    await keyboard.press("Space", "ArrowRight", "ArrowRight")
    await board.announces("Proposal, position 1 of 1")
    await keyboard.press("Escape")
    await board.announces("Move cancelled. Globex is back where it was.")
    await board.shows(Lead=["Globex"], Contacted=["Acme"])
    await keyboard.is_on(globex)

    await keyboard.press("ArrowRight", "Enter")
    panel = await Panel(tab).shows("Acme")
    await expect(panel.root).to_be_focused()
    await keyboard.go_to("textbox", "Company")
    await keyboard.type("Acme Inc")
    await keyboard.press("Enter")
    await board.card_says("Acme", "Acme Inc")
    await keyboard.press("Escape")
    await panel.is_closed()
    await keyboard.is_on(acme)

    await is_stored(ana, "Acme", stage="contacted", company="Acme Inc")
