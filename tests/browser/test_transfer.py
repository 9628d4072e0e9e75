"""Clients come in from a CSV file, and go out into one."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.browser.audit import faults
from tests.browser.conftest import SitDown
from tests.drivers import Desk

FILE = (
    "Cliente;Mail;Valor;Etapa;Cor\r\n"
    "Acme Inc;ANA@acme.example;R$ 1.250,50;Won;blue\r\n"
    "Nova;not an address;10;;\r\n"
    '"Outra;\r\nfilial";outra@acme.example;2.000;;red\r\n'
    "Perdida;;;nowhere;\r\n"
)


async def test_a_file_is_looked_at_mended_and_brought_in(ana: Desk, sit_down: SitDown) -> None:
    old = await ana.create_client("Acme", email="ana@acme.example")
    board = await sit_down(ana)
    dialog = await board.import_dialog()

    await dialog.choose("clientes.csv", FILE.encode("windows-1252"))
    await dialog.column_is("Cliente", "Name")
    await dialog.column_is("Cor", "Leave out")
    await dialog.matches_by("Email")
    await dialog.map("Cor", "Custom field")
    await dialog.previews(2, "Change", "Acme Inc", "R$1,250.50", "Won", "blue")
    await dialog.previews(3, "Error")
    await dialog.previews(4, "New", "€2,000", "red")
    await dialog.complains("2 rows cannot be imported", "Row 3 · Email: Must be an email address")
    assert await ana.client(old) == old
    assert await faults(board.tab) == []

    await dialog.run("2 rows")

    await dialog.has_result("1 added, 1 changed, 0 left as they were.")
    rest = await dialog.download_errors()
    lines = rest.splitlines()
    assert lines[0] == "Cliente;Mail;Valor;Etapa;Cor;error"
    assert lines[1].startswith('Nova;not an address;10;;;"Email: Must be an email address')
    assert lines[2].startswith('Perdida;;;nowhere;;"Stage: Not known')
    await dialog.close()
    await board.card_says("Acme Inc", "R$1,250.50")
    assert (await ana.client(old))["custom"] == {"Cor": "blue"}


async def test_every_client_can_be_saved_to_a_file(ana: Desk, sit_down: SitDown) -> None:
    await ana.create_client("Padaria São João")
    board = await sit_down(await ana.admit_new("viewer"))

    file = await board.export()

    assert file.suggested_filename == "Sales.csv"
    assert "Padaria São João" in Path(await file.path()).read_text("utf-8-sig")
    await board.page.get_by_role("button", name="Account menu").click()
    await expect(board.page.get_by_role("menuitem", name="Import CSV")).to_have_count(0)
