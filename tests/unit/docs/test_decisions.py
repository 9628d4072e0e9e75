"""docs/decisions: numbered, of one form, listed, and true of the packages that are installed."""

import json
import re

import pytest

from tests.services import ROOT
from tests.unit.docs.markdown import Page, code_in

FOLDER = ROOT / "docs" / "decisions"
DECISIONS = [Page(f"docs/decisions/{path.name}") for path in sorted(FOLDER.glob("[0-9]*.md"))]


def test_the_numbers_have_no_hole() -> None:
    numbers = [int(page.name.rpartition("/")[2][:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert numbers


@pytest.mark.parametrize("page", DECISIONS, ids=repr)
def test_a_decision_tells_context_choice_and_cost_on_half_a_page(page: Page) -> None:
    number = page.name.rpartition("/")[2][:4]
    title, *parts = page.headings
    assert title.startswith(f"{number}: ")
    assert parts == ["Context", "Choice", "What it costs"]
    assert len(page.text.split()) < 350


def test_every_decision_is_listed_by_its_title() -> None:
    listed = re.findall(
        r"^- \[(.+)\]\((.+)\)$", Page("docs/decisions/README.md").text, re.MULTILINE
    )
    assert listed == [(page.headings[0], page.name.rpartition("/")[2]) for page in DECISIONS]


def test_the_libraries_kept_are_those_asked_for() -> None:
    wanted = "\n".join(
        (ROOT / name).read_text() for name in ("requirements.in", "requirements-dev.in")
    )
    package = json.loads((ROOT / "package.json").read_text())
    wanted += "\n" + "\n".join(package["devDependencies"] | package["dependencies"])
    table = Page("docs/decisions/0012-libraries-kept.md").table("Package", "Does", "Without it")
    for row in table:
        (package,) = code_in(row["Package"])
        assert re.search(rf"^{package}(\[\w+\])?$", wanted, re.MULTILINE), package


def test_the_browser_app_is_built_from_the_packages_named() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    choice = Page("docs/decisions/0010-esbuild-and-jsx.md").section("Choice").text
    assert all(re.search(rf"(?<!\w){name}(?!\w)", choice) for name in package["devDependencies"])
    (named,) = re.findall(r"five go into the app:\s+(.+?)\.", choice, re.DOTALL)
    assert set(re.split(r",\s+|\s+and\s+", named)) == set(package["dependencies"])
