"""Every program and command that README.md or a page of docs/ prints is run by a test, or it is said why not."""

import re

import pytest

from tests.services import ROOT
from tests.unit.docs.markdown import Block, Page, pages

PROGRAMS = ("sh", "bash", "python", "js", "javascript", "node")
# The test that runs the blocks of a page.
RUN_BY = {
    "README.md": "tests/integration/docs/test_walk_through.py",
    "docs/rest.md": "tests/integration/docs/test_walk_through.py",
    "docs/webhooks.md": "tests/integration/docs/test_webhooks_page.py",
    "docs/getting-started.md": "tests/integration/docs/test_client_pages.py",
    "docs/client.md": "tests/integration/docs/test_client_pages.py",
    "docs/cli.md": "tests/integration/docs/test_client_pages.py",
}
# What is not run, by how it begins, and why. None of it may be out of date.
NOT_RUN = {
    ("README.md", "make run\n"): "it is how the tests themselves are run",
    ("docs/deployment.md", "docker build "): "it takes Docker, or a machine to install on",
    ("docs/deployment.md", "printf 'POSTGRES_PASSWORD="): "it takes Docker",
    ("docs/deployment.md", "useradd "): "it installs on the machine; tests/deploy holds the names",
    ("docs/deployment.md", "heroku create "): "it takes an account with Heroku",
    ("docs/deployment.md", "scripts/deploy_ecr_ecs.sh "): "tests/deploy runs the script",
    ("docs/deployment.md", "scripts/rollback_using_arn.sh "): "tests/deploy runs the script",
}
OF_A_TRANSLATION = "the page it is a translation of has the same"
DRAWING = re.compile(r"->|\| ")  # a diagram, or headers as they go over the wire
WIRE = re.compile(r"^[A-Z][\w-]+: ")


def blocks(page: Page) -> list[Block]:
    found = re.findall(r"^```(.*?)\n(.*?)^```$", page.text, re.MULTILINE | re.DOTALL)
    return [Block(words, text) for words, text in found]


def is_program(block: Block) -> bool:
    language = block.kind.partition(" ")[0]
    if language:
        return language in PROGRAMS
    return not (DRAWING.search(block.text) and "/" in block.text) and not WIRE.match(block.text)


def reason(page: Page, block: Block) -> str | None:
    name, _, translated = page.name.partition(".pt-BR")
    for (of, start), why in NOT_RUN.items():
        if of == name + (translated or "") and block.text.startswith(start):
            return OF_A_TRANSLATION if translated else why
    return None


@pytest.mark.parametrize("page", pages(), ids=repr)
def test_every_program_is_run_by_a_test_or_it_is_said_why_not(page: Page) -> None:
    for block in blocks(page):
        if is_program(block) and reason(page, block) is None:
            assert page.name in RUN_BY, f"nothing runs: {block.text}"


@pytest.mark.parametrize(("page", "test"), RUN_BY.items())
def test_the_test_that_runs_a_page_reads_it(page: str, test: str) -> None:
    source = (ROOT / test).read_text()
    assert page in source or (page == "README.md" and "README" in source)


@pytest.mark.parametrize("page", [name for name in RUN_BY if name != "README.md"])
def test_a_page_that_is_run_has_nothing_of_a_language_that_its_test_does_not_look_for(
    page: str,
) -> None:
    source = (ROOT / RUN_BY[page]).read_text()
    for kind in {block.kind for block in blocks(Page(page)) if is_program(block)}:
        assert f'"{kind}"' in source or (kind == "sh" and "script(" in source), kind


@pytest.mark.parametrize(("page", "start"), NOT_RUN)
def test_what_is_not_run_is_still_there(page: str, start: str) -> None:
    assert any(block.text.startswith(start) for block in blocks(Page(page)))
