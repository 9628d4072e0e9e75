"""Pictures of every screen and state, to be looked at: on a desk and a telephone, light and dark, in both languages.

python -m tests.browser.screenshots [--only board] [--look desk-dark]
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from server.demo import PASSWORD, PEOPLE
from tests.browser.audit import SETTLED
from tests.browser.model import Model
from tests.conftest import ARTIFACTS, CHROMIUM_ARGUMENTS
from tests.services import ROOT, ServerProcess, browser_program

FOLDER = ARTIFACTS / "screenshots"
LOOKS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "desk-dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "desk-pt": {"viewport": {"width": 1440, "height": 900}, "locale": "pt-BR"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
    "phone-dark-pt": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark",
        "locale": "pt-BR",
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
}

WORDS = {
    "en": {
        "question": "Who should I call today?",
        "reply": """\
Two clients need you **today**:

| Client | Stage | Value |
|---|---|---|
| Samuel Okafor | Contacted | $54,000 |
| Chen Wei | Proposal | $128,000 |

1. **Samuel Okafor** of Lagos Freight has two depots now and plans *four* next year.
2. **Chen Wei**: their legal team has had the contract for a week.

> Ask for a date, not for an opinion.

See also [their site](https://example.com).""",
        "reason": "They asked for an offer for four depots.",
        "comment": "Called: they want an offer for four depots by the first of February.",
        "second": "And what about the lost ones?",
    },
    "pt": {
        "question": "Para quem devo ligar hoje?",
        "reply": """\
Dois clientes precisam de você **hoje**:

| Cliente | Etapa | Valor |
|---|---|---|
| Samuel Okafor | Em contato | US$ 54.000 |
| Chen Wei | Proposta | US$ 128.000 |

1. **Samuel Okafor**, da Lagos Freight, tem dois depósitos e planeja *quatro* para o ano que vem.
2. **Chen Wei**: o contrato está com o jurídico há uma semana.

> Peça uma data, não uma opinião.

Veja também [o site deles](https://example.com).""",
        "reason": "Pediram uma proposta para quatro depósitos.",
        "comment": "Liguei: querem uma proposta para quatro depósitos até primeiro de fevereiro.",
        "second": "E os perdidos?",
    },
}


CSV = """\
Name;Company;E-mail;Value;Next action
Olivia Marsh;Marsh & Daughters;olivia@marsh.example;R$ 12.500,00;03/12/2026
Jonas Weber;Weber Optik;jonas@weber.example;R$ 4.800,50;15/12/2026
Lucía Ortega;Ortega Viajes;not an address;R$ 9.900,00;soon
"""


@dataclass
class Visit:
    """One person's browser in one look."""

    page: Page
    origin: str
    look: str
    model: Model

    @property
    def narrow(self) -> bool:
        return self.look.startswith("phone")

    @property
    def portuguese(self) -> bool:
        return self.look.endswith("pt")

    async def shoot(self, name: str) -> None:
        await self.page.evaluate(SETTLED)
        folder = FOLDER / self.look
        folder.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=folder / f"{name}.png")

    async def go(self, path: str = "") -> None:
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.origin}/{path}")

    async def sign_in(self, person: int = 0) -> None:
        email, _ = PEOPLE[person]
        await self.page.fill("[name=email]", email)
        await self.page.fill("[name=password]", PASSWORD)
        await self.page.click("[type=submit]")

    async def open_board(self) -> None:
        """The demo's board, once it is live."""
        await self.go()
        await self.page.click(".chooser__item")
        await self.page.wait_for_selector(".connection--live")
        await self.page.wait_for_selector("[data-card]")

    async def menu(self, english: str, portuguese: str) -> None:
        """An item of the account menu."""
        await self.page.click(".account")
        name = portuguese if self.portuguese else english
        await self.page.get_by_role("menuitem", name=name, exact=True).click()


Story = Callable[[Visit], Awaitable[None]]


