"""README.md: its commands are there, its settings are the server's."""

import re
import sys
from pathlib import Path

import pytest

from server.settings import Settings
from server.version import VERSION
from tests.services import ROOT
from tests.unit.docs.markdown import Page, code_in, pages

README = Page("README.md")
ENV_EXAMPLE = (ROOT / ".env.example").read_text()
IN_PARTS = {f"POSTGRES_{part}" for part in ("USER", "PASSWORD", "DB", "HOST", "PORT")}


def rows() -> dict[tuple[str, ...], dict[str, str]]:
    table = README.section("Settings").table("Setting", "Default", "Sets")
    return {tuple(code_in(row["Setting"])): row for row in table}


def test_the_first_block_is_how_to_run_and_test_it() -> None:
    assert README.blocks("sh")[0].text.split("\n")[:2] == ["make run", "make test"]


@pytest.mark.parametrize("page", pages(), ids=repr)
def test_every_make_command_is_a_target(page: Page) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shell = "\n".join(block.text for block in page.blocks("sh"))
    named = re.findall(r"^make ([a-z-]+)", "\n".join([shell, *page.code]), re.MULTILINE)
    assert set(named) <= targets
    assert named or page.name != "README.md"


def test_the_settings_are_those_the_server_reads() -> None:
    named = {name for names in rows() for name in names}
    assert named == {name.upper() for name in Settings.__struct_fields__} | IN_PARTS


def test_every_setting_is_described_in_the_sample() -> None:
    described = re.findall(r"^(?:# )?([A-Z_]+)=", ENV_EXAMPLE, re.MULTILINE)
    assert {name for names in rows() for name in names} <= set(described)


def test_the_defaults_are_those_the_server_takes(tmp_path: Path) -> None:
    settings = Settings.from_environment({}, tmp_path / "secret")
    secret = ("JWT_SECRET_KEY",)
    for names, row in rows().items():
        if names == secret or set(names) == IN_PARTS:
            continue
        value = getattr(settings, names[0].lower())
        shown = str(value).lower() if isinstance(value, bool) else str(value or "")
        assert "".join(code_in(row["Default"])) == shown, names
    assert len(settings.jwt_secret_key) >= 32
    assert ".clientflow-secret" in rows()[secret]["Default"]


def test_the_folders_named_are_there() -> None:
    table = README.section("Where things are").table("Folder", "Holds")
    named = {code_in(row["Folder"])[0].rstrip("/") for row in table}
    assert all((ROOT / name).is_dir() for name in named), named
    packages = {path.parent.name for path in ROOT.glob("*/*.py") if "." not in path.parent.name}
    assert packages <= named


def test_it_needs_the_versions_that_are_asked_for() -> None:
    python = re.search(r"Python (\d\.\d+) or newer", README.text)
    node = re.search(r"Node\.js (\d+) or newer", README.text)
    assert python
    assert node
    assert f'requires-python = ">={python[1]}"' in (ROOT / "pyproject.toml").read_text()
    assert f'"node": ">={node[1]}"' in (ROOT / "package.json").read_text()
    assert sys.version_info >= tuple(map(int, python[1].split(".")))


def test_the_changelog_has_the_version_that_is_built() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert version[1] == VERSION
    assert any(heading.startswith(f"[{version[1]}]") for heading in Page("CHANGELOG.md").headings)


def test_every_page_of_docs_is_one_step_away() -> None:
    for index in (README, Page("docs/README.md")):
        folder = (ROOT / index.name).parent
        linked = {(folder / link.partition("#")[0]).resolve() for link in index.links}
        for page in (ROOT / "docs").glob("*.md"):
            of_a_translation = page.name.count(".") > 1 and index is README
            itself = page.name == "README.md"
            assert page in linked or itself or of_a_translation, f"{index}: {page.name}"
