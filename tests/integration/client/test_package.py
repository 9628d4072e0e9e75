"""The package as pip makes and installs it."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from tests.services import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    _run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(ROOT))
    (built,) = folder.iterdir()
    return built


def _run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_installed_by_pip_and_runs(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check")
    _run(*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    # The libraries that it needs are those of the tests.
    site = next((tmp_path / "venv" / "lib").glob("python3*/site-packages"))
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    command = str(tmp_path / "venv" / "bin" / "clientflow")
    assert _run(command, "--version", cwd=tmp_path) == "clientflow 0.1.0\n"
    shown = "import clientflow, server.pages; print(clientflow.__file__, server.pages.DIST)"
    places = _run(str(python), "-c", shown, cwd=tmp_path).split()
    assert all(place.startswith(str(tmp_path)) for place in places[:1])


def test_it_holds_all_four_packages_and_what_is_no_code(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "clientflow/py.typed",
        "clientflow/cli/app.py",
        "realtime/messages.py",
        "server/main.py",
        "storage/migrations/script.py.mako",
        "storage/migrations/versions/0001_first_tables.py",
        "server/data/docs/rest.md",
    ):
        assert wanted in names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "static/"))]


def test_the_client_needs_little_and_the_server_is_an_extra(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    (info,) = tmp_path.glob("*.dist-info")
    requires = Distribution.at(info).requires or []
    needed = sorted(each.partition(">")[0] for each in requires if "extra ==" not in each)
    assert needed == ["click", "httpx", "msgspec", "websockets"]
    extra = {each.partition(";")[0].strip() for each in requires if "extra == " in each}
    listed = [
        line.partition("#")[0].strip()
        for line in (ROOT / "requirements.in").read_text().splitlines()
    ]
    assert {each.replace(" ", "") for each in extra} == {line for line in listed if line}
