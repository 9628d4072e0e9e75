"""POST …/import: rows become clients, or change those that they match."""

import asyncio
import itertools
import uuid

import pytest

from server.limits import Limits
from tests.drivers import Desk, Instance, refused
from tests.integration.transfer.files import brought_in, counts, rows_of, send
from tests.services import eventually

HEADER = "name,email,external_id\n"


async def test_a_file_becomes_clients_by_the_names_of_its_columns(desk: Desk) -> None:
    ben = await desk.admit_new("editor", "Ben Silva")
    file = (
        "Nome;Empresa;E-mail;Telefone;Etapa;Valor;Moeda;Responsável;Etiquetas;Próxima ação;Cor\n"
        "José;Aurora;jose@a.example;+55 11 99;Proposal;R$ 1.234,50;;Ben Silva;varejo, novo;31/01/2027;azul\n"
        ";;;;;;;;;;\n"
        f"Lia;;;;won;2.000;usd;{ben.person.email};;2027-02-01T09:30:00-03:00;\n"
    )

    answer = await brought_in(desk, file)

    assert (answer["created"], answer["failed"], answer["rows"]) == (2, 0, 2)
    jose, lia = sorted(await desk.clients(), key=lambda client: client["name"])
    assert (jose["company"], jose["email"], jose["phone"]) == (
        "Aurora",
        "jose@a.example",
        "+55 11 99",
    )
    assert jose["value"] == {"amount": 123_450, "currency": "BRL"}
    assert (jose["stage"], jose["tags"]) == ("proposal", ["varejo", "novo"])
    assert jose["next_action_at"] == "2027-01-31T12:00:00Z"
    assert (lia["stage"], lia["value"]) == ("won", {"amount": 200_000, "currency": "USD"})
    assert jose["owner_id"] == lia["owner_id"] == ben.person.id
    assert lia["next_action_at"] == "2027-02-01T12:30:00Z"


async def test_the_log_tells_that_it_was_an_import(desk: Desk) -> None:
    board = await desk.open_board()

    await brought_in(desk, "name\nAcme\n")

    change = await board.next_change()
    assert change["actor"] == {"id": desk.person.id, "name": "Ana", "via": "import"}
    assert (change["op"], change["data"]["name"]) == ("created", "Acme")


@pytest.mark.parametrize("match", ["email", "external_id"])
async def test_a_row_changes_the_client_that_it_matches(desk: Desk, match: str) -> None:
    old = await desk.create_client(
        "Acme",
        email="Sales@Acme.example",
        phone="1",
        custom={"external_id": "A-1", "bikes": 4},
    )
    file = HEADER + "Acme Inc,sales@acme.example,A-1\nNew,new@acme.example,A-2\n"

    assert await counts(desk, file, match=match) == (1, 1, 0, 0)
    assert await counts(desk, file, match=match) == (0, 0, 2, 0)

    client = await desk.client(old)
    assert (client["name"], client["version"], client["phone"]) == ("Acme Inc", 2, "1")
    assert client["custom"] == {"external_id": "A-1", "bikes": 4}


async def test_without_a_match_every_row_is_a_new_client(desk: Desk) -> None:
    file = HEADER + "Acme,a@acme.example,A-1\n"

    assert await counts(desk, file) == (1, 0, 0, 0)
    assert await counts(desk, file) == (1, 0, 0, 0)


async def test_of_two_rows_that_match_each_other_the_second_changes_the_first(desk: Desk) -> None:
    file = HEADER + "One,a@acme.example,\nTwo,A@acme.example,\nThree,,\nFour,,\n"

    assert await counts(desk, file, match="email") == (3, 1, 0, 0)

    assert sorted(await desk.names()) == ["Four", "Three", "Two"]


async def test_a_row_that_matches_several_clients_changes_none(desk: Desk) -> None:
    for _ in range(2):
        await desk.create_client("Twin", email="twin@acme.example")

    answer = await brought_in(desk, HEADER + "X,twin@acme.example,\n", match="email")

    assert (answer["updated"], answer["failed"]) == (0, 1)
    assert "2 clients" in answer["errors"][0]["message"]


