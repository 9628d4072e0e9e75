"""What Railway, Heroku and Nixpacks read says the same as the Procfile, and is true of the server."""

import json
import re
import tomllib
from typing import Any

import pytest

from server.workers import GRACEFUL_TIMEOUT_S
from tests.deploy.dockerfile import Dockerfile
from tests.services import ROOT

Json = dict[str, Any]


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines)}


@pytest.fixture
def railway() -> Json:
    loaded: Json = json.loads((ROOT / "railway.json").read_text())
    return loaded


@pytest.fixture
def nixpacks() -> Json:
    return tomllib.loads((ROOT / "nixpacks.toml").read_text())


@pytest.fixture
def heroku() -> Json:
    loaded: Json = json.loads((ROOT / "app.json").read_text())
    return loaded


def settings_known() -> set[str]:
    return set(
        re.findall(r"^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )


def test_every_platform_starts_and_migrates_by_the_same_commands(
    railway: Json, nixpacks: Json
) -> None:
    lines = procfile()
    assert set(lines) == {"web", "release"}
    assert railway["deploy"]["startCommand"] == lines["web"]
    assert railway["deploy"]["preDeployCommand"] == [lines["release"]]
    assert nixpacks["start"]["cmd"] == lines["web"]
    assert " ".join(Dockerfile.read().command("CMD")) == lines["web"]


def test_one_version_of_python_and_of_node_is_built_with_everywhere(nixpacks: Json) -> None:
    python, node = "3.11", "20"
    assert (ROOT / "runtime.txt").read_text().strip() == f"python-{python}"
    packages = [f"python{python.replace('.', '')}", f"nodejs_{node}"]
    assert nixpacks["phases"]["setup"]["nixPkgs"] == packages
    bases = {stage.base.partition("-")[0] for stage in Dockerfile.read().stages}
    assert bases == {f"python:{python}", f"node:{node}"}
    assert json.loads((ROOT / "package.json").read_text())["engines"]["node"] == f">={node}"


def test_nixpacks_installs_what_is_pinned_and_builds_the_browser_app(nixpacks: Json) -> None:
    install, build = (nixpacks["phases"][name]["cmds"] for name in ("install", "build"))
    assert any("--require-hashes -r requirements.txt" in command for command in install)
    assert "npm ci" in install
    assert build[0] == "npm run build"


def test_railway_waits_for_readiness_and_for_the_drain(railway: Json) -> None:
    deploy = railway["deploy"]
    assert deploy["healthcheckPath"] == "/readyz"
    # Numbers: its parser takes no strings here, whatever the examples show.
    assert isinstance(deploy["drainingSeconds"], int)
    assert isinstance(deploy["overlapSeconds"], int)
    assert deploy["drainingSeconds"] > GRACEFUL_TIMEOUT_S


def test_heroku_sets_only_what_the_server_knows_and_makes_the_secret(heroku: Json) -> None:
    assert set(heroku["env"]) <= settings_known()
    assert heroku["env"]["ENVIRONMENT"]["value"] == "production"
    assert heroku["env"]["JWT_SECRET_KEY"] == {
        "description": "Signs access tokens",
        "generator": "secret",
    }
    assert [pack["url"] for pack in heroku["buildpacks"]] == ["heroku/nodejs", "heroku/python"]
    assert set(heroku["formation"]) <= set(procfile())
