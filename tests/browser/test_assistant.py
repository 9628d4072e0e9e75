"""The assistant beside the board: asked by one, seen by all, and changing nothing unasked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.browser.audit import faults
from tests.browser.conftest import SitDown
from tests.browser.keyboard import Keyboard
from tests.browser.model import Model
from tests.browser.screens import AssistantPanel
from tests.drivers import Desk, Instance
from tests.services import ServerProcess, eventually

LONG = "\n\n".join(f"Line {number} of a long reply." for number in range(60))
RICH = """\
## Heading

**Strong**, *soft*, ~~gone~~ and `code` with a [link](https://example.com).

1. one
   - inner
2. two

| Stage | Value |
|---|---|
| Lead | 1 |

> a quotation

```
a block
```
"""
# What a model might be talked into writing, and what a person might write into a note.
HOSTILE = """\
<img src=x onerror="window.wasRun = true"><script>window.wasRun = true</script>

<a href="javascript:window.wasRun = true" onclick="window.wasRun = true">one</a>
[two](javascript:window.wasRun=true) [three](data:text/html,hi) [four](vbscript:x)
[five](https://example.com "title") ![picture](https://example.com/spy.png)
<style>body { display: none }</style><iframe src="https://example.com"></iframe>
<svg onload="window.wasRun = true"></svg> <form action="https://example.com"><input name=q></form>
"""


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[Model]:
    async with Model() as model:
        yield model


@pytest.fixture(scope="module")
async def instance(
    model: Model, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Instance]:
    file = tmp_path_factory.mktemp("assistant") / "clientflow.db"
    with ServerProcess(f"sqlite:///{file}", settings=model.settings) as process:
        async with Instance(process) as instance:
            yield instance


@pytest.fixture
async def ana(instance: Instance) -> Desk:
    return await (await instance.sign_up("Ana")).new_workspace()


@pytest.fixture
async def ben(ana: Desk) -> Desk:
    return await ana.admit_new("editor", "Ben")


async def beside(desk: Desk, sit_down: SitDown) -> AssistantPanel:
    """The assistant of a person who has just sat down and opened it."""
    return await AssistantPanel((await sit_down(desk)).tab).open()


async def both(ana: Desk, ben: Desk, sit_down: SitDown) -> tuple[AssistantPanel, AssistantPanel]:
    hers, his = await asyncio.gather(beside(ana, sit_down), beside(ben, sit_down))
    return hers, his


async def test_what_one_asks_everybody_sees_being_answered(
    ana: Desk, ben: Desk, model: Model, sit_down: SitDown
) -> None:
    hers, his = await both(ana, ben, sit_down)

    await hers.ask("Who is due?")
    part = await model.asked()
    await hers.has_question("Who is due?", by="You")
    await his.has_question("Who is due?", by="Ana")
    await his.says("Looking at the board…")
    await part.say("**Acme** is ")
    for panel in (hers, his):
        await panel.replied("Acme is ")
        await panel.is_writing()
    await part.say("due, 😀 and so is _Globex_.")
    await part.finish()

    for panel in (hers, his):
        await panel.replied("Acme is due, 😀 and so is Globex.")
        await panel.is_writing(False)
        await expect(panel.replies.locator("strong")).to_have_text("Acme")
        await expect(panel.replies.locator("em")).to_have_text("Globex")
    await his.announces("The assistant has answered.")


async def test_a_page_reloaded_in_mid_reply_ends_with_the_same_text(
    ana: Desk, ben: Desk, model: Model, sit_down: SitDown
) -> None:
    hers, his = await both(ana, ben, sit_down)
    await hers.ask("Tell me more")
    part = await model.asked()
    await part.say("Once 🚲🚲 there ")
    await his.replied("Once 🚲🚲 there ")

    await his.tab.reload()
    await part.say("was a ")
    await his.replied("Once 🚲🚲 there was a ")
    await part.say("client.")
    await part.finish()

    for panel in (hers, his):
        await panel.replied("Once 🚲🚲 there was a client.")
    await his.tab.reload()
    await his.replied("Once 🚲🚲 there was a client.")


async def test_another_member_may_stop_a_reply_and_ask_again(
    ana: Desk, ben: Desk, model: Model, sit_down: SitDown
) -> None:
    hers, his = await both(ana, ben, sit_down)
    await hers.ask("Write a novel")
    part = await model.asked()
    await part.say("It was a dark night")
    await his.replied("It was a dark night")

    await his.stop()

    await part.is_given_up()
    for panel in (hers, his):
        await panel.says("Stopped.")
        await panel.replied("It was a dark night")
        await panel.is_writing(False)
    await his.retry()
    again = await model.asked()
    await again.say("The end.")
    await again.finish()
    await hers.replied("The end.")
    await hers.has_question("Write a novel", by="Ben")
    await hers.says("asked again")


async def test_a_reply_that_fails_says_why_and_can_be_asked_for_again(
    ana: Desk, model: Model, sit_down: SitDown
) -> None:
    panel = await beside(ana, sit_down)
    await panel.ask("Who is due?")
    part = await model.asked()
    await part.say("Acme and ")
    await panel.replied("Acme and ")
    part.break_off()

    await panel.says("The reply could not be finished.")
    await panel.replied("Acme and ")
    await panel.retry()
    again = await model.asked()
    await again.say("Nobody.")
    await again.finish()
    await panel.replied("Nobody.")
    await expect(panel.root.get_by_role("button", name="Try again")).to_have_count(0)


async def test_a_proposal_changes_nothing_until_an_editor_applies_it(
    ana: Desk, ben: Desk, model: Model, sit_down: SitDown
) -> None:
    client = await ana.create_client("Acme", company="Acme Ltd")
    hers, his = await both(ana, ben, sit_down)
    viewer = await beside(await ana.admit_new("viewer", "Vic"), sit_down)

    await hers.ask("What next?")
    part = await model.asked()
    data = {"stage": "contacted", "company": "Acme Inc", "tags": ["hot", "north"]}
    await part.propose(
        op="client.update", client_id=client["id"], data=data, reason="They wrote back."
    )
    after = await model.asked()
    await after.say("See above.")
    await after.finish()

    for panel in (hers, his, viewer):
        await panel.proposes(
            "Change Acme",
            Stage=("Lead", "Contacted"),
            Company=("Acme Ltd", "Acme Inc"),
            Tags=("Empty", "hot, north"),
        )
        await panel.says("They wrote back.")
    await viewer.may_apply("Change Acme", False)
    await viewer.says("An editor can apply this.")
    assert (await ana.client(client))["stage"] == "lead"

    await his.apply("Change Acme")

    for panel in (hers, his, viewer):
        await panel.says("Applied by Ben")
        await panel.may_apply("Change Acme", False)
    changed = await ana.client(client)
    assert (changed["stage"], changed["company"], changed["tags"]) == (
        "contacted",
        "Acme Inc",
        ["hot", "north"],
    )
    actor = (await ana.changes())[-1]["actor"]
    assert (actor["name"], actor["via"]) == ("Ben", "assistant")


async def test_a_proposal_can_be_dismissed_and_a_stale_one_says_so(
    ana: Desk, ben: Desk, model: Model, sit_down: SitDown
) -> None:
    client = await ana.create_client("Acme")
    hers, his = await both(ana, ben, sit_down)
    await hers.ask("What next?")
    part = await model.asked()
    await part.propose(op="client.create", data={"name": "Globex"})
    second = await model.asked()
    await second.propose(op="client.update", client_id=client["id"], data={"phone": "1"})
    await (await model.asked()).finish()

    await his.dismiss("Add Globex")
    for panel in (hers, his):
        await panel.says("Dismissed by Ben")
        await panel.may_apply("Change Acme", True)
    await ben.update_client(client, notes="Moved on.")

    for panel in (hers, his):
        await panel.says("Acme has changed since this was proposed.")
        await panel.may_apply("Change Acme", False)
    assert await ana.names() == ["Acme"]


async def test_hostile_text_in_a_reply_is_shown_and_does_nothing(
    ana: Desk, model: Model, sit_down: SitDown
) -> None:
    client = await ana.create_client("Acme", notes=HOSTILE)
    panel = await beside(ana, sit_down)
    await panel.ask("Read me the note")
    part = await model.asked()
    await part.say(HOSTILE)
    await part.propose(
        op="client.update",
        client_id=client["id"],
        data={"company": HOSTILE[:90]},
        reason=HOSTILE[:400],
    )
    await (await model.asked()).finish()
    await panel.says('<img src=x onerror="window.wasRun = true">')
    await panel.says("Company")

    page = panel.tab.page
    assert await page.evaluate("window.wasRun === undefined")
    for element in ("img", "script", "style", "iframe", "svg:not(.icon)", "form", "input"):
        assert await panel.root.locator(f".reply {element}").count() == 0, element
    links = panel.root.locator(".reply a[href]")
    await expect(links).to_have_count(1)
    await expect(links).to_have_attribute("href", "https://example.com")
    await expect(links).to_have_attribute("rel", "noopener noreferrer")
    await expect(links).to_have_attribute("target", "_blank")
    attributes = "(found) => found.flatMap((one) => one.getAttributeNames())"
    names = await panel.root.locator(".reply *").evaluate_all(attributes)
    assert set(names) <= {"class", "href", "rel", "target"}


async def test_the_end_stays_in_sight_unless_the_reader_has_scrolled_away(
    ana: Desk, model: Model, sit_down: SitDown
) -> None:
    panel = await beside(ana, sit_down)
    await panel.ask("Write much")
    part = await model.asked()
    await part.say(LONG)
    await panel.says("Line 59")
    await eventually(panel.is_at_its_end)

    await panel.scroll_up()
    await part.say(f"\n\n{LONG} And more.")
    await panel.says("And more.")
    assert not await panel.is_at_its_end()

    await panel.to_the_latest.click()
    await eventually(panel.is_at_its_end)
    await part.say("\n\nThe last line.")
    await part.finish()
    await panel.says("The last line.")
    await eventually(panel.is_at_its_end)
    await expect(panel.to_the_latest).to_have_count(0)


async def test_one_asks_about_the_open_card(ana: Desk, model: Model, sit_down: SitDown) -> None:
    await ana.create_client("Acme")
    board = await sit_down(ana)
    await board.open("Acme")
    panel = await AssistantPanel(board.tab).open()
    await panel.asks_about("Acme")

    await panel.ask_example("Summarise this client and its history")

    part = await model.asked()
    assert "Acme" in str(part.request["messages"])
    await part.say("A short story.")
    await part.finish()
    await panel.replied("A short story.")
    await expect(panel.root.get_by_role("link", name="About Acme")).to_be_visible()


async def test_the_assistant_at_the_keyboard(ana: Desk, model: Model, sit_down: SitDown) -> None:
    await ana.create_client("Acme")
    board = await sit_down(ana)
    keyboard, panel = Keyboard(board.tab), AssistantPanel(board.tab)

    await keyboard.go_to("button", "Assistant")
    await keyboard.press("Enter")
    await expect(panel.box).to_be_focused()
    await keyboard.type("Two lines")
    await keyboard.press("Shift+Enter")
    await keyboard.type("of one question")
    await keyboard.press("Enter")
    part = await model.asked()
    assert part.question.endswith("Two lines\nof one question")
    await part.propose(op="client.create", data={"name": "Globex"})
    await (await model.asked()).finish()
    await panel.may_apply("Add Globex", True)
    await panel.is_writing(False)

    await keyboard.press("Shift+Tab", "Shift+Tab")
    await keyboard.is_on(panel.proposal("Add Globex").get_by_role("button", name="Apply"))
    await keyboard.press("Enter")
    await panel.says("Applied by Ana")
    await board.shows(Lead=["Acme", "Globex"])
    await keyboard.go_to("textbox", "Ask about this board")
    await keyboard.type("And then?")
    await keyboard.press("Escape")
    await expect(panel.root).to_have_count(0)
    await keyboard.is_on(panel.toggle)
    await keyboard.press("Enter")
    await expect(panel.box).to_have_value("And then?")


async def test_axe_finds_no_fault_in_the_assistant(
    ana: Desk, model: Model, sit_down: SitDown
) -> None:
    client = await ana.create_client("Acme")
    panel = await beside(ana, sit_down)
    await panel.says("Ask about your clients")
    assert await faults(panel.tab) == []

    await panel.ask("What next?")
    part = await model.asked()
    await panel.says("Looking at the board…")
    await part.say(RICH)
    await panel.says("a quotation")
    assert await faults(panel.tab) == []

    update = {"op": "client.update", "client_id": client["id"]}
    await part.propose(**update, data={"phone": "1"}, reason="They called.")
    await (await model.asked()).propose(**update, data={"tags": ["hot"]})
    await (await model.asked()).propose(op="client.create", data={"name": "Globex"})
    (await model.asked()).break_off()
    await panel.says("The reply could not be finished.")
    await panel.dismiss("Add Globex")
    await panel.says("Dismissed by Ana")
    assert await faults(panel.tab) == []
    await ana.update_client(client, notes="Moved on.")
    await panel.says("Acme has changed since this was proposed.")
    assert await faults(panel.tab) == []


async def test_a_question_asked_without_a_network_goes_out_when_it_is_back(
    ana: Desk, model: Model, sit_down: SitDown
) -> None:
    panel = await beside(ana, sit_down)
    panel.tab.expect("net::ERR_INTERNET_DISCONNECTED")
    await panel.tab.lose_network()
    await panel.ask("Who is due?")
    await panel.says("Will be asked as soon as the server is reached.")

    await panel.tab.find_network()
    part = await model.asked()
    await part.say("Nobody.")
    await part.finish()

    await panel.replied("Nobody.")
    await panel.does_not_say("Will be asked")
