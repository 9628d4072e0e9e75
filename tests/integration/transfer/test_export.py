"""GET …/export.csv: every client, safe to open in a spreadsheet."""

import pytest

from tests.drivers import Desk, Instance, refused
from tests.integration.transfer.files import brought_in, counts, exported, rows_of

VALUE = {"amount": 1_250_050, "currency": "BRL"}


async def test_every_field_of_every_client_is_in_the_file(desk: Desk) -> None:
    ben = await desk.admit_new("editor")
    client = await desk.create_client(
        "Padaria Aurora",
        company="Aurora Ltda.",
        email="oi@aurora.example",
        phone="(11) 5555-0100",
        stage="won",
        value=VALUE,
        owner_id=ben.person.id,
        tags=["varejo", "a; b"],
        notes='Fez "tudo",\nem duas linhas.',
        next_action_at="2026-03-01T12:30:00Z",
        custom={"external_id": "A-1", "ovens": 3, "open": True},
    )

    text = await exported(desk)

    assert text.startswith("\ufeffid,name,company,")
    assert rows_of(text) == [
        {
            "id": client["id"],
            "name": "Padaria Aurora",
            "company": "Aurora Ltda.",
            "email": "oi@aurora.example",
            "phone": "(11) 5555-0100",
            "stage": "Won",
            "value": "12500.50",
            "currency": "BRL",
            "owner": ben.person.email,
            "tags": 'varejo; "a; b"',
            "notes": 'Fez "tudo",\nem duas linhas.',
            "next_action_at": "2026-03-01T12:30:00+00:00",
            "external_id": "A-1",
            "custom": '{"ovens":3,"open":true}',
        }
    ]


async def test_what_was_exported_comes_in_as_it_was(server: Instance, desk: Desk) -> None:
    await desk.create_client(
        "'=1+1",
        phone="+55 11 5555-0100",
        notes="-> call\r\nthen '+1",
        value={"amount": -500, "currency": "JPY"},
        tags=["a, b", 'say "x"', "c"],
        custom={"external_id": "7", "note": "=A1", "rate": 0.5, "none": None, "big": 2**53 - 1},
        next_action_at="2026-03-01T12:30:00Z",
    )
    await desk.create_clients(450, stage="proposal", value=VALUE)
    other = await desk.person.new_workspace()

    assert await counts(other, await exported(desk)) == (451, 0, 0, 0)

    copies = {client["name"]: client for client in await other.clients(limit=1000)}
    own = ("id", "position", "created_at", "updated_at", "version")
    for client in await desk.clients(limit=1000):
        copy = copies[client["name"]]
        assert {**copy, **{name: client[name] for name in own}} == client


async def test_a_file_that_was_exported_changes_nothing_where_it_came_from(desk: Desk) -> None:
    for number in range(3):
        await desk.create_client(f"Client {number}", custom={"external_id": f"x-{number}"})
    head = await desk.head()

    assert await counts(desk, await exported(desk), match="external_id") == (0, 0, 3, 0)

    assert await desk.head() == head


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
async def test_no_cell_begins_as_a_formula_does(desk: Desk, sign: str) -> None:
    name = f"{sign}HYPERLINK(0)"
    await desk.create_client(name, notes=name, tags=[name], custom={"external_id": "1"})

    (row,) = rows_of(await exported(desk))

    assert row["name"] == row["notes"] == row["tags"] == f"'{name}"
    answer = await brought_in(desk, await exported(desk), match="external_id")
    assert answer["failed"] == 0
    assert (await desk.clients())[0]["notes"] == name


async def test_the_file_has_a_name_and_is_for_members_only(desk: Desk) -> None:
    workspace = await desk.person.new_workspace('Ventas "São"; /etc\r\n')
    viewer = await workspace.admit_new("viewer")
    response = await viewer.get("/export.csv")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    disposition = response.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="ventas-sao-etc-20')
    assert "\r" not in disposition
    head = await viewer.ask("HEAD", "/export.csv")
    assert (head.status_code, head.content) == (200, b"")
    stranger = await desk.person.instance.sign_up("Stranger")
    refused(await desk.of(stranger).get("/export.csv"), 404)
