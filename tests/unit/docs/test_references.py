"""What a page points to is there: files, headings, names in the code."""

import re
from collections.abc import Iterator

import pytest

from tests.services import ROOT
from tests.unit.docs.markdown import Page, folder_of, pages

_FOLDERS = "server|realtime|storage|static|tests|scripts|docs"
_PATH = re.compile(rf"(?:{_FOLDERS})/[\w./-]*\w")
_FILE_THEN_NAME = re.compile(rf"`((?:{_FOLDERS})/[\w./]+\.py)` \|? ?`(\w+)`")
_NAME_THEN_FILE = re.compile(rf"`([\w.]+)(?:\(\))?` \(`((?:{_FOLDERS})/[\w./]+\.py)`\)")
_NAME_IN_FILE = re.compile(rf"\(`([\w.]+)` in\s+`((?:{_FOLDERS})/[\w./]+\.py)`\)")


def names_in(page: Page) -> Iterator[tuple[str, str]]:
    """The pairs of a file and a name in it."""
    yield from _FILE_THEN_NAME.findall(page.prose)
    for name, file in _NAME_THEN_FILE.findall(page.prose) + _NAME_IN_FILE.findall(page.prose):
        yield file, name


@pytest.mark.parametrize("page", pages(), ids=repr)
def test_every_link_leads_somewhere(page: Page) -> None:
    for link in page.links:
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (folder_of(page) / path).resolve() if path else ROOT / page.name
        assert target.exists(), link
        if anchor:
            assert anchor in Page(str(target.relative_to(ROOT))).anchors, link


@pytest.mark.parametrize("page", pages(), ids=repr)
def test_every_file_named_is_there(page: Page) -> None:
    named = {path for code in page.code for path in _PATH.findall(code) if path == code}
    # What the build makes is there only after it.
    missing = [path for path in named if "dist" not in path and not (ROOT / path).exists()]
    assert not missing


@pytest.mark.parametrize("page", pages(), ids=repr)
def test_every_name_is_in_the_file_it_is_said_to_be_in(page: Page) -> None:
    for file, name in names_in(page):
        last = re.escape(name.rpartition(".")[2])
        source = (ROOT / file).read_text()
        defined = re.search(
            rf"^\s*(?:async def|def|class) {last}\b|^\s*{last}\b.* = ", source, re.MULTILINE
        )
        assert defined, f"{name} is not defined in {file}"


def test_the_journey_of_a_write_names_a_function_at_each_step() -> None:
    journey = Page("docs/architecture.md").section("The journey of one write")
    steps = journey.table("Step", "File", "Name", "What happens")
    ends = journey.table("Step", "REST", "Channel")
    numbers = sorted([int(row["Step"]) for row in (*steps, *ends)])
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(list(names_in(journey))) >= len(steps) + 2 * len(ends)
