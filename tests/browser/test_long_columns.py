"""A board with far more clients than fit on a screen: only what is in sight is drawn."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import SitDown
from tests.browser.screens import BoardScreen, Panel
from tests.drivers import Desk
from tests.services import eventually

COUNT = 600
MOST_DRAWN = 60
PLACE = "(card) => [card.style.translate, card.offsetHeight, card.closest('[data-list]').scrollTop]"


@pytest.fixture
async def board(ana: Desk, sit_down: SitDown) -> BoardScreen:
    await ana.create_clients(COUNT)
    return await sit_down(ana)


async def test_a_column_draws_what_is_in_sight_and_says_how_many_there_are(
    board: BoardScreen,
) -> None:
    lead = board.page.get_by_role("region", name="Lead", exact=True)
    await expect(lead.locator(".column__count")).to_have_text(str(COUNT))
    assert await lead.locator("[data-card]").count() < MOST_DRAWN

    await lead.locator("[data-list]").evaluate("(list) => (list.scrollTop = list.scrollHeight)")
    last = board.card(f"Client {COUNT - 1:04}")
    await expect(last).to_be_in_viewport()
    assert await lead.locator("[data-card]").count() < MOST_DRAWN
    await expect(last).to_have_attribute("aria-posinset", str(COUNT))
    await expect(last).to_have_attribute("aria-setsize", str(COUNT))


async def test_a_card_is_carried_past_the_edge_and_the_column_scrolls(
    ana: Desk, board: BoardScreen
) -> None:
    lead = board.page.get_by_role("region", name="Lead", exact=True)
    box = await lead.bounding_box()
    assert box is not None
    await board.mouse.lift("Client 0001")
    await board.page.mouse.move(box["x"] + 60, box["y"] + box["height"] - 30, steps=5)
    await expect(board.card("Client 0050")).to_be_attached()
    await board.page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2, steps=5)
    await expect(lead.locator("[data-gap]")).to_be_in_viewport()
    await board.mouse.drop()

    await expect(board.card("Client 0001")).to_be_in_viewport()
    names = await ana.names(stage="lead", limit=COUNT)
    place = names.index("Client 0001")
    assert place > 20
    before, after = names[place - 1], names[place + 1]
    assert int(after[-4:]) == int(before[-4:]) + 1, "it lies between two neighbours"


async def test_the_keyboard_goes_and_moves_through_cards_that_were_not_drawn(
    ana: Desk, board: BoardScreen
) -> None:
    await board.card("Client 0000").get_by_role("button").focus()
    for _ in range(40):
        await board.page.keyboard.press("ArrowDown")
    await expect(board.card("Client 0040").get_by_role("button")).to_be_focused()
    await expect(board.card("Client 0040")).to_be_in_viewport()

    await board.page.keyboard.press("Space")
    for _ in range(30):
        await board.page.keyboard.press("ArrowDown")
    await board.announces(f"Lead, position 71 of {COUNT}")
    await expect(board.card("Client 0040").get_by_role("button")).to_be_focused()
    await expect(board.card("Client 0040")).to_be_in_viewport()
    await board.page.keyboard.press("Space")

    await board.announces(f"Dropped Client 0040. Lead, position 71 of {COUNT}.")

    async def is_there() -> bool:
        names = await ana.names(stage="lead", limit=COUNT)
        return names[69:72] == ["Client 0070", "Client 0040", "Client 0071"]

    await eventually(is_there)


async def test_a_link_to_a_client_far_down_shows_its_card(ana: Desk, board: BoardScreen) -> None:
    (far,) = await ana.clients(q="Client 0500")

    await board.tab.go(f"#/w/{ana.workspace_id}/c/{far['id']}")

    await Panel(board.tab).shows("Client 0500")
    await expect(board.card("Client 0500")).to_be_in_viewport()
    await Panel(board.tab).close()
    await expect(board.card("Client 0500").get_by_role("button")).to_be_focused()


async def test_a_table_of_many_rows_draws_what_is_in_sight(board: BoardScreen) -> None:
    table = await board.view.table()
    await table.counts(COUNT)
    assert await table.drawn() < MOST_DRAWN

    await table.grid.focus()
    await board.page.keyboard.press("End")

    await expect(table.row(f"Client {COUNT - 1:04}")).to_be_in_viewport()
    assert await table.drawn() < MOST_DRAWN


async def test_a_change_far_out_of_sight_moves_nothing_in_sight(
    ana: Desk, board: BoardScreen
) -> None:
    (far,) = await ana.clients(q="Client 0400")
    place = await board.card("Client 0001").evaluate(PLACE)

    await ana.update_client(far, company="Far Inc")
    await ana.create_client("Later", stage="won")

    await expect(board.card("Later")).to_be_visible()
    assert await board.card("Client 0001").evaluate(PLACE) == place
