"""The palette, and the shortcuts."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.agreement import is_stored
from tests.browser.audit import faults
from tests.browser.conftest import SitDown
from tests.browser.screens import Panel, TableScreen
from tests.drivers import Desk


async def test_clients_are_found_by_a_few_letters_of_name_company_or_email(
    ana: Desk, sit_down: SitDown
) -> None:
    await ana.create_client("Ana Prado", company="Padaria Aurora")
    await ana.create_client("Tomás Lind", company="Anabela & Co")
    await ana.create_client("Chen Wei", email="chen@bluepeak.example")
    board = await sit_down(ana)

    await board.palette.ask("ana")
    await board.palette.finds("Clients", "Ana Prado", "Tomás Lind")
    await board.palette.dismiss()
    await board.palette.run("tomas", "Tomás Lind")
    panel = await Panel(board.tab).shows("Tomás Lind")
    await board.page.keyboard.press("Escape")
    await panel.is_closed()
    await board.palette.run("bpk", "Chen Wei")
    await panel.shows("Chen Wei")


async def test_actions_are_found_and_done(ana: Desk, sit_down: SitDown) -> None:
    await ana.create_client("Acme")
    await ana.create_client("Globex", stage="won")
    await ana.person.new_workspace("Elsewhere")
    board = await sit_down(ana)

    await board.palette.run("table", "Show the table")
    table = await TableScreen(board.tab).is_open()
    await board.palette.run("filter won", "Filter: Stage Won")
    await table.shows("Globex")
    await board.palette.run("clear", "Clear filters")
    await table.shows("Acme", "Globex")
    await board.palette.run("show board", "Show the board")
    await board.palette.run("acme", "Acme")
    await board.palette.run("move propo", "Move Acme to Proposal")
    await board.shows(Proposal=["Acme"], Won=["Globex"])
    before = await board.ground_colour()
    await board.palette.run("dark", "Theme: Dark")
    assert await board.ground_colour() != before
    await board.palette.run("elsewh", "Go to Elsewhere")
    await expect(board.page.get_by_role("heading", level=1)).to_have_text("Elsewhere")


async def test_a_client_is_added_from_the_palette(ana: Desk, sit_down: SitDown) -> None:
    board = await sit_down(ana)

    await board.palette.run("Nordlys Cycles", "Add client “Nordlys Cycles”")

    await Panel(board.tab).shows("Nordlys Cycles")
    await is_stored(ana, "Nordlys Cycles", stage="lead")


async def test_letters_are_shortcuts_except_where_somebody_types(
    ana: Desk, sit_down: SitDown
) -> None:
    await ana.create_client("Acme")
    board = await sit_down(ana)
    press = board.page.keyboard.press

    await press("t")
    table = await TableScreen(board.tab).is_open()
    await press("/")
    await board.page.keyboard.type("batc?")
    await expect(board.page.get_by_role("searchbox")).to_have_value("batc?")
    await press("Escape")
    await press("Escape")
    await table.is_open()
    await press("c")
    await expect(board.page.get_by_role("textbox", name="Client name")).to_be_focused()
    await board.page.keyboard.type("Globex")
    await press("Enter")
    await board.shows(Lead=["Acme", "Globex"])
    await press("Escape")
    lead = board.page.get_by_role("region", name="Lead")
    await expect(lead.get_by_role("button", name="Add client")).to_be_focused()
    await press("f")
    await expect(board.page.get_by_role("dialog", name="Filters")).to_be_visible()
    await press("Escape")
    await press("?")
    shortcuts = board.page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(shortcuts).to_contain_text("Pick up a card")
    assert await faults(board.tab) == []
    await press("Escape")
    await expect(shortcuts).to_have_count(0)


async def test_the_palette_has_no_fault_that_axe_finds(ana: Desk, sit_down: SitDown) -> None:
    await ana.create_client("Acme", company="Acme Inc")
    board = await sit_down(ana)

    await board.palette.summon()
    assert await faults(board.tab) == []
    await board.page.keyboard.type("acme")
    await board.palette.finds("Clients", "Acme")
    assert await faults(board.tab) == []