async def test_two_imports_at_once_make_each_client_once(desk: Desk) -> None:
    file = HEADER + "".join(f"N{n},,id-{n}\n" for n in range(150))

    answers = await asyncio.gather(*(counts(desk, file, match="external_id") for _ in range(3)))

    assert sum(created for created, *_ in answers) == 150
    assert len(await desk.clients(limit=1000)) == 150


async def test_a_trial_tells_everything_and_changes_nothing(desk: Desk) -> None:
    old = await desk.create_client("Acme", email="a@acme.example")
    head = await desk.head()
    file = (
        "Cliente|E-mail|Extra|Valor\n"
        "Acme Inc|A@acme.example|x|10 EUR\n"
        "Nova|not an address||\n"
        "|ok@acme.example||\n" + "Muitos|||\n" * 30
    )

    answer = await brought_in(desk, file, match="email", dry_run="true")

    assert answer["columns"] == ["Cliente", "E-mail", "Extra", "Valor"]
    assert answer["mapping"] == {
        "Cliente": "name",
        "E-mail": "email",
        "Extra": None,
        "Valor": "value",
    }
    assert (answer["delimiter"], answer["encoding"], answer["rows"]) == ("|", "utf-8", 33)
    first, second, third, fourth, *_ = answer["preview"]
    assert len(answer["preview"]) == Limits().import_preview_rows
    assert (first["row"], first["action"], first["client"]) == (
        2,
        "update",
        {
            "name": "Acme Inc",
            "email": "A@acme.example",
            "value": {"amount": 1000, "currency": "EUR"},
        },
    )
    assert [second["action"], third["action"], fourth["action"]] == ["fail", "fail", "create"]
    assert answer["errors"] == [
        {
            "row": 3,
            "field": "email",
            "message": "Must be an email address such as ana@example.com",
        }
    ]
    assert await desk.head() == head
    assert await desk.client(old) == old


async def test_bad_rows_are_named_by_number_field_and_what_would_be_right(desk: Desk) -> None:
    file = (
        "name,stage,value,owner,due,custom\n"
        "Good,lead,,,,\n"
        "A,nowhere,,,,\n"
        'B,,"1.23.4",nobody,tomorrow,{\n'
        ",,,,,\n"
        ",won,,,,\n"
        "C,,5,,,\n"
    )

    answer = await brought_in(desk, file)

    assert (answer["created"], answer["failed"]) == (1, 4)
    named = [(error["row"], error["field"]) for error in answer["errors"]]
    assert sorted(named) == [
        (3, "stage"),
        (4, "custom"),
        (4, "next_action_at"),
        (4, "owner"),
        (4, "value"),
        (6, "name"),
        (7, "value"),
    ]
    assert all(error["message"] for error in answer["errors"])
    assert await desk.names() == ["Good"]


async def test_errors_are_counted_to_the_last_and_named_to_a_limit(desk: Desk) -> None:
    file = "name,email\n" + "X,bad\n" * 1_500

    answer = await brought_in(desk, file)

    assert (answer["created"], answer["failed"]) == (0, 1_500)
    assert len(answer["errors"]) == Limits().max_import_errors


async def test_with_stop_one_row_that_cannot_be_read_keeps_all_out(desk: Desk) -> None:
    file = "name,email\n" + "Good,\n" * 300 + "Bad,bad\n"

    problem = refused(await send(desk, file, on_error="stop"), 422, "rows[302].email")

    assert "nothing was imported" in problem["detail"]
    assert await desk.head() == 0


async def test_with_stop_a_row_that_is_refused_later_ends_it_there(desk: Desk) -> None:
    file = "email\nnew@acme.example\n" + "new@acme.example\n" * 150

    answer = await brought_in(desk, file, on_error="stop", match="email")

    assert answer["stopped"] is True
    assert (answer["failed"], answer["rows"]) == (Limits().import_chunk_rows, 151)


