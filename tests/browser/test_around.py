"""What surrounds the board: the first minute, stages, people, tokens, themes and languages."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.browser.agreement import is_stored
from tests.browser.audit import faults
from tests.browser.conftest import OpenTab, SitDown, address_of
from tests.browser.screens import BoardScreen, Entry
from tests.drivers import Desk, Instance
from tests.services import eventually


async def test_a_newcomer_soon_looks_at_a_board_with_sample_clients(
    over_sqlite: Instance, open_tab: OpenTab
) -> None:
    entry = Entry(await open_tab(over_sqlite))
    await entry.register("Bia", "bia@first.example")
    board = await entry.create_workspace("Bakery", samples=True)

    await board.card_says("Priya Raman", "Kestrel Analytics", "saas")
    found = await board.columns()
    assert all(found.values()), "a stage is empty"

    await board.add("Mine")
    await board.page.get_by_role("button", name="Remove sample clients").click()
    await board.shows(Lead=["Mine"])
    await expect(board.page.get_by_role("region", name="Sample clients")).to_have_count(0)


async def test_an_empty_board_offers_sample_clients(ana: Desk, sit_down: SitDown) -> None:
    board = await sit_down(ana)

    await board.page.get_by_role("button", name="Add sample clients").click()

    await board.card_says("Chen Wei", "Bluepeak Robotics")
    samples = await ana.clients()
    assert len(samples) == 10
    assert all(client["custom"] == {"sample": True} for client in samples)


async def test_the_columns_can_be_remade_and_everybody_sees_it(
    ana: Desk, sit_down: SitDown
) -> None:
    await ana.create_client("Acme", stage="proposal")
    hers, his = await asyncio.gather(sit_down(ana), sit_down(await ana.admit_new("editor")))

    dialog = await hers.stages_dialog()
    await dialog.add("On hold")
    await dialog.rename("Lead", to="Inbox")
    await dialog.recolour("Inbox", "Pink")
    await dialog.move_left("On hold")
    await dialog.delete("Proposal", to="Won")
    await dialog.delete("Contacted")
    await dialog.close()

    for board in (hers, his):
        await board.has_stages("Inbox", "Won", "On hold", "Lost")
        await expect(board.page.get_by_role("region", name="Won")).to_contain_text("Acme")
    stages = await ana.stages()
    assert [stage["name"] for stage in stages] == ["Inbox", "Won", "On hold", "Lost"]
    assert stages[0]["color"] == "#ec4899"
    assert [stage["position"] for stage in stages] == [0, 1, 2, 3]


async def test_only_who_manages_a_board_is_offered_its_stages(ana: Desk, sit_down: SitDown) -> None:
    board = await sit_down(await ana.admit_new("editor"))
    await board.page.get_by_role("button", name="Account menu").click()
    await expect(board.page.get_by_role("menuitem", name="Access tokens")).to_be_visible()
    await expect(board.page.get_by_role("menuitem", name="Stages")).to_have_count(0)


async def test_an_invite_that_was_revoked_lets_nobody_in(
    ana: Desk, sit_down: SitDown, open_tab: OpenTab
) -> None:
    board = await sit_down(ana)
    dialog = await board.invite()
    link = await dialog.link("Viewer")
    await dialog.for_email("carla@example.com")
    await dialog.lists("carla@example.com", "Anyone with the link")

    await dialog.revoke("Anyone with the link")

    await dialog.lists("carla@example.com")
    guest = await ana.person.instance.sign_up("Dora")
    entry = Entry(await open_tab(ana.person.instance, link.split("/", 3)[3]))
    entry.tab.expect("status of 4")
    await entry.switch_to_sign_in()
    await entry.sign_in(guest.email)
    await entry.try_to_accept()
    await entry.has_title("This invitation cannot be used")


async def test_a_token_is_shown_once_and_works_until_it_is_deleted(
    ana: Desk, sit_down: SitDown
) -> None:
    board = await sit_down(ana)
    dialog = await board.tokens()
    await dialog.is_empty()

    secret = await dialog.create("Nightly", Where="Sales", May="Read", Runs_out="In 30 days")

    script = ana.of(ana.person.with_token(secret))
    assert await script.names() == []
    assert (await script.post("/clients", {"name": "Acme"})).status_code == 403
    await dialog.lists("Nightly", "Read", "Sales", "Until")
    await board.tab.reload()
    await board.is_live()
    dialog = await board.tokens()
    await dialog.lists("Nightly", "Used")
    await expect(board.page.get_by_role("textbox", name="New access token")).to_have_count(0)

    await dialog.delete("Nightly")
    await dialog.is_empty()
    assert (await script.get("/clients")).status_code == 401


async def test_a_theme_chosen_in_one_tab_is_that_of_the_other(
    ana: Desk, sit_down: SitDown, open_tab: OpenTab
) -> None:
    first = await sit_down(ana, color_scheme="light")
    second = BoardScreen(await open_tab(ana.person.instance, address_of(ana), beside=first.tab))
    await second.is_live()
    light = await second.ground_colour()

    await first.tab.come_to_front()
    await first.choose_theme("Dark")

    async def is_dark() -> bool:
        return await second.ground_colour() != light

    await eventually(is_dark)


async def test_the_language_is_the_browsers_until_another_is_chosen(
    ana: Desk, sit_down: SitDown, open_tab: OpenTab
) -> None:
    value = {"amount": 1_250_050, "currency": "BRL"}
    await ana.create_client("Padaria", value=value)
    page = (await open_tab(ana.person.instance, locale="pt-BR")).page
    await expect(page.get_by_role("heading", level=1)).to_have_text("Que bom ter você de volta")
    await expect(page.locator("html")).to_have_attribute("lang", "pt-BR")

    board = await sit_down(ana)
    await board.card_says("Padaria", "R$12,500.50")
    await board.speak("Português (Brasil)")
    pill = board.page.locator(".connection")
    await expect(pill).to_have_text("Ao vivo")
    await board.card_says("Padaria", "R$ 12.500,50")
    await board.tab.reload()
    await expect(pill).to_have_text("Ao vivo")
    await board.speak("English")
    await board.is_live()
    await board.card_says("Padaria", "R$12,500.50")


async def test_a_board_that_is_cut_off_says_what_that_means(ana: Desk, sit_down: SitDown) -> None:
    board = await sit_down(ana)
    board.tab.expect("net::ERR_INTERNET_DISCONNECTED")

    await board.tab.lose_network()
    await board.is_told_about_the_connection("sent as soon as the server is back")
    await board.add("Acme")
    await board.is_told_about_the_connection("1 change waiting")

    await board.tab.find_network()
    await board.is_live()
    await expect(board.page.locator(".cut-off")).to_have_count(0)
    assert await ana.names() == ["Acme"]


async def test_what_was_done_without_a_network_outlasts_the_page_and_is_done_once(
    ana: Desk, sit_down: SitDown, open_tab: OpenTab
) -> None:
    client = await ana.create_client("Acme")
    board = await sit_down(ana)
    board.tab.expect("net::ERR_INTERNET_DISCONNECTED")
    await board.tab.lose_network()
    panel = await board.open("Acme")
    await panel.fill("Company", "Acme Inc")
    await panel.comment("Called them.")
    await board.add("Globex")
    await board.is_cut_off(waiting=3)
    before = await ana.head()

    await board.page.close()
    await board.tab.find_network()
    again = BoardScreen(await open_tab(ana.person.instance, address_of(ana), beside=board.tab))

    await again.is_live()
    await again.shows(Lead=["Acme", "Globex"])
    await again.card_says("Acme", "Acme Inc")
    await is_stored(ana, "Acme", company="Acme Inc")
    await is_stored(ana, "Globex", stage="lead")
    comments = (await ana.get(f"/clients/{client['id']}/comments")).json()["items"]
    assert [comment["body"] for comment in comments] == ["Called them."]
    assert await ana.head() == before + 3
    await again.tab.reload()
    await again.is_live()
    assert await ana.head() == before + 3


async def test_axe_finds_no_fault_around_the_board(
    over_sqlite: Instance, open_tab: OpenTab
) -> None:
    entry = Entry(await open_tab(over_sqlite))
    await entry.register("Bia", "bia@axe.example")
    await entry.has_title("Welcome, Bia")
    assert await faults(entry.tab) == []
    board = await entry.create_workspace("Bakery", samples=True)
    await expect(board.page.get_by_role("region", name="Sample clients")).to_be_visible()
    assert await faults(board.tab) == []

    stages = await board.stages_dialog()
    await stages.recolour("Lead", "Pink")
    await board.page.get_by_role("button", name="Delete Won").click()
    assert await faults(board.tab) == []
    await stages.close()

    tokens = await board.tokens()
    await tokens.create("Nightly")
    await tokens.lists("Nightly")
    assert await faults(board.tab) == []
    await board.page.keyboard.press("Escape")

    security = await board.security()
    await security.lists("This browser")
    assert await faults(board.tab) == []
    await board.page.keyboard.press("Escape")

    invite = await board.invite()
    await invite.for_email("carla@example.com")
    assert await faults(board.tab) == []
    await invite.close()

    board.tab.expect("net::ERR_INTERNET_DISCONNECTED")
    await board.tab.lose_network()
    await board.is_told_about_the_connection("Offline")
    assert await faults(board.tab) == []
