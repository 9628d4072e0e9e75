"""Markup that people write comes back as the same text, in answers that no browser takes for a page.

What the browser app makes of it: tests/browser/test_access.py and test_assistant.py.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.drivers import Desk, Instance
from tests.integration.transfer.files import brought_in, exported, rows_of

MARKUP = "</script><img src=x onerror=alert(1)>\"'`${1}{{1}}"
JSON = "application/json"


async def test_what_is_written_anywhere_comes_back_as_the_same_text(desk: Desk) -> None:
    fields: dict[str, Any] = {
        "company": MARKUP,
        "phone": MARKUP,
        "notes": MARKUP,
        "tags": [MARKUP],
        "custom": {MARKUP: MARKUP},
    }
    client = await desk.create_client(MARKUP, **fields)
    await desk.post(f"/clients/{client['id']}/comments", {"body": MARKUP})
    await desk.post("/stages", {"name": MARKUP})
    await desk.patch("", {"name": MARKUP})
    await desk.post("/assistant/messages", {"prompt": MARKUP})
    await desk.person.post("/tokens", {"name": MARKUP, "scopes": ["read"]})

    comment = f"/clients/{client['id']}/comments"
    history = f"/clients/{client['id']}/history"
    for path in (
        "",
        "/clients",
        f"/clients/{client['id']}",
        comment,
        history,
        "/stages",
        "/changes",
    ):
        response = await desk.get(path)
        assert response.headers["content-type"] == JSON
        assert MARKUP in texts_in(response.json()), path
    for path in ("/tokens", "/workspaces"):
        assert MARKUP in texts_in((await desk.person.get(path)).json()), path


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.items() for text in texts_in(list(part))]
    if isinstance(value, list):
        return [text for part in value for text in texts_in(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("path", "draft"),
    [
        ("/stages", {"name": "A", "color": 'red"><script>'}),
        ("/stages", {"name": "A", "color": "url(https://evil.example)"}),
        ("/stages", {"name": "A", "color": "#fff;x:expression(1)"}),
        ("/stages", {"name": "A", "key": "<b>"}),
        ("/clients", {"name": "A", "email": 'a@b.c"><script>', "value": None, "stage": "<b>"}),
        ("/clients", {"name": "A", "value": {"amount": 1, "currency": "<b>"}}),
        ("/clients", {"name": "A", "id": "../<b>-12345"}),
        ("/clients", {"name": "A", "position": "<b>"}),
        ("/clients", {"name": "A", "next_action_at": "<b>"}),
        ("/invites", {"role": "<b>"}),
        ("/invites", {"role": "viewer", "email": "<script>alert(1)</script>"}),
    ],
    ids=range(11),
)
async def test_what_is_used_as_more_than_text_has_a_form_of_its_own(
    lone_desk: Desk, path: str, draft: dict[str, Any]
) -> None:
    response = await lone_desk.post(path, draft)

    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_refusal_that_quotes_what_came_is_no_page(lone_desk: Desk) -> None:
    for response in (
        await lone_desk.get(f"/{MARKUP}".replace("#", "")),
        await lone_desk.post("/clients", {"name": "A", MARKUP: 1}),
        await lone_desk.get("/clients", params={"sort": MARKUP}),
        await lone_desk.post("/clients", None, content=MARKUP.encode()),
    ):
        assert response.status_code >= 400
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_what_a_file_brings_in_is_text_too(lone_desk: Desk) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["name", "notes", "tags", MARKUP], [MARKUP, MARKUP, "a", MARKUP]])

    answer = await brought_in(lone_desk, text.getvalue())

    assert answer["failed"] == 0, answer
    (client,) = await lone_desk.clients()
    assert client["name"] == client["notes"] == MARKUP


# CSV that a spreadsheet would run (OWASP, "CSV Injection")


@pytest.mark.parametrize(
    "cell",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1+1",
        "@SUM(1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "'=1+1",
        " =1+1",
        "\u00a0=1+1",
        "\ufeff=1+1",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM(1)",
        '"=1+1',
        ";=1+1",
        ",=1+1",
    ],
    ids=range(18),
)
async def test_no_cell_of_an_export_is_a_formula(lone_desk: Desk, cell: str) -> None:
    workspace = await lone_desk.person.new_workspace(cell.strip() or "x")
    await workspace.create_client(
        cell,
        company=cell,
        phone=cell,
        notes=cell,
        tags=[cell.strip() or "x"],
        custom={"external_id": cell, cell: cell},
    )
    stage = await workspace.stage("lead")
    await workspace.patch(f"/stages/{stage['id']}", {"name": cell})

    text = await exported(workspace)

    (row,) = rows_of(text)
    for name, shown in row.items():
        assert not starts_a_formula(shown), f"{name}: {shown!r}"
    header = text.removeprefix("\ufeff").splitlines()[0]
    assert not any(starts_a_formula(name) for name in header.split(","))
    # A spreadsheet set to semicolons or tabs parts the line elsewhere: a cell with such a sign is quoted.
    assert '";=' in text or ";=" not in text


def starts_a_formula(cell: str) -> bool:
    """Spreadsheets pass over blanks, and take full-width signs for the plain ones."""
    begun = cell.lstrip(" \u00a0\ufeff\n")
    return begun[:1] in {*"=+-@\t\r", *"\uff1d\uff0b\uff0d\uff20"}


async def test_an_export_is_saved_and_never_shown(over_sqlite: Instance, lone_desk: Desk) -> None:
    headers = (await lone_desk.get("/export.csv")).headers
    assert headers["content-disposition"].startswith("attachment;")
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
