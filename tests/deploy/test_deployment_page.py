"""docs/deployment.md, in both languages: true of the files that it tells of."""

import configparser
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from server.workers import GRACEFUL_TIMEOUT_S
from tests.services import ROOT
from tests.unit.docs.markdown import Page, code_in

PAGES = [Page("docs/deployment.md"), Page("docs/deployment.pt-BR.md")]
WORKFLOWS = ROOT / ".github" / "workflows"
UNIT = ROOT / "infra" / "systemd" / "clientflow.service"

each_language = pytest.mark.parametrize("page", PAGES, ids=repr)


def first_column(page: Page, *names: str) -> list[str]:
    """The code in the first column of every table that begins with one of these headings."""
    found, current = [], ""
    for line in page.text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            found.append((current, cells[0]))
        elif line.startswith("| "):
            current = cells[0]
    return [code for heading, cell in found if heading in names for code in code_in(cell)]


def service(unit: str) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit)
    return dict(parser["Service"])


def test_both_languages_have_the_same_parts_commands_and_tables() -> None:
    english, portuguese = PAGES
    assert len(english.headings) == len(portuguese.headings)
    for of in (
        lambda page: [line for line in page.text.splitlines() if line.startswith("    ")],
        lambda page: sorted(set(re.findall(r"`(scripts/[^`]+|[A-Z_]{4,})`", page.text))),
        lambda page: re.findall(r"^\| `[^|]+\|", page.text, re.MULTILINE),
    ):
        assert of(english) == of(portuguese)


@each_language
def test_settings_named_are_settings(page: Page) -> None:
    known = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(first_column(page, "Setting", "Configuração")) <= known
    assert {"REDIS_TLS_VERIFY", "FORWARDED_ALLOW_IPS"} <= known


@each_language
def test_every_workflow_is_listed_with_the_variables_that_it_takes(page: Page) -> None:
    assert set(first_column(page, "Workflow")) == {path.name for path in WORKFLOWS.glob("*.yml")}
    used = {
        name
        for path in WORKFLOWS.glob("*.yml")
        for name in re.findall(r"vars\.(\w+)", path.read_text())
    }
    assert set(first_column(page, "Variable", "Variável")) == used


def test_whatever_stops_the_server_waits_as_long_as_it_is_said() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["one"]
    railway = json.loads((ROOT / "railway.json").read_text())["deploy"]["drainingSeconds"]
    systemd = service(UNIT.read_text())["TimeoutStopSec"]
    assert (compose["stop_grace_period"], railway, systemd) == ("20s", 20, "20")
    assert GRACEFUL_TIMEOUT_S == 15
    for page in PAGES:
        assert "| compose.yaml, Railway, systemd | 20 s |" in page.text


def test_the_unit_starts_what_every_other_deployment_starts() -> None:
    unit = service(UNIT.read_text())
    web = (ROOT / "Procfile").read_text().splitlines()[0].removeprefix("web: ")
    assert unit["ExecStart"] == f"/opt/clientflow/.venv/bin/{web}"
    assert unit["Type"] == "notify"
    assert unit["KillMode"] == "mixed", "SIGTERM is for Gunicorn, which tells its workers"


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")
    unit = tmp_path / UNIT.name
    # The program is not installed in /opt here; any other does for the check.
    unit.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text()))
    done = subprocess.run(
        [program, "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    assert unit.name not in done.stderr, done.stderr