async def entry(visit: Visit) -> None:
    page = visit.page
    await visit.go()
    await page.wait_for_selector("[name=email]")
    await visit.shoot("sign-in")
    await page.click(".entry__turn .link")
    await page.fill("[name=name]", "Bia")
    await page.fill("[name=email]", "bia")
    await page.fill("[name=password]", "short")
    await page.click("[type=submit]")
    await page.wait_for_selector(".form-field__error, .callout--error")
    await visit.shoot("register-refused")
    await page.fill("[name=email]", f"bia-{visit.look}@demo.clientflow.example")
    await page.fill("[name=password]", PASSWORD)
    await page.click("[type=submit]")
    await page.wait_for_selector(".chooser__new")
    await visit.shoot("first-workspace")
    await page.fill("[name=name]", "Padaria" if visit.portuguese else "Bakery")
    await page.click("[type=submit]")
    await page.wait_for_selector("[data-card]")
    await page.wait_for_selector(".connection--live")
    await visit.shoot("first-board")
    await page.click(".banner .button")
    await page.wait_for_selector(".column__welcome")
    await visit.shoot("empty-board")


async def board(visit: Visit) -> None:
    page = visit.page
    await visit.open_board()
    await visit.shoot("board")
    await page.click("[data-card] button >> nth=1")
    await page.wait_for_selector(".history__entry")
    await visit.shoot("panel")
    await visit.open_board()
    await page.fill("[type=search]", "zzz")
    await page.wait_for_selector(".board__nothing, .nothing")
    await visit.shoot("nothing-found")
    await page.fill("[type=search]", "")
    await page.click(".segment >> nth=1")
    await page.wait_for_selector("[role=row], table")
    await visit.shoot("table")
    await page.click(".segment >> nth=0")
    await page.wait_for_selector("[data-card]")
    await page.keyboard.press("Control+k")
    await page.wait_for_selector("dialog.palette")
    await visit.shoot("palette")
    await page.keyboard.press("Escape")
    await visit.menu("Keyboard shortcuts", "Atalhos de teclado")
    await page.wait_for_selector("dialog")
    await visit.shoot("shortcuts")
    await page.keyboard.press("Escape")
    await page.click(".account")
    await visit.shoot("account-menu")
    await page.keyboard.press("Escape")
    await page.context.set_offline(True)
    await page.wait_for_selector(".cut-off--offline")
    await visit.shoot("offline")
    await page.context.set_offline(False)


