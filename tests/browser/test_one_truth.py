"""Two people in two browsers and a script change the same board: each sees all, and all agree."""

from __future__ import annotations

import pytest

from tests.browser.agreement import agree
from tests.browser.conftest import OpenTab
from tests.browser.screens import Entry
from tests.drivers import Desk, Instance


@pytest.fixture(params=["sqlite", "postgres-redis"])
def instances(request: pytest.FixtureRequest) -> tuple[Instance, Instance]:
    """Where Ana and where Ben is connected: to one process, or to two."""
    if request.param == "sqlite":
        alone: Instance = request.getfixturevalue("over_sqlite")
        return alone, alone
    pair: tuple[Instance, Instance] = request.getfixturevalue("over_redis")
    return pair


async def test_two_browsers_and_a_script_share_one_board(
    instances: tuple[Instance, Instance], open_tab: OpenTab, request: pytest.FixtureRequest
) -> None:
    at_a, at_b = instances
    suffix = request.node.callspec.id

    # Ana opens an account and a workspace, Ben comes in by her link.
    anas = Entry(await open_tab(at_a))
    await anas.register("Ana", f"ana@{suffix}.example.com")
    ana = await anas.create_workspace("Sales")
    dialog = await ana.invite()
    link = await dialog.link("Editor")
    await dialog.close()
    bens = Entry(await open_tab(at_b, link.removeprefix(f"{anas.tab.origin}/")))
    await bens.register("Ben", f"ben@{suffix}.example.com")
    ben = await bens.accept_invitation()
    script = await scripts_desk(at_b, f"ana@{suffix}.example.com")
    both = (ana, ben)
    await ana.others_here_are("Ben")
    await ben.others_here_are("Ana")

    # Each adds a client.
    await ana.add("Acme")
    await ben.shows(Lead=["Acme"])
    await ben.add("Initech")
    await ana.shows(Lead=["Acme", "Initech"])
    globex = await script.create_client("Globex", stage="contacted")
    for board in both:
        await board.shows(Lead=["Acme", "Initech"], Contacted=["Globex"])
    assert await script.names(stage="lead") == ["Acme", "Initech"]

    # Each edits one.
    at_acme = await ana.open("Acme")
    await at_acme.fill("Company", "Acme Inc")
    await at_acme.fill("Value", "12500")
    await ben.card_says("Acme", "Acme Inc", "12,500")
    initech = await ben.open("Initech")
    await initech.tag("urgent")
    await initech.choose("Owner", "Ana")
    await ana.card_says("Initech", "urgent")
    await script.update_client(globex, name="Globex Corp", tags=["scripted"])
    for board in both:
        await board.card_says("Globex Corp", "scripted")

    # Each moves one.
    await initech.close()
    await at_acme.close()
    await ana.drag("Acme", to="Contacted", above="Globex Corp")
    await ben.shows(Lead=["Initech"], Contacted=["Acme", "Globex Corp"])
    await ben.drag("Globex Corp", to="Proposal")
    await ana.shows(Lead=["Initech"], Contacted=["Acme"], Proposal=["Globex Corp"])
    await script.update_client(globex, stage="won")
    for board in both:
        await board.shows(Lead=["Initech"], Contacted=["Acme"], Won=["Globex Corp"])

    # Each deletes one and brings it back.
    await (await ben.open("Acme")).delete()
    await ana.shows(Lead=["Initech"], Won=["Globex Corp"])
    await ben.undo()
    await ana.shows(Lead=["Initech"], Contacted=["Acme"], Won=["Globex Corp"])
    await ana.card_says("Acme", "Acme Inc", "12,500")
    await (await ana.open("Initech")).delete()
    await ben.shows(Contacted=["Acme"], Won=["Globex Corp"])
    await ana.undo()
    await ben.shows(Lead=["Initech"], Contacted=["Acme"], Won=["Globex Corp"])
    await script.delete(f"/clients/{globex['id']}")
    for board in both:
        await board.shows(Lead=["Initech"], Contacted=["Acme"])
    await script.post(f"/clients/{globex['id']}/restore")
    for board in both:
        await board.shows(Lead=["Initech"], Contacted=["Acme"], Won=["Globex Corp"])

    # Each says something about one.
    panels = [await board.open("Globex Corp") for board in both]
    await panels[0].comment("They signed!")
    await panels[1].has_comments("They signed!")
    await panels[1].comment("At last.")
    await panels[0].has_comments("They signed!", "At last.")
    await script.post(f"/clients/{globex['id']}/comments", {"body": "Invoice sent."})
    for panel in panels:
        await panel.has_comments("They signed!", "At last.", "Invoice sent.")

    await agree(script, instances, both)


async def scripts_desk(instance: Instance, email: str) -> Desk:
    """The only workspace of an account, by a personal token."""
    person = await (await instance.sign_in(email)).personal_token("read", "write")
    (workspace,) = (await person.get("/workspaces")).json()["items"]
    return person.desk(workspace["id"])
