"""SECURITY.md: every test that it names is there, and it names one for every threat."""

import re

import pytest

from tests.services import ROOT
from tests.unit.docs.markdown import Page, code_in

SECURITY = Page("SECURITY.md")
THREATS = SECURITY.section("Threats").table("Threat", "Counter", "Test")


@pytest.mark.parametrize("row", THREATS, ids=lambda row: row["Threat"])
def test_every_threat_has_a_counter_and_a_test_that_is_there(row: dict[str, str]) -> None:
    tests = code_in(row["Test"])
    assert row["Counter"]
    assert tests
    for test in tests:
        file, _, name = test.partition("::")
        source = (ROOT / file).read_text()
        assert re.search(rf"^(async )?def {name or 'test_'}", source, re.MULTILINE), test


def test_every_chapter_of_the_standard_is_spoken_of() -> None:
    rows = SECURITY.section("ASVS").table("Chapter", "Held by", "Not held")
    spoken_of = {row["Chapter"].split()[0] for row in rows}
    spoken_of |= set(re.findall(r"\bV\d+\b", SECURITY.section("ASVS").prose))
    assert spoken_of == {f"V{number}" for number in range(1, 18)}


def test_the_readme_leads_here() -> None:
    assert "SECURITY.md" in Page("README.md").links