async def dialogs(visit: Visit) -> None:
    page = visit.page
    await visit.open_board()
    await visit.menu("Members", "Membros")
    await page.wait_for_selector("dialog")
    await visit.shoot("members")
    await page.keyboard.press("Escape")
    await visit.menu("Invite people", "Convidar pessoas")
    await page.fill("dialog [name=email]", "carla@demo.clientflow.example")
    await page.click("dialog [type=submit]")
    await page.wait_for_selector("dialog .row")
    await visit.shoot("invite")
    await page.keyboard.press("Escape")
    await visit.menu("Stages", "Etapas")
    await page.click("dialog .stage:nth-child(2) .icon-button >> nth=0")
    await page.click("dialog .stage:nth-child(3) [aria-expanded] >> nth=1")
    await visit.shoot("stages")
    await page.keyboard.press("Escape")
    await visit.menu("Access tokens", "Tokens de acesso")
    await page.fill("dialog [name=name]", "Nightly report")
    await visit.shoot("tokens-none")
    await page.click("dialog [type=submit]")
    await page.wait_for_selector("dialog .copy")
    await page.wait_for_selector("dialog .row")
    await visit.shoot("tokens")
    await page.keyboard.press("Escape")
    await visit.menu("Sessions and password", "Sessões e senha")
    await page.wait_for_selector("dialog .row")
    await visit.shoot("security")
    await page.keyboard.press("Escape")
    await visit.menu("Import CSV", "Importar CSV")
    await visit.shoot("import")
    file = {"name": "clients.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    await page.set_input_files("dialog [type=file]", file)  # type: ignore[arg-type]
    await page.wait_for_selector("dialog table")
    await visit.shoot("import-preview")


async def assistant(visit: Visit) -> None:
    page, words = visit.page, WORDS["pt" if visit.portuguese else "en"]
    await visit.open_board()
    card = page.locator("[data-card]").filter(has_text="Samuel Okafor")
    client_id = await card.get_attribute("data-card")
    await page.click(".assistant-toggle")
    await page.wait_for_selector(".thread__empty, .message")
    await visit.shoot("assistant-empty")
    await page.fill(".ask__input", words["question"])
    await page.keyboard.press("Enter")
    part = await visit.model.asked()
    await page.wait_for_selector(".thinking")
    await visit.shoot("assistant-thinking")
    await part.say(words["reply"][:280])
    await page.wait_for_selector(".reply--writing")
    await visit.shoot("assistant-writing")
    await part.say(words["reply"][280:])
    data = {
        "stage": "proposal",
        "tags": ["logistics", "priority"],
        "next_action_at": "2027-02-01T12:00:00Z",
        "value": {"amount": 6_200_000, "currency": "USD"},
    }
    await part.propose(op="client.update", client_id=client_id, data=data, reason=words["reason"])
    part = await visit.model.asked()
    await part.propose(op="comment.create", client_id=client_id, data={"body": words["comment"]})
    await (await visit.model.asked()).finish()
    await page.wait_for_selector(".proposal >> nth=1")
    await page.wait_for_selector(".message__reply[aria-busy=false]")
    await visit.shoot("assistant-proposals")
    await page.locator(".proposal .button--quiet").last.click()
    await page.wait_for_selector(".proposal--dismissed")
    await page.fill(".ask__input", words["second"])
    await page.keyboard.press("Enter")
    part = await visit.model.asked()
    await part.say(words["reply"][:80])
    await page.wait_for_selector(".reply--writing")
    part.break_off()
    await page.wait_for_selector(".message__ending--fault")
    await visit.shoot("assistant-failed")
    if not visit.narrow:
        await page.click("[data-card] button >> nth=1")
        await page.wait_for_selector(".history__entry")
        await visit.shoot("assistant-beside-panel")


async def odd_states(visit: Visit) -> None:
    page = visit.page
    await visit.go("#/w/nobody")
    await page.wait_for_selector(".notice")
    await visit.shoot("no-such-board")
    await visit.go("#/invite/used")
    await page.click(".notice .button")
    await page.wait_for_selector("[role=alert]")
    await visit.shoot("invite-refused")
    await page.route("**/api/v1/workspaces?*", lambda route: route.abort())
    await visit.go()
    await page.wait_for_selector(".callout--error")
    await visit.shoot("workspaces-failed")
    await page.unroute("**/api/v1/workspaces?*")


STORIES: dict[str, tuple[bool, Story]] = {
    "entry": (False, entry),
    "board": (True, board),
    "assistant": (True, assistant),
    "dialogs": (True, dialogs),
    "odd": (True, odd_states),
}


@click.command()
@click.option("--only", type=click.Choice(list(STORIES)), multiple=True, help="These stories.")
@click.option("--look", type=click.Choice(list(LOOKS)), multiple=True, help="These looks.")
def screenshots(only: tuple[str, ...], look: tuple[str, ...]) -> None:
    """Take the pictures; they are left in tests/.artifacts/screenshots."""
    if not only and not look:
        shutil.rmtree(FOLDER, ignore_errors=True)
    asyncio.run(_take(only or tuple(STORIES), look or tuple(LOOKS)))
    click.echo(f"pictures in {FOLDER.relative_to(ROOT)}")


async def _take(stories: tuple[str, ...], looks: tuple[str, ...]) -> None:
    async with Model() as model, _chromium() as browser:
        for look in looks:
            with TemporaryDirectory() as folder:
                database = f"sqlite:///{Path(folder) / 'clientflow.db'}"
                with ServerProcess(database, settings=model.settings) as process:
                    _fill(process)
                    context = partial(browser.new_context, **LOOKS[look])
                    await _visit(context, process.base_url, look, model, stories)


def _fill(process: ServerProcess) -> None:
    command = [*process.command()[:-1], "demo"]
    environment = process.environment()
    subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)


@asynccontextmanager
async def _chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_program(), args=CHROMIUM_ARGUMENTS
        )
        try:
            yield browser
        finally:
            await browser.close()


async def _visit(
    new_context: Callable[[], Awaitable[BrowserContext]],
    origin: str,
    look: str,
    model: Model,
    stories: tuple[str, ...],
) -> None:
    for name in stories:
        signed_in, story = STORIES[name]
        context = await new_context()
        context.set_default_timeout(10_000)
        visit = Visit(await context.new_page(), origin, look, model)
        if signed_in:
            await visit.go()
            await visit.sign_in()
            await visit.page.wait_for_selector(".chooser__item")
        try:
            await story(visit)
        except Exception:
            await visit.shoot(f"failed-{name}")
            raise
        finally:
            await context.close()


if __name__ == "__main__":
    screenshots()