@pytest.mark.parametrize("dry_run", ["true", "false"])
async def test_every_row_that_fails_is_in_a_file_however_many_there_are(
    desk: Desk, dry_run: str
) -> None:
    bad = 1_200  # more than an answer names
    file = "name,email\n" + "".join(f"N{n},{'=x' if n < bad else ''}\n" for n in range(bad + 30))

    response = await send(desk, file, report="csv", dry_run=dry_run)

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    counts = response.headers["import-result"]
    assert counts.startswith(f"rows={bad + 30}, failed={bad}") or (
        f"created=30, updated=0, unchanged=0, failed={bad}, rows={bad + 30}, stopped=?0" in counts
    )
    rows = rows_of(response.text)
    assert [row["row"] for row in rows] == [str(n) for n in range(2, bad + 2)]
    assert rows[0]["field"] == "email"
    assert rows[0]["message"]
    assert len(await desk.clients()) == (0 if dry_run == "true" else 30)


async def test_a_mapping_comes_before_the_names_of_the_columns(desk: Desk) -> None:
    mapping = '{"title": "name", "name": null, "colour": "custom.colour", "code": "external_id"}'
    file = "title,name,colour,code\nAcme,ignored,blue,7\n"

    assert await counts(desk, file, mapping=mapping) == (1, 0, 0, 0)

    (client,) = await desk.clients()
    assert (client["name"], client["custom"]) == ("Acme", {"colour": "blue", "external_id": "7"})


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ('{"nothing": "name"}', "mapping.nothing"),
        ('{"name": "password"}', "mapping.name"),
        ('{"name": "email", "email": "email"}', "mapping.name"),
        ('{"name": 1}', "mapping"),
        ("[]", "mapping"),
        ("{", "mapping"),
    ],
)
async def test_a_mapping_of_what_there_is_not_is_refused(
    desk: Desk, mapping: str, field: str
) -> None:
    refused(await send(desk, HEADER + "A,,\n", mapping=mapping), 422, field)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"match": "phone"}, "match"),
        ({"on_error": "cry"}, "on_error"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"currency": "euro"}, "currency"),
        ({"matches": "email"}, "matches"),
    ],
)
async def test_an_option_that_cannot_be_is_refused(
    desk: Desk, query: dict[str, str], field: str
) -> None:
    refused(await send(desk, HEADER + "A,,\n", **query), 422, field)


