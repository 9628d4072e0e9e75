"""The Dockerfile, as far as it goes without an engine: its files, copied by its own list, serve by its own command."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from server.workers import GRACEFUL_TIMEOUT_S
from tests.deploy.dockerfile import Context, Copy, Dockerfile
from tests.deploy.processes import PROGRAMS
from tests.services import ROOT, ServerProcess

DOCKERFILE = Dockerfile.read()


class ImageProcess(ServerProcess):
    """The command of the image, in a folder that holds what the image would."""

    name = "image"

    def __init__(self, folder: Path, database_url: str) -> None:
        super().__init__(database_url)
        self.app = folder / "app"

    def environment(self) -> dict[str, str]:
        """The image's own, and what has to come from outside."""
        return DOCKERFILE.image.environment | {
            "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATABASE_URL": self.settings["DATABASE_URL"],
            "JWT_SECRET_KEY": self.settings["JWT_SECRET_KEY"],
        }

    def command(self) -> list[str]:
        return ["env", "--chdir", str(self.app), *DOCKERFILE.command("CMD")]

    def health(self) -> int:
        """The exit code of HEALTHCHECK."""
        check = DOCKERFILE.command("HEALTHCHECK")
        return subprocess.run(
            check, cwd=self.app, env=self.environment(), timeout=10, check=False
        ).returncode


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's files. npm ci is left out: the packages that it would install are linked instead."""
    folder = tmp_path_factory.mktemp("image")
    context = Context()
    for copy in DOCKERFILE.stage("static").copies:
        context.copy(copy, folder / "build")
    (folder / "build" / "node_modules").symlink_to(ROOT / "node_modules")
    subprocess.run(["npm", "run", "build", "--silent"], cwd=folder / "build", check=True)
    for copy in DOCKERFILE.image.copies:
        if copy.stage is None:
            context.copy(copy, folder / "app")
        elif copy.stage == "static":
            (source,) = copy.sources
            shutil.copytree(folder / source.removeprefix("/"), folder / "app" / copy.target)
    return folder


def files_under(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_the_image_holds_serves_and_writes_nothing_beside_it(
    built: Path, tmp_path: Path
) -> None:
    before = files_under(built / "app")
    with ImageProcess(built, f"sqlite:///{tmp_path / 'clientflow.db'}") as image:
        page = httpx.get(f"{image.base_url}/", trust_env=False)
        assert page.status_code == 200
        assert "/static/app-" in page.text
        documents = httpx.get(f"{image.base_url}/docs/rest", trust_env=False)
        assert documents.status_code == 200
        assert image.health() == 0
        assert image.stop() == 0
        assert image.health() != 0
    assert files_under(built / "app") == before


def test_the_image_is_given_no_rights_and_no_shell_between_signal_and_server() -> None:
    user, _, group = DOCKERFILE.instruction("USER").partition(":")
    assert int(user) > 0
    assert int(group) > 0
    for name in ("CMD", "HEALTHCHECK"):
        assert DOCKERFILE.command(name)[0] not in ("sh", "bash", "/bin/sh")
    assert DOCKERFILE.instruction("STOPSIGNAL") == "SIGTERM"
    assert GRACEFUL_TIMEOUT_S < 20  # what compose.yaml and railway.json grant


def test_packages_are_installed_by_their_hashes_and_all_come_as_wheels() -> None:
    (install,) = [rest for name, rest in DOCKERFILE.stage("packages").instructions if name == "RUN"]
    assert "--require-hashes --only-binary :all: -r requirements.txt" in install
    assert "requirements-dev" not in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        ".clientflow-secret",
        "clientflow.db",
        "clientflow.db-wal",
        "server/.env",
        "server/clientflow.db",
        "server/__pycache__/cli.cpython-311.pyc",
        "static/dist/app.js",
        "node_modules/esbuild/bin/esbuild",
        ".venv/bin/python",
        "tests/conftest.py",
        "infra/terraform/environments/prod/terraform.tfvars",
        "docs/images/board.png",
        "key.pem",
    ],
)
def test_what_has_no_business_in_an_image_never_reaches_the_builder(path: str) -> None:
    assert not Context().holds(path)


def test_a_file_that_the_builder_does_not_get_is_missed(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key").touch()
    with pytest.raises(FileNotFoundError):
        Context(tmp_path).copy(Copy(("secrets",), "secrets", None), tmp_path / "out")


def test_hadolint_finds_nothing() -> None:
    program = Path(sys.executable).parent / "hadolint"
    done = subprocess.run(
        [program, ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
