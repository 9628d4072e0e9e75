"""The clients as a table: order, filters, columns, and changes of many at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.agreement import is_stored
from tests.browser.audit import faults
from tests.browser.conftest import SitDown
from tests.browser.keyboard import Keyboard
from tests.browser.screens import BoardScreen, Panel
from tests.drivers import Desk
from tests.services import eventually


@pytest.fixture
async def desk(ana: Desk) -> Desk:
    """Ana's, with four clients that differ in everything."""
    ben = await ana.admit_new("editor", "Ben")
    today = datetime.now(UTC).replace(microsecond=0)
    for name, stage, amount, owner, tags, days in (
        ("Dora", "won", 300, ana, ["north", "retail"], -2),
        ("Bea", "lead", 1200, ben, ["retail"], 0),
        ("Carl", "lead", None, None, [], 3),
        ("Åke", "proposal", 50, ana, ["south"], None),
    ):
        await ana.create_client(
            name,
            stage=stage,
            value=None if amount is None else {"amount": amount * 100, "currency": "EUR"},
            owner_id=None if owner is None else owner.person.id,
            tags=tags,
            next_action_at=None if days is None else (today + timedelta(days=days)).isoformat(),
            custom={"Seats": amount} if amount else {},
        )
    return ana


async def test_rows_are_sorted_by_a_press_on_a_columns_head(desk: Desk, sit_down: SitDown) -> None:
    board = await sit_down(desk)
    table = await board.view.table()
    await table.shows("Bea", "Carl", "Åke", "Dora")

    await table.sort_by("Name")
    await table.shows("Åke", "Bea", "Carl", "Dora")
    await table.sort_by("Value")
    await table.has("Value", "€50", "€300", "€1,200", "")
    await table.sort_by("Value")
    await table.shows("Bea", "Dora", "Åke", "Carl")
    await table.sort_by("Value")
    await table.shows("Bea", "Carl", "Åke", "Dora")


async def test_filters_let_the_same_clients_through_on_the_board_and_in_the_table(
    desk: Desk, sit_down: SitDown
) -> None:
    board = await sit_down(desk)

    await board.view.filter("Owner", "Me")
    await board.shows(Proposal=["Åke"], Won=["Dora"])
    table = await board.view.table()
    await table.shows("Åke", "Dora")
    await board.view.filter("Tag", "retail", "south")
    await board.view.filter("Next action", "Overdue")
    await board.view.says("Owner Me", "Tag retail, south", "Next action Overdue")
    await table.shows("Dora")
    await board.view.drop("Next action")
    await table.shows("Åke", "Dora")
    await board.view.filter_value(least=100)
    await table.shows("Dora")
    await board.filter("nobody of this name")
    await table.shows()

    await board.filter("")
    await board.view.clear()
    await table.shows("Bea", "Carl", "Åke", "Dora")
    await board.view.filter("Stage", "Lead")
    await table.shows("Bea", "Carl")


async def test_a_link_shows_the_same_view(desk: Desk, sit_down: SitDown) -> None:
    board = await sit_down(desk)
    table = await board.view.table()
    await board.view.filter("Stage", "Lead", "Won")
    await board.view.switch_columns("Company", "Owner", "Tags", "Next action", "Email", "Seats")
    await table.sort_by("Value")
    await table.sort_by("Value")
    await board.filter("e")
    await table.shows("Bea", "Dora")
    await eventually(lambda: "q=e" in board.page.url)

    other = await sit_down(desk)
    await other.tab.go(board.page.url.removeprefix(f"{board.tab.origin}/"))
    await other.tab.reload()

    same = await other.view.table()
    await same.has_columns("Name", "Stage", "Value", "Email", "Seats")
    await same.has("Value", "€1,200", "€300")
    await other.view.says("Stage Lead, Won")
    await table.open("Bea")
    await Panel(board.tab).shows("Bea")
    await board.tab.go_back()
    await table.shows("Bea", "Dora")


async def test_a_view_is_kept_under_a_name_in_this_browser(desk: Desk, sit_down: SitDown) -> None:
    board = await sit_down(desk)
    table = await board.view.table()
    await board.view.filter("Owner", "Nobody")
    await board.view.save("Without owner")
    await board.view.drop("Owner")
    await board.view.board()

    await board.tab.reload()
    await board.view.open_saved("Without owner")

    await table.shows("Carl")
    await board.view.says("Owner Nobody")
    await board.view.forget("Without owner")


