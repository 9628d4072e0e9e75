"""How text is compared in search, sorting and tags."""

import pytest

from storage.folding import containing, folded, tag_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë", "zoe"),
        ("ÅNGSTRÖM", "angstrom"),
        ("Straße", "STRASSE"),
        ("ﬁne", "FINE"),
        ("İstanbul", "istanbul"),
        ("\uff37\uff49\uff44\uff45", "wide"),
        ("e\u0301", "é"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Ёлка", "елка"),
    ],
)
def test_texts_that_differ_in_case_width_or_accents_fold_to_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize("text", ["Zoë", "Straße", "İ", "ǰ", "ΐ", "ﬁ", "한국어", "日本", "👩‍👩‍👧"])
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_different_letters_stay_different() -> None:
    assert len({folded(text) for text in ("a", "b", "ab", "日", "本", "한", "국")}) == 7


def test_tags_keep_their_accents_but_not_their_case_and_spaces() -> None:
    assert tag_key("  Big \n ONE ") == tag_key("big one")
    assert tag_key("résumé") != tag_key("resume")
    assert tag_key("re\u0301sume\u0301") == tag_key("RÉSUMÉ")


def test_the_signs_of_a_pattern_are_escaped() -> None:
    assert containing("50%_!\\") == "%50!%!_!!\\%"