async def test_to_match_by_a_column_that_is_not_there_is_refused(desk: Desk) -> None:
    refused(await send(desk, "name\nA\n", match="email"), 422, "match")


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), list(itertools.product(ENCODINGS, [",", ";", "\t", "|"]))
)
async def test_encoding_and_delimiter_are_found_out(
    lone_desk: Desk, encoding: str, delimiter: str
) -> None:
    lines = [["Nome", "Observações"], ["Conceição", "até, já; é | só"], ["João", "água €"]]
    file = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)

    trial = await brought_in(lone_desk, file.encode(encoding), dry_run="true")

    assert trial["delimiter"] == delimiter
    assert trial["encoding"] == {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    assert [row["client"] for row in trial["preview"]] == [
        {"name": name, "notes": notes} for name, notes in lines[1:]
    ]


async def test_a_form_with_a_file_does_as_well(desk: Desk) -> None:
    response = await desk.post(
        "/import",
        files={"file": ("clients.csv", HEADER + "Acme,a@acme.example,\n", "text/csv")},
        data={"match": "email"},
        key="form-1",
    )
    again = await desk.post(
        "/import",
        files={"file": ("clients.csv", HEADER + "Acme,a@acme.example,\n", "text/csv")},
        data={"match": "email"},
        key="form-1",
    )

    assert (response.status_code, response.json()["created"]) == (200, 1), response.text
    assert again.json() == response.json()
    fields = {"match": (None, "email")}
    refused(await desk.post("/import", files=fields), 422, "file")


async def test_a_file_without_a_known_column_needs_a_mapping(desk: Desk) -> None:
    file = "Cor,Aro\nazul,29\n"

    refused(await send(desk, file), 422, "mapping")
    assert (await brought_in(desk, file, dry_run="true"))["mapping"] == {"Cor": None, "Aro": None}
    assert await counts(desk, file, mapping='{"Cor": "name"}') == (1, 0, 0, 0)


async def test_a_repetition_under_the_same_key_has_the_same_answer_and_no_second_effect(
    desk: Desk,
) -> None:
    file = "name,email\n" + "".join(f"N{n},{'x' if n == 120 else ''}\n" for n in range(250))
    first = await brought_in(desk, file, key="import-1")
    head = await desk.head()

    again = await brought_in(desk, file, key="import-1")

    assert (first["created"], first["failed"], first["id"]) == (249, 1, "import-1")
    assert again == first
    assert await desk.head() == head == 249
    refused(await send(desk, file + "More,\n", key="import-1"), 422, "Idempotency-Key")
    assert await desk.head() == head


async def test_the_asker_hears_how_far_it_is_and_nobody_else_does(
    server: Instance, desk: Desk
) -> None:
    ben = await desk.admit_new("viewer")
    mine, his = await desk.open_board(), await ben.open_board()
    key = uuid.uuid4().hex

    await brought_in(desk, "name\n" + "X\n" * 250, key=key)

    def told() -> list[int]:
        frames = [frame for frame in mine.frames if frame["type"] == "import"]
        assert all((frame["id"], frame["total"]) == (key, 250) for frame in frames)
        return [frame["done"] for frame in frames]

    await eventually(lambda: told() == [100, 200, 250])
    await his.changes_up_to(250)
    assert [frame for frame in his.frames if frame["type"] == "import"] == []


async def test_the_asker_hears_of_it_on_another_instance_too(
    instances: tuple[Instance, Instance],
) -> None:
    first, second = instances
    desk = await (await first.sign_up("Ana")).new_workspace()
    board = await desk.at(second).open_board()

    await brought_in(desk, "name\nX\n", key="elsewhere")

    progress = {"type": "import", "id": "elsewhere", "done": 1, "total": 1}
    await eventually(lambda: progress in board.frames)


async def test_who_may_not_write_may_not_import(server: Instance, desk: Desk) -> None:
    file = HEADER + "A,,\n"
    viewer = await desk.admit_new("viewer")
    refused(await send(viewer, file), 403)
    refused(await send(viewer, file, dry_run="true"), 403)
    reader = await desk.person.personal_token("read")
    refused(await send(desk.of(reader), file), 403)
    stranger = await server.sign_up("Stranger")
    refused(await send(desk.of(stranger), file), 404)
    assert (await send(await desk.admit_new("editor"), file)).status_code == 200


async def test_a_file_that_is_too_large_is_refused(lone_desk: Desk) -> None:
    file = b"name\n" + b"x" * Limits().max_import_bytes

    refused(await send(lone_desk, file), 413)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\n\n",
        b",,\n",
        b'name\n"never closed' + b"\nx" * 300_000,
        b"name\n" + b"x" * 600_000,
        b"name\n" + b"," * 600_000,
    ],
    ids=["empty", "blank", "no names", "open quote", "long cell", "many cells"],
)
async def test_what_is_no_table_is_refused(lone_desk: Desk, file: bytes) -> None:
    refused(await send(lone_desk, file), 422)

    assert await lone_desk.head() == 0


async def test_a_client_that_changed_address_is_found_by_the_new_one(desk: Desk) -> None:
    client = await desk.create_client("Acme", email="old@acme.example")
    await desk.update_client(client, email="new@acme.example", custom={"external_id": 12})
    gone = await desk.create_client("Gone", email="old@acme.example")
    await desk.delete(f"/clients/{gone['id']}")

    assert await counts(desk, "email,phone\nnew@acme.example,1\n", match="email") == (0, 1, 0, 0)
    file = "external_id,phone\n12,2\n"
    assert await counts(desk, file, match="external_id") == (0, 1, 0, 0)
    assert (await desk.client(client))["phone"] == "2"
    file = "name,email\nX,old@acme.example\n"
    assert await counts(desk, file, match="email") == (1, 0, 0, 0)
