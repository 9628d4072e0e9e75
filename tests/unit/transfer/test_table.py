"""A CSV file as rows: what it is made of is found out, and no file makes it hold more than a row."""

import io
import tracemalloc

import pytest

from server.errors import Invalid
from server.importing.columns import FIELDS, field_of, mapped
from server.importing.table import Bounds, Row, Table, opened

MAX_ROW_CHARS = 10_000
BOUNDS = Bounds(MAX_ROW_CHARS, max_rows=300_000, max_columns=500)


def table(content: str | bytes) -> Table:
    raw = content.encode() if isinstance(content, str) else content
    return opened(io.BytesIO(raw), BOUNDS)


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    found = table('name,notes\r\nA,"two\r\nlines"\r\n\r\n,\r\nB,\r\n')

    assert found.columns == ["name", "notes"]
    assert list(found.rows()) == [Row(2, ["A", "two\r\nlines"]), Row(5, ["B", ""])]
    assert found.count() == 2


def test_a_delimiter_is_known_by_the_names_that_it_gives() -> None:
    assert table("nome;valor\na, b, c;1,5\nd, e, f;2,5\n").format.delimiter == ";"
    assert table("name\tnotes\na\tx,y,z\n").format.delimiter == "\t"
    assert table("un,deux\n1,2\n").format.delimiter == ","
    assert table("name\nAcme\n").columns == ["name"]


def test_a_letter_at_the_edge_of_what_is_read_at_once_is_whole() -> None:
    file = "name\n" + "é" * 4_000 + "\n"
    assert table(file * 30).format.encoding == "utf-8-sig"
    assert table((file * 30).encode("windows-1252")).format.encoding == "cp1252"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_of_three_ways(line_end: str) -> None:
    assert table(f"name,email{line_end}A,{line_end}B,").count() == 2


def test_a_row_that_is_too_long_is_refused_by_its_number() -> None:
    with pytest.raises(Invalid, match="Row 3"):
        list(table("name\nA\n" + "x" * (MAX_ROW_CHARS + 1)).rows())
    with pytest.raises(Invalid, match="quotation mark"):
        list(table('name\nA\n"' + "x\n" * MAX_ROW_CHARS).rows())


def test_a_long_file_takes_no_more_memory_than_a_short_one() -> None:
    file = io.BytesIO(b"name,email\n" + b"Somebody,a@b.example\n" * 200_000)
    tracemalloc.start()
    try:
        assert opened(file, BOUNDS).count() == 200_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Name", "name"),
        ("NOME DO CLIENTE", "name"),
        (" E-Mail ", "email"),
        ("Próxima Ação", "next_action_at"),
        ("next_action_at", "next_action_at"),
        ("Responsável", "owner"),
        ("External ID", "external_id"),
        ("custom.bikes", "custom.bikes"),
        ("custom.", None),
        ("Anything", None),
    ],
)
def test_a_column_is_known_by_its_name_in_english_and_portuguese(
    header: str, field: str | None
) -> None:
    assert field_of(header) == field


def test_every_field_is_known_by_its_own_name() -> None:
    assert [field_of(field) for field in FIELDS] == list(FIELDS)


def test_of_two_columns_of_one_field_the_chosen_or_else_the_first_is_taken() -> None:
    columns = ["Name", "Nome", "X"]
    assert mapped(columns, {}) == {"Name": "name", "Nome": None, "X": None}
    assert mapped(columns, {"X": "name"}) == {"Name": None, "Nome": None, "X": "name"}


def test_a_file_of_too_many_rows_or_columns_is_refused_and_empty_rows_count() -> None:
    narrow = Bounds(MAX_ROW_CHARS, max_rows=1_000, max_columns=3)
    assert opened(io.BytesIO(b"name,b,c\n" + b"A\n" * 999), narrow).count() == 999
    for raw in (b"name\n" + b"A\n" * 1_000, b"name\n" + b"\n" * 1_000):
        with pytest.raises(Invalid, match="1,000 rows"):
            opened(io.BytesIO(raw), narrow).count()
    with pytest.raises(Invalid, match="at most 3"):
        opened(io.BytesIO(b"name,b,c,d\nA"), narrow)
