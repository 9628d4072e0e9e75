"""One account an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.identity.emails import normalised_email


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ana@example.com", "ana@example.com"),
        ("Ana@EXAMPLE.com", "ana@example.com"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("JOSE\u0301@example.com", "jos\u00e9@example.com"),
        ("STRASSE@example.com", "strasse@example.com"),
    ],
)
def test_an_address_is_one_however_it_is_capitalised_or_composed(written: str, kept: str) -> None:
    assert normalised_email(written) == kept


@given(st.text(max_size=30))
def test_an_address_that_is_normalised_stays_as_it_is(email: str) -> None:
    once = normalised_email(email)
    assert normalised_email(once) == once


@given(st.text(max_size=30))
def test_capitals_make_no_second_account(email: str) -> None:
    assert normalised_email(email.lower()) == normalised_email(email.lower().upper().lower())
