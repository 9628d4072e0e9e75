"""axe-core finds no fault, light or dark, on a desk (1280 px) or a telephone (390 px)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.audit import faults
from tests.browser.conftest import OpenTab, SitDown
from tests.browser.screens import Entry
from tests.drivers import Desk, Instance


@pytest.fixture(scope="module")
async def desks(over_sqlite: Instance) -> tuple[Desk, Desk]:
    """Ana's and Ben's, with every kind of thing on the board."""
    desk = await (await over_sqlite.sign_up("Ana")).new_workspace("Sales")
    ben = await desk.admit_new("editor", "Ben")
    day = datetime.now(UTC).replace(microsecond=0)
    for number, stage in enumerate(("lead", "lead", "contacted", "proposal", "won", "lost")):
        client = await desk.create_client(
            f"Client {number}",
            stage=stage,
            company=f"Company {number}",
            tags=["urgent", "north", "retail", "spring"][: number + 1],
            value={"amount": 1_250_000 * (number + 1), "currency": "EUR"},
            owner_id=desk.person.id if number % 2 else ben.person.id,
            next_action_at=(day + timedelta(days=number - 1)).isoformat(),
            notes="Call on Monday.",
        )
        await ben.post(f"/clients/{client['id']}/comments", {"body": "They like it."})
    return desk, ben


async def test_signing_in_and_choosing_a_workspace(
    desks: tuple[Desk, Desk], open_tab: OpenTab
) -> None:
    ana, _ = desks
    tab = await open_tab(ana.person.instance)
    tab.expect("status of 401")
    entry = Entry(tab)
    await entry.is_asked_for()
    assert await faults(tab) == []

    await entry.sign_in(ana.person.email, "not my password")
    await entry.says("password")
    assert await faults(tab) == []

    await entry.sign_in(ana.person.email)
    await entry.offers("Sales")
    assert await faults(tab) == []


async def test_the_board_and_a_clients_panel(desks: tuple[Desk, Desk], sit_down: SitDown) -> None:
    ana, ben = desks
    bens_panel = await (await sit_down(ben)).open("Client 1")
    board = await sit_down(ana)
    await board.others_here_are("Ben, looking at Client 1")
    assert await faults(board.tab) == []

    panel = await board.open("Client 1")
    await panel.has_comments("They like it.")
    await bens_panel.field("Company").focus()
    await panel.says("Ben is editing")
    assert await faults(board.tab) == []


async def test_dialogs_menus_and_notices(desks: tuple[Desk, Desk], sit_down: SitDown) -> None:
    board = await sit_down(desks[0])

    members = await board.members()
    assert await faults(board.tab) == []
    await members.close()

    dialog = await board.invite()
    await dialog.link("Viewer")
    assert await faults(board.tab) == []
    await dialog.close()

    await board.filter("nobody of this name")
    await board.open_theme_menu()
    assert await faults(board.tab) == []


async def test_a_theme_that_was_chosen_outlasts_a_reload(ana: Desk, sit_down: SitDown) -> None:
    board = await sit_down(ana, color_scheme="light")
    light = await board.ground_colour()

    await board.choose_theme("Dark")
    dark = await board.ground_colour()
    await board.tab.reload()

    assert dark != light
    assert await board.ground_colour() == dark
    await board.choose_theme("Match the system")
    assert await board.ground_colour() == light
