"""Cursors: what goes in comes out, and nothing else does."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.cursors import cursor, decoded
from storage.errors import BadCursor


@given(st.text(), st.integers(-(2**63), 2**63 - 1))
def test_a_key_comes_back_from_its_cursor(word: str, number: int) -> None:
    assert decoded(cursor(word, number), tuple[str, int]) == (word, number)


def test_a_time_comes_back_to_the_microsecond() -> None:
    moment = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)

    assert decoded(cursor(moment, None), tuple[datetime, None]) == (moment, None)


def test_a_cursor_needs_no_escaping_in_a_url() -> None:
    assert all(letter.isalnum() or letter in "-_" for letter in cursor("??>>~~ÿÿ", 1))


@given(st.text())
def test_anything_else_is_refused_or_happens_to_be_a_key(text: str) -> None:
    try:
        key = decoded(text, tuple[str, int])
    except BadCursor:
        return
    assert [type(part) for part in key] == [str, int]


@pytest.mark.parametrize("shape", [tuple[int], tuple[str, str], tuple[str, int, int]])
def test_a_key_of_another_shape_is_refused(shape: type) -> None:
    with pytest.raises(BadCursor):
        decoded(cursor("word", 1), shape)
