"""The scripts of scripts/, run as an operator runs them: in a clone of their own, with the real AWS CLI."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.deploy.processes import PROGRAMS
from tests.services import ROOT

STAND_INS = Path(__file__).parent / "stand_ins"
# Short, but no figure that a script would not take from an operator.
PATIENCE = {
    "POLL_SECONDS": "0.1",
    "MIGRATION_SECONDS": "0",
    "STABLE_SECONDS": "0",
    "SMOKE_SECONDS": "0",
    "SETTLE_SECONDS": "0",
}


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    said: str
    asked: str  # of the stand-in: what it was called with


class Clone:
    """A committed copy of what the scripts need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._runs = 0
        shutil.copytree(ROOT / "scripts", folder / "scripts")
        (folder / "Dockerfile").write_text("FROM scratch\n")
        self._git("init", "--quiet")
        self._git("add", ".")
        self._git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x")
        self.commit = self._git("rev-parse", "HEAD")

    def run(
        self,
        script: str,
        *arguments: str,
        environment: Mapping[str, str],
        first: Path | None = None,
    ) -> Run:
        """Run a script; programs are looked for in `first`, then among the stand-ins, then where they are."""
        self._runs += 1
        log = self.folder.parent / f"{self.folder.name}-docker-{self._runs}"
        log.touch()
        path = [str(STAND_INS), str(PROGRAMS), os.environ["PATH"]]
        if first:
            path.insert(0, str(first))
        given = {
            "PATH": os.pathsep.join(path),
            "HOME": str(self.folder.parent),
            "DOCKER_LOG": str(log),
        }
        done = subprocess.run(
            [self.folder / "scripts" / script, *arguments],
            env=given | PATIENCE | environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        return Run(done.returncode, done.stdout.strip("\n"), done.stderr, log.read_text())

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", self.folder, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()


@contextmanager
def answering(status: str, code: int = 200) -> Iterator[str]:
    """A deployed server whose /readyz says so; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(code if self.path == "/readyz" else 404)
            self.end_headers()
            self.wfile.write(f'{{"status": "{status}"}}'.encode())

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