async def test_many_clients_are_moved_tagged_and_assigned_at_once(
    desk: Desk, sit_down: SitDown
) -> None:
    board, bens = await sit_down(desk), await sit_down(desk)
    table = await board.view.table()

    await table.tick("Bea")
    await table.tick("Åke", up_to=True)
    await table.has_chosen("Bea", "Carl", "Åke")
    await table.do("Move to stage", "Won")
    await board.tells("Moved 3 clients to Won")
    await bens.shows(Won=["Dora", "Bea", "Carl", "Åke"])
    await table.do("Assign to", "Ben")
    await board.tells("Assigned 2 clients to Ben")
    await table.add_new_tag("fair")
    await board.tells("Added fair to 3 clients")
    await table.do("Remove tag", "retail")
    await board.tells("Removed retail from 1 client")

    await is_stored(desk, "Bea", stage="won", tags=["fair"])
    await is_stored(desk, "Carl", stage="won", tags=["fair"])
    await is_stored(desk, "Dora", tags=["north", "retail"])


async def test_many_clients_are_deleted_at_once_and_brought_back(
    desk: Desk, sit_down: SitDown
) -> None:
    board = await sit_down(desk)
    table = await board.view.table()

    await table.tick_all()
    await table.tick("Carl")
    await table.do("Delete")
    await table.shows("Carl")
    await board.tells("Deleted 3 clients")
    assert await desk.names() == ["Carl"]
    await board.undo()
    await table.shows("Bea", "Carl", "Åke", "Dora")


async def test_what_is_refused_of_many_changes_is_told_one_by_one(
    desk: Desk, sit_down: SitDown
) -> None:
    board = await sit_down(desk)
    table = await board.view.table()
    await table.tick_all()
    board.tab.expect("net::ERR_INTERNET_DISCONNECTED", "WebSocket")
    await board.tab.lose_network()
    (dora,) = await desk.clients(q="Dora")
    await desk.delete(f"/clients/{dora['id']}")

    await table.do("Move to stage", "Lost")
    await table.has("Stage", "Lost", "Lost", "Lost", "Lost")
    await board.tab.find_network()

    await table.reports("3 of 4 done", "DoraSomebody has deleted it meanwhile.")
    await table.shows("Bea", "Carl", "Åke")
    await board.tells("Moved 3 clients to Lost")


async def test_a_table_is_worked_by_keyboard(desk: Desk, sit_down: SitDown) -> None:
    board = await sit_down(desk)
    table = await board.view.table()
    keyboard = Keyboard(board.tab)

    await keyboard.go_to("grid", "Clients")
    await keyboard.press("ArrowDown", "ArrowDown", "Space")
    await table.has_chosen("Carl")
    await keyboard.press("Shift+ArrowDown", "Shift+ArrowDown")
    await table.has_chosen("Carl", "Åke", "Dora")
    await keyboard.press("Escape")
    await table.has_chosen()
    await keyboard.press("Control+a")
    await table.has_chosen("Bea", "Carl", "Åke", "Dora")
    await keyboard.press("Escape", "Home", "Enter")
    panel = await Panel(board.tab).shows("Bea")
    await keyboard.press("Escape")
    await panel.is_closed()
    await keyboard.is_on(table.grid)


async def test_a_filter_is_set_and_taken_away_by_keyboard(desk: Desk, sit_down: SitDown) -> None:
    board = await sit_down(desk)
    table = await board.view.table()
    press = board.page.keyboard.press

    await press("f")
    for key in ("ArrowDown", "Enter", "ArrowDown", "Enter", "Escape"):
        await press(key)
    await board.view.says("Owner Nobody")
    await table.shows("Carl")
    await press("Shift+Tab")
    await press("Enter")
    await board.view.says()
    await table.shows("Bea", "Carl", "Åke", "Dora")
    await press("Enter")
    await expect(board.page.get_by_role("dialog", name="Filters")).to_be_visible()


async def test_a_viewer_can_look_at_the_table_and_choose_nothing(
    desk: Desk, sit_down: SitDown
) -> None:
    board = await sit_down(await desk.admit_new("viewer", "Vera"))
    table = await board.view.table()

    await table.tick("Bea")

    await Panel(board.tab).shows("Bea")
    await table.has_chosen()


async def test_a_change_by_another_shows_in_the_table_at_once(
    desk: Desk, sit_down: SitDown
) -> None:
    board = await sit_down(desk)
    table = await board.view.table()
    await table.sort_by("Name")
    (carl,) = await desk.clients(q="Carl")

    await desk.update_client(carl, name="Adam", company="Adams Mill")

    await table.shows("Adam", "Åke", "Bea", "Dora")
    await table.has("Company", "Adams Mill", "", "", "")


async def test_the_table_has_no_fault_that_axe_finds(desk: Desk, sit_down: SitDown) -> None:
    board: BoardScreen = await sit_down(desk)
    table = await board.view.table()
    await table.tick("Bea")
    await board.view.filter("Stage", "Lead", "Won")
    assert await faults(board.tab) == []

    await table.do("Add tag")
    assert await faults(board.tab) == []
    await board.page.keyboard.press("Escape")
    await board.view.open_filters("Value")
    assert await faults(board.tab) == []
