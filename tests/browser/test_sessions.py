"""Signed in, and staying so."""

from __future__ import annotations

import asyncio

from playwright.async_api import Route, expect

from tests.browser.conftest import OpenTab, SitDown, address_of
from tests.browser.screens import BoardScreen, Entry, Panel
from tests.browser.tab import CONNECTION_LOST, Tab
from tests.drivers import PASSWORD, Desk

REFRESH = "**/api/v1/auth/refresh"
# Every record of every database of the page: its session, and commands on their way.
WHAT_LIES_THERE = """async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      found.push(...await done(database.transaction(store).objectStore(store).getAll()));
    }
    database.close();
  }
  return found;
}"""


async def test_a_reload_keeps_one_signed_in_and_where_one_was(ana: Desk, sit_down: SitDown) -> None:
    board = await sit_down(ana)
    await board.add("Acme")
    await board.open("Acme")

    for _ in range(2):
        await board.tab.reload()
        await board.is_live()
        await Panel(board.tab).shows("Acme")
        await board.shows(Lead=["Acme"])


async def test_a_reload_before_the_answer_to_the_last_one_came_keeps_one_signed_in(
    ana: Desk, sit_down: SitDown
) -> None:
    board = await sit_down(ana)
    await lose_the_answer(board.tab)

    await board.tab.reload()

    await board.is_live()
    await board.add("Acme")
    await board.tab.reload()
    await board.is_live()
    await board.shows(Lead=["Acme"])


async def test_impatient_reloads_keep_one_signed_in(ana: Desk, sit_down: SitDown) -> None:
    board = await sit_down(ana)
    board.tab.expect(*CONNECTION_LOST)

    for _ in range(5):
        await board.tab.page.evaluate("void location.reload()")
        await board.tab.page.wait_for_event("framenavigated")

    await board.is_live()


async def test_two_tabs_reloaded_at_once_stay_signed_in(
    ana: Desk, sit_down: SitDown, open_tab: OpenTab
) -> None:
    first = await sit_down(ana)
    second = BoardScreen(await open_tab(ana.person.instance, address_of(ana), beside=first.tab))
    await second.is_live()

    for round_ in range(3):
        await asyncio.gather(first.tab.reload(), second.tab.reload())
        await first.is_live()
        await second.is_live()
        await first.tab.come_to_front()
        await first.add(f"Client {round_}")

    await second.shows(Lead=["Client 0", "Client 1", "Client 2"])


async def test_signing_out_in_one_tab_signs_the_other_out_and_in_again(
    ana: Desk, sit_down: SitDown, open_tab: OpenTab
) -> None:
    first = await sit_down(ana)
    second = BoardScreen(await open_tab(ana.person.instance, address_of(ana), beside=first.tab))
    await second.is_live()

    await first.tab.come_to_front()
    await first.sign_out()
    for board in (first, second):
        await Entry(board.tab).is_asked_for()
    await second.tab.reload()
    await Entry(second.tab).is_asked_for()

    await first.tab.come_to_front()
    await Entry(first.tab).sign_in(ana.person.email)
    for board in (first, second):
        await board.is_live()


async def test_whoever_signs_out_leaves_nothing_in_the_browser(
    ana: Desk, sit_down: SitDown
) -> None:
    board = await sit_down(ana)
    await board.add("Acme")
    await board.shows(Lead=["Acme"])
    await board.is_live()

    await board.sign_out()

    await Entry(board.tab).is_asked_for()
    assert await board.tab.page.evaluate(WHAT_LIES_THERE) == []
    assert "Acme" not in await board.tab.page.content()


async def test_whoever_signs_out_with_changes_unsent_is_asked_first(
    ana: Desk, sit_down: SitDown
) -> None:
    board = await sit_down(ana)
    board.tab.expect(*CONNECTION_LOST)
    await board.tab.lose_network()
    await board.add("Globex")
    await board.add("Initech")

    await board.sign_out()
    question = board.tab.page.get_by_role("dialog", name="Sign out and lose changes?")
    await expect(question).to_contain_text("2 changes have not reached the server yet")
    await question.get_by_role("button", name="Stay").click()
    await expect(question).not_to_be_visible()
    await board.shows(Lead=["Globex", "Initech"])
    assert len(await board.tab.page.evaluate(WHAT_LIES_THERE)) == 3

    await board.sign_out()
    await question.get_by_role("button", name="Sign out anyway").click()
    await Entry(board.tab).is_asked_for()
    assert await board.tab.page.evaluate(WHAT_LIES_THERE) == []

    await board.tab.find_network()
    await Entry(board.tab).sign_in(ana.person.email)
    await board.is_live()
    await board.shows(Lead=[])


async def test_who_looks_where_they_are_signed_in_can_end_it_there(
    ana: Desk, sit_down: SitDown
) -> None:
    here, elsewhere = await sit_down(ana), await sit_down(ana)

    dialog = await here.security()
    await dialog.lists("This browser", "Chrome on Linux", "python-httpx")
    await dialog.end("Chrome on Linux")

    await dialog.lists("This browser", "python-httpx")
    await Entry(elsewhere.tab).is_asked_for()
    await expect(elsewhere.page.get_by_text("Your session has ended.")).to_be_visible()
    elsewhere.tab.expect("status of 401")
    assert (await ana.get("/clients")).status_code == 200


async def test_all_other_sessions_are_ended_at_once(ana: Desk, sit_down: SitDown) -> None:
    here, elsewhere = await sit_down(ana), await sit_down(ana)

    dialog = await here.security()
    await dialog.end_others()

    await dialog.lists("This browser")
    await Entry(elsewhere.tab).is_asked_for()
    elsewhere.tab.expect("status of 401")
    assert (await ana.get("/clients")).status_code == 401
    await here.tab.reload()
    await here.is_live()


async def test_a_changed_password_holds_from_then_on_and_ends_every_other_session(
    ana: Desk, sit_down: SitDown
) -> None:
    here, elsewhere = await sit_down(ana), await sit_down(ana)
    for board in (here, elsewhere):
        board.tab.expect("status of 401", "status of 422")

    dialog = await here.security()
    await dialog.change_password("not my password", "a new and longer one")
    await dialog.says("Is not the password of this account")
    await dialog.change_password(PASSWORD, "short")
    await dialog.says("Must have at least 8 characters")
    await dialog.change_password(PASSWORD, "a new and longer one")
    await dialog.says("Your password has been changed")
    await dialog.lists("This browser")

    await here.tab.reload()
    await here.is_live()
    entry = Entry(elsewhere.tab)
    await entry.is_asked_for()
    await entry.sign_in(ana.person.email)
    await entry.says("password")
    await entry.sign_in(ana.person.email, "a new and longer one")
    await elsewhere.is_live()


async def test_a_wrong_password_is_told_and_the_form_stays(ana: Desk, open_tab: OpenTab) -> None:
    tab = await open_tab(ana.person.instance)
    tab.expect("status of 401")
    entry = Entry(tab)

    await entry.sign_in(ana.person.email, "not my password")
    await entry.says("password")

    await entry.sign_in(ana.person.email)
    await entry.choose("Sales")


async def lose_the_answer(tab: Tab) -> None:
    """Reload: the server renews the session, but its answer never reaches the page."""
    answered = asyncio.Event()

    async def swallow(route: Route) -> None:
        await route.fetch()
        answered.set()

    await tab.page.route(REFRESH, swallow)
    await tab.reload()
    await answered.wait()
    await tab.page.unroute(REFRESH)
