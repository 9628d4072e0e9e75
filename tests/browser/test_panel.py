"""One client's panel: custom fields, history, and people who edit at the same time."""

from __future__ import annotations

import asyncio

import pytest

from tests.browser.agreement import is_stored
from tests.browser.conftest import SitDown
from tests.browser.screens import BoardScreen, Panel
from tests.drivers import Desk


@pytest.fixture
async def panels(ana: Desk, sit_down: SitDown) -> tuple[Panel, Panel]:
    """Acme's, on Ana's screen and on Ben's."""
    await ana.create_client("Acme", company="Acme Inc")
    ben = await ana.admit_new("editor", "Ben")
    boards: list[BoardScreen] = await asyncio.gather(sit_down(ana), sit_down(ben))
    hers, his = await asyncio.gather(*(board.open("Acme") for board in boards))
    return hers, his


async def test_custom_fields_are_added_edited_renamed_and_removed(
    ana: Desk, panels: tuple[Panel, Panel]
) -> None:
    hers, his = panels

    await hers.add_field("Seats", "Number", "12")
    await hers.add_field("Source", "Text", "Fair")
    await hers.add_field("Renewal", "Date", "2031-05-09")
    await hers.add_field("Signed", "Yes or no", value=True)
    await his.has("Seats", "12")
    await his.fill("Seats", "14,5")
    await his.field("Signed").uncheck()
    await hers.has("Seats", "14.5")
    await hers.rename_field("Source", to="Came from")
    await hers.remove_field("Renewal")

    await his.has("Came from", "Fair")
    await his.has_no_field("Renewal")
    custom = {"Seats": 14.5, "Came from": "Fair", "Signed": False}
    await is_stored(ana, "Acme", custom=custom)
    await his.fill("Seats", "many")
    await his.says("Enter a number.")
    await is_stored(ana, "Acme", custom=custom)


async def test_the_history_tells_each_change_and_takes_one_back(
    ana: Desk, panels: tuple[Panel, Panel]
) -> None:
    hers, his = panels
    await hers.fill("Company", "Globex")
    await his.fill("Phone", "+351 21 000 000")
    await hers.add_field("Seats", "Number", "12")
    told = "changed the company from Acme Inc to Globex"
    await hers.tells(
        "Ana set Seats to 12", "Ben set the phone to +351 21 000 000", f"Ana {told}", "Ana added"
    )

    await his.revert(told)

    await hers.has("Company", "Acme Inc")
    await his.tells(
        "Ben changed the company from Globex to Acme Inc",
        "Ana set Seats to 12",
        "Ben set the phone",
        f"Ana {told}",
        "Ana added",
    )
    await his.cannot_revert(told)
    await hers.revert("set Seats to 12")
    await hers.has_no_field("Seats")
    await is_stored(ana, "Acme", company="Acme Inc", phone="+351 21 000 000", custom={})


async def test_a_change_is_not_taken_back_over_one_that_was_not_seen(
    ana: Desk, panels: tuple[Panel, Panel]
) -> None:
    hers, his = panels
    await hers.fill("Company", "Globex")
    told = "changed the company from Acme Inc to Globex"
    await his.tells(f"Ana {told}", "Ana added")
    his.tab.expect("net::ERR_INTERNET_DISCONNECTED", "WebSocket", "status of 412")
    await his.tab.lose_network()
    await hers.fill("Phone", "+351 21 000 000")
    await is_stored(ana, "Acme", phone="+351 21 000 000")

    await his.revert(told)
    await his.has("Company", "Acme Inc")
    await his.tab.find_network()

    await BoardScreen(his.tab).alerts("Somebody has changed this client meanwhile")
    await his.has("Company", "Globex")
    await his.has("Phone", "+351 21 000 000")
    await is_stored(ana, "Acme", company="Globex")


async def test_who_edits_a_custom_field_or_writes_a_comment_shows_to_the_others(
    panels: tuple[Panel, Panel],
) -> None:
    hers, his = panels
    await hers.add_field("Seats", "Number", "12")

    await hers.field("Seats").focus()
    await his.says("Ana is editing")
    await hers.field("Write a comment").focus()
    await his.says("Ana is writing")
    await hers.field("Company").focus()
    await his.does_not_say("Ana is writing")


async def test_a_field_that_was_only_looked_into_follows_the_others(
    panels: tuple[Panel, Panel],
) -> None:
    hers, his = panels

    await his.field("Company").focus()
    await hers.fill("Company", "Globex")
    await his.has("Company", "Globex")
    await his.does_not_say("Changed meanwhile")
    await his.type("Company", " Ltd")
    await hers.fill("Company", "Initech")
    await his.says("Changed meanwhile to “Initech”")
    await his.has("Company", "Globex Ltd")
