"""The board by mouse and finger, wide and narrow."""

from __future__ import annotations

from typing import Any

from tests.browser.agreement import is_stored
from tests.browser.conftest import SitDown
from tests.drivers import Desk

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


async def test_cards_are_put_in_order_by_mouse(ana: Desk, sit_down: SitDown) -> None:
    await ana.create_clients(4)
    first, second, third, fourth = await ana.names()
    board = await sit_down(ana)

    await board.drag(fourth, to="Lead", above=first)
    await board.shows(Lead=[fourth, first, second, third])
    await board.drag(fourth, to="Lead")
    await board.shows(Lead=[first, second, third, fourth])
    await board.drag(second, to="Lead", above=fourth)
    await board.shows(Lead=[first, third, second, fourth])
    await board.drag(third, to="Won")

    await board.shows(Lead=[first, second, fourth], Won=[third])
    await board.tab.reload()
    await board.shows(Lead=[first, second, fourth], Won=[third])


async def test_a_card_that_is_moved_a_little_stays_where_it_is(
    ana: Desk, sit_down: SitDown
) -> None:
    await ana.create_clients(3)
    names = await ana.names()
    board = await sit_down(ana)

    for by in (-12, 8):
        await board.mouse.nudge(names[1], by)
        await board.shows(Lead=names)

    assert await ana.head() == 3


async def test_escape_puts_a_dragged_card_back(ana: Desk, sit_down: SitDown) -> None:
    await ana.create_client("Acme")
    board = await sit_down(ana)

    await board.mouse.lift("Acme")
    await board.mouse.carry(to="Won")
    await board.page.keyboard.press("Escape")
    await board.mouse.drop()

    await board.announces("Move cancelled. Acme is back where it was.")
    await board.shows(Lead=["Acme"])
    assert await ana.head() == 1


async def test_a_click_opens_a_card_and_the_filter_finds_it(ana: Desk, sit_down: SitDown) -> None:
    await ana.create_client("Café Central", stage="won", tags=["coffee"])
    await ana.create_client("Acme", company="Central Parts")
    await ana.create_client("Globex")
    board = await sit_down(ana)

    await board.filter("central")
    await board.shows(Lead=["Acme"], Won=["Café Central"])
    await board.filter("cafe COFFEE")
    await board.shows(Won=["Café Central"])
    panel = await board.open("Café Central")
    await board.tab.go_back()
    await panel.is_closed()
    await board.filter("")
    await board.shows(Lead=["Acme", "Globex"], Won=["Café Central"])


async def test_every_field_is_kept_as_it_was_entered(ana: Desk, sit_down: SitDown) -> None:
    await ana.create_client("Acme")
    board = await sit_down(ana)
    panel = await board.open("Acme")

    await panel.fill("Name", "Acme & Sons")
    await panel.fill("Company", "Acme Inc")
    await panel.fill("Email", "hello@acme.example")
    await panel.fill("Phone", "+351 21 000 000")
    await panel.fill("Value", "1,250.50")
    await panel.choose("Currency", "EUR")
    await panel.fill("Next action", "2031-05-09")
    await panel.choose("Stage", "Proposal")
    await panel.choose("Owner", "Ana")
    await panel.tag("urgent", "north")
    await panel.untag("urgent")
    await panel.fill("Notes", "Two lines,\nin one field.")

    await is_stored(
        ana,
        "Acme & Sons",
        company="Acme Inc",
        email="hello@acme.example",
        phone="+351 21 000 000",
        value={"amount": 125050, "currency": "EUR"},
        stage="proposal",
        owner_id=ana.person.id,
        tags=["north"],
        notes="Two lines,\nin one field.",
    )
    await panel.has("Next action", "2031-05-09")
    assert (await ana.clients())[0]["next_action_at"].startswith("2031-05-09")

    await panel.fill("Company", "")
    await panel.fill("Value", "")
    await panel.choose("Owner", "Nobody")
    await is_stored(ana, "Acme & Sons", company=None, value=None, owner_id=None)


async def test_what_is_typed_into_a_value_reached_by_tab_replaces_it(
    ana: Desk, sit_down: SitDown
) -> None:
    await ana.create_client("Acme", value={"amount": 125050, "currency": "EUR"})
    board = await sit_down(ana)
    panel = await board.open("Acme")
    await panel.has("Value", "€1,250.50")

    await panel.field("Owner").press("Tab")
    await panel.has("Value", "1250.50")
    await board.page.keyboard.type("900")
    await panel.leave("Value")

    await panel.has("Value", "€900")
    await is_stored(ana, "Acme", value={"amount": 90000, "currency": "EUR"})


async def test_a_fault_in_a_field_is_told_beside_it_and_nothing_is_stored(
    ana: Desk, sit_down: SitDown
) -> None:
    await ana.create_client("Acme")
    board = await sit_down(ana)
    panel = await board.open("Acme")

    await panel.fill("Name", " ")
    await panel.says("A client needs a name.")
    await panel.fill("Value", "a lot")
    await panel.says("Enter an amount such as")
    await panel.fill("Email", "nobody")
    await panel.says("Enter an address such as")

    assert await ana.head() == 1


async def test_on_a_telephone_a_client_covers_the_board(ana: Desk, sit_down: SitDown) -> None:
    await ana.create_client("Acme")
    board = await sit_down(ana, **PHONE)

    panel = await board.open("Acme", narrow=True)
    await panel.fill("Company", "Acme Inc")
    await panel.close()

    await board.card_says("Acme", "Acme Inc")


async def test_a_finger_swipes_over_the_board_and_drags_after_a_short_press(
    ana: Desk, sit_down: SitDown
) -> None:
    await ana.create_client("Acme")
    board = await sit_down(ana, **PHONE)

    await board.finger.drag("Acme", to="Contacted")
    await is_stored(ana, "Acme", stage="contacted")
    await board.finger.swipe("Acme", by=-250)
    await board.sees("Proposal")
    await board.shows(Contacted=["Acme"])
    assert await ana.head() == 2
