"""What a role allows, who may come in, and text that stays text."""

from __future__ import annotations

import asyncio

from tests.browser.conftest import OpenTab, SitDown, address_of
from tests.browser.screens import BoardScreen, Entry
from tests.drivers import Desk

MARKUP = '<img src=x onerror="window.wasRun = true"><b>bold</b> &amp; {{7*7}}'


async def test_a_viewer_sees_everything_and_can_change_nothing(
    ana: Desk, sit_down: SitDown
) -> None:
    await ana.create_client("Acme", notes="Call on Monday")
    board = await sit_down(await ana.admit_new("viewer"))

    await board.shows(Lead=["Acme"])
    await board.offers_to_add(False)
    panel = await board.open("Acme")
    await panel.has("Notes", "Call on Monday")
    await panel.can_be_edited(False)
    await panel.close()

    await board.mouse.try_to_drag("Acme", to="Won")
    await board.page.keyboard.press("Space")
    await board.page.keyboard.press("ArrowRight")
    await board.page.keyboard.press("Space")
    await board.shows(Lead=["Acme"])
    assert await ana.names(stage="lead") == ["Acme"]


async def test_a_new_role_counts_at_once(ana: Desk, sit_down: SitDown) -> None:
    await ana.create_client("Acme")
    ben = await ana.admit_new("viewer", "Ben")
    hers, his = await asyncio.gather(sit_down(ana), sit_down(ben))
    panel = await his.open("Acme")
    await panel.can_be_edited(False)

    members = await hers.members()
    await members.make("Ben", "Editor")
    await panel.can_be_edited(True)
    await his.offers_to_add(True)
    await his.add("Globex", "Contacted")

    await members.make("Ben", "Viewer")
    await panel.can_be_edited(False)
    await his.offers_to_add(False)
    await members.close()
    await hers.shows(Lead=["Acme"], Contacted=["Globex"])


async def test_a_removed_member_is_led_away_and_told_why(ana: Desk, sit_down: SitDown) -> None:
    ben = await ana.admit_new("editor", "Ben")
    hers, his = await asyncio.gather(sit_down(ana), sit_down(ben))

    await (await hers.members()).remove("Ben")

    await his.has_ended("You have left this board", "You are no longer a member of this workspace.")
    await his.leave()
    await Entry(his.tab).has_title("Welcome, Ben")


async def test_the_board_of_others_is_none(ana: Desk, open_tab: OpenTab) -> None:
    stranger = await ana.person.instance.sign_up("Eve")
    tab = await open_tab(ana.person.instance, address_of(ana))
    tab.expect("status of 404")

    await Entry(tab).sign_in(stranger.email)

    await BoardScreen(tab).has_ended(
        "There is no such board", "This workspace does not exist any more."
    )


async def test_an_invitation_is_good_once(ana: Desk, open_tab: OpenTab) -> None:
    code = (await ana.invite(role="editor"))["code"]
    ben, eve = [await ana.person.instance.sign_up(name) for name in ("Ben", "Eve")]
    bens = Entry(await open_tab(ana.person.instance, f"#/invite/{code}"))
    await bens.switch_to_sign_in()
    await bens.sign_in(ben.email)
    await bens.accept_invitation()

    eves = Entry(await open_tab(ana.person.instance, f"#/invite/{code}"))
    eves.tab.expect("status of 4")
    await eves.switch_to_sign_in()
    await eves.sign_in(eve.email)
    await eves.try_to_accept()

    await eves.has_title("This invitation cannot be used")


async def test_text_that_looks_like_a_page_stays_text(ana: Desk, sit_down: SitDown) -> None:
    await ana.patch("", {"name": MARKUP})
    await ana.create_client(MARKUP, tags=[MARKUP[:50]])
    board = await sit_down(ana)

    panel = await board.open(MARKUP)
    for field in ("Company", "Notes", "Phone"):
        await panel.fill(field, MARKUP)
    await panel.comment(MARKUP)

    await panel.has_comments(MARKUP)
    await board.tab.reload()
    await board.is_live()
    await board.shows(Lead=[MARKUP])
    for field in ("Name", "Company", "Notes", "Phone"):
        await panel.has(field, MARKUP)
    await panel.delete()
    await board.tells(f"Deleted {MARKUP}")
    assert await board.page.locator("img[src=x], b").count() == 0
    assert await board.page.evaluate("window.wasRun === undefined")
