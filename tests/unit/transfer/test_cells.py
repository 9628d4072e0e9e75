"""One cell of a CSV file: amounts, times, tags and what no spreadsheet may run."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.importing.cells import (
    BadCell,
    amount_text,
    guarded,
    moment_in,
    money_in,
    tags_in,
    tags_text,
    unguarded,
)


@given(st.text())
def test_a_guarded_cell_is_no_formula_and_comes_back_as_it_was(cell: str) -> None:
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize(
    ("cell", "amount", "currency"),
    [
        ("1250", 125_000, "EUR"),
        ("1,250.50", 125_050, "EUR"),
        ("1.250,50", 125_050, "EUR"),
        ("1.250", 125_000, "EUR"),
        ("1,250", 125_000, "EUR"),
        ("1,5", 150, "EUR"),
        ("0.99", 99, "EUR"),
        ("1.234.567,8", 123_456_780, "EUR"),
        ("1 250,50", 125_050, "EUR"),
        ("1\u00a0250", 125_000, "EUR"),
        ("1'250.50", 125_050, "EUR"),
        ("-12,30", -1_230, "EUR"),
        ("R$ 1.250,50", 125_050, "BRL"),
        ("-R$ 5", -500, "BRL"),
        ("US$1,250", 125_000, "USD"),
        ("$ 9.90", 990, "USD"),
        ("12 €", 1_200, "EUR"),
        ("GBP 3", 300, "GBP"),
        ("3 CHF", 300, "CHF"),
        ("1,250 JPY", 1_250, "JPY"),
        ("1.250 KWD", 1_250, "KWD"),
    ],
)
def test_an_amount_is_read_in_brazilian_and_english_habits(
    cell: str, amount: int, currency: str
) -> None:
    assert money_in(cell, "EUR") == {"amount": amount, "currency": currency}


@pytest.mark.parametrize(
    "cell", ["", "x", "1.2.3", "1,23,4", "12.345,678", "1..5", "€", "1e5", "٣"]
)
def test_what_is_no_amount_is_refused(cell: str) -> None:
    with pytest.raises(BadCell):
        money_in(cell, "EUR")


def test_an_amount_needs_a_currency_from_somewhere() -> None:
    with pytest.raises(BadCell, match="currency"):
        money_in("12", None)


@given(st.integers(-(2**53), 2**53), st.sampled_from(["EUR", "BRL", "JPY", "KWD", "CLF"]))
def test_an_amount_that_was_written_is_read_as_it_was(amount: int, currency: str) -> None:
    written = amount_text(amount, currency)
    assert money_in(written, currency) == {"amount": amount, "currency": currency}


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("31/01/2026", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("1/2/2026", datetime(2026, 2, 1, 12, tzinfo=UTC)),
        ("31.01.2026 08:30", datetime(2026, 1, 31, 8, 30, tzinfo=UTC)),
        ("2026-01-31 08:30", datetime(2026, 1, 31, 8, 30, tzinfo=UTC)),
        ("2026-01-31T08:30:00Z", datetime(2026, 1, 31, 8, 30, tzinfo=UTC)),
        (
            "2026-01-31T08:30:00-03:00",
            datetime(2026, 1, 31, 8, 30, tzinfo=timezone(timedelta(hours=-3))),
        ),
    ],
)
def test_a_day_is_iso_or_day_month_year(cell: str, moment: datetime) -> None:
    assert moment_in(cell) == moment


@pytest.mark.parametrize("cell", ["tomorrow", "31/02/2026", "01/31/2026", "2026", "12:30"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(BadCell):
        moment_in(cell)


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("a; b;c", ["a", "b", "c"]),
        ("a, b", ["a", "b"]),
        ("a, b; c", ["a, b", "c"]),
        ('"a; b", c', ["a; b", "c"]),
        ("one", ["one"]),
        (" ; ", []),
    ],
)
def test_tags_are_parted_by_semicolons_or_else_by_commas(cell: str, tags: list[str]) -> None:
    assert tags_in(cell) == tags


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), min_size=1, max_size=5
    )
)
def test_tags_that_were_written_are_read_as_they_were(tags: list[str]) -> None:
    assert tags_in(tags_text(tags)) == tags
