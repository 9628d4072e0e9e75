"""What is installed is what was chosen: every package of every list has its version and its hashes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import ROOT

REQUIREMENTS = sorted([*ROOT.glob("requirements*.txt"), ROOT / "infra" / "requirements.txt"])
LOCKS = [
    ROOT / "package-lock.json",
    ROOT / "tests" / "unit" / "asyncapi" / "package-lock.json",
    ROOT / "bench" / "peers" / "package-lock.json",
]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", REQUIREMENTS, ids=named)
def test_every_python_package_has_one_version_and_hashes(path: Path) -> None:
    text = re.sub(r"\\\n", " ", path.read_text())
    lines = [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    assert lines
    for line in lines:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.!+-]+( ;[^#]*)? ", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("path", LOCKS, ids=named)
def test_every_npm_package_has_its_integrity(path: Path) -> None:
    packages = json.loads(path.read_text())["packages"]
    without = [
        name for name, one in packages.items() if name and "sha512-" not in one.get("integrity", "")
    ]
    assert len(packages) > 1
    assert without == []


@pytest.mark.parametrize(
    "path",
    [ROOT / "package.json", ROOT / "tests" / "unit" / "asyncapi" / "package.json"],
    ids=named,
)
def test_every_npm_package_is_asked_for_by_its_version(path: Path) -> None:
    package = json.loads(path.read_text())
    asked = package.get("dependencies", {}) | package.get("devDependencies", {})
    assert asked
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values()), asked


def audited(tmp_path: Path, *packages: dict[str, object]) -> tuple[int, str]:
    """The end and the words of an audit whose advisory service gave this."""
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"dependencies": packages}) if packages else "")
    command = [sys.executable, ROOT / "scripts/setup/audit_report.py", "list.txt", report]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_audit_tells_weak_packages_from_those_that_nobody_could_be_asked_about(
    tmp_path: Path,
) -> None:
    good: dict[str, object] = {"name": "good", "version": "1", "vulns": []}
    weak: dict[str, object] = {"name": "weak", "version": "2", "vulns": [{"id": "CVE-1"}]}
    skipped: dict[str, object] = {"name": "unknown", "skip_reason": "not found"}

    assert audited(tmp_path, good) == (0, "list.txt: 1 packages asked about, 0 known weaknesses\n")
    status, said = audited(tmp_path, good, weak, skipped)
    assert status == 1
    assert "weak 2 CVE-1" in said
    assert "unknown to the service: unknown" in said
    assert audited(tmp_path, skipped) == (2, "")
    assert audited(tmp_path) == (2, "")


def test_the_code_is_checked_by_bandit_and_by_ruffs_rules_after_it() -> None:
    check = re.search(r"^check:.*?\n\n", (ROOT / "Makefile").read_text(), re.MULTILINE | re.DOTALL)
    assert check
    assert ".venv/bin/bandit" in check[0]
    assert re.search(r'^    "S", ', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
