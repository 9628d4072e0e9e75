"""People see each other at work, on whichever instance, and do not trip over each other."""

from __future__ import annotations

import asyncio

import pytest

from tests.browser.conftest import SitDown
from tests.browser.screens import BoardScreen
from tests.drivers import Desk, Instance


@pytest.fixture
async def desks(over_redis: tuple[Instance, Instance]) -> tuple[Desk, Desk]:
    """Ana's and Ben's, at one instance each, in a workspace with one client."""
    ana = await (await over_redis[0].sign_up("Ana")).new_workspace()
    await ana.create_client("Acme")
    ben = await ana.admit_new("editor", "Ben")
    return ana, ben.at(over_redis[1])


@pytest.fixture
async def boards(desks: tuple[Desk, Desk], sit_down: SitDown) -> tuple[BoardScreen, BoardScreen]:
    ana, ben = await asyncio.gather(*(sit_down(desk) for desk in desks))
    return ana, ben


async def test_who_looks_at_a_client_and_edits_a_field_shows_to_the_others(
    boards: tuple[BoardScreen, BoardScreen],
) -> None:
    ana, ben = boards
    await ben.others_here_are("Ana")

    hers = await ana.open("Acme")
    await ben.card_says("Acme", "Ana is looking at this client")
    await ben.others_here_are("Ana, looking at Acme")

    his = await ben.open("Acme")
    await hers.field("Company").focus()
    await his.says("Ana is editing")
    await hers.leave("Company")
    await his.does_not_say("Ana is editing")

    await hers.close()
    await ben.card_does_not_say("Acme", "Ana is looking")
    await ana.card_says("Acme", "Ben is looking at this client")
    await ana.tab.page.close()
    await ben.others_here_are()


async def test_a_change_by_another_does_not_take_the_text_one_is_typing(
    boards: tuple[BoardScreen, BoardScreen],
) -> None:
    ana, ben = boards
    hers, his = await ana.open("Acme"), await ben.open("Acme")

    await his.type("Company", "Acme of Ben")
    await hers.fill("Company", "Acme of Ana")
    await his.says("Changed meanwhile to “Acme of Ana”")
    await his.has("Company", "Acme of Ben")
    await ben.card_says("Acme", "Acme of Ana")
    await his.leave("Company")
    await hers.has("Company", "Acme of Ben")

    await his.type("Notes", "What Ben thinks")
    await hers.fill("Notes", "What Ana thinks")
    await his.says("Changed meanwhile to “What Ana thinks”")
    await his.take_theirs()
    await his.has("Notes", "What Ana thinks")
    await his.leave("Notes")
    await hers.has("Notes", "What Ana thinks")


async def test_edits_of_two_fields_of_one_client_at_once_both_last(
    boards: tuple[BoardScreen, BoardScreen], desks: tuple[Desk, Desk]
) -> None:
    ana, ben = boards
    hers, his = await ana.open("Acme"), await ben.open("Acme")

    await hers.type("Phone", "+351 21 000 000")
    await his.type("Email", "hello@acme.example")
    await hers.leave("Phone")
    await his.leave("Email")

    for panel in (hers, his):
        await panel.has("Phone", "+351 21 000 000")
        await panel.has("Email", "hello@acme.example")
    (stored,) = await desks[0].clients()
    assert (stored["phone"], stored["email"]) == ("+351 21 000 000", "hello@acme.example")


async def test_a_client_deleted_by_another_closes_its_panel_with_a_word(
    boards: tuple[BoardScreen, BoardScreen],
) -> None:
    ana, ben = boards
    his = await ben.open("Acme")

    await (await ana.open("Acme")).delete()

    await his.is_closed()
    await ben.tells("Acme is no longer on this board.")
    await ben.shows()
