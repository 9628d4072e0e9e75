"""The app as a platform starts it: by Gunicorn, or by the Procfile through honcho."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.drivers import Board
from tests.services import ROOT, ServerProcess, ServiceFailed

PROGRAMS = Path(sys.executable).parent
DRAIN_LIMIT_S = 20.0  # what platforms are told to wait (railway.json, compose.yaml)


class GunicornProcess(ServerProcess):
    """`gunicorn --config gunicorn.conf.py`."""

    name = "gunicorn"
    stop_timeout_s = DRAIN_LIMIT_S

    def command(self) -> list[str]:
        return [str(PROGRAMS / "gunicorn"), "--config", str(ROOT / "gunicorn.conf.py")]

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers."""
        return [int(child) for child in _read(f"/proc/{self.pid}/task/{self.pid}/children").split()]

    def worker_of(self, board: Board) -> int | None:
        """Which worker holds the other end of this socket; None once nobody does."""
        port = board.socket.local_address[1]
        inode = _inode_of_connection(server_port=self.port, client_port=port)
        for worker in self.workers:
            if inode is not None and f"socket:[{inode}]" in _open_files(worker):
                return worker
        return None


class HonchoProcess(ServerProcess):
    """Lines of the Procfile, as Railway and Heroku run them: with PORT and DATABASE_URL from outside."""

    name = "honcho"
    stop_timeout_s = DRAIN_LIMIT_S

    def __init__(
        self,
        line: str,
        database_url: str,
        redis_url: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(database_url, redis_url, settings)
        self._line = line

    def run_to_end(self) -> None:
        """For a line that does something and ends."""
        self._spawn()
        try:
            if code := self.wait(self.ready_timeout_s):
                raise ServiceFailed(f"{self._line} ended with {code}:\n{self.log}")
        finally:
            self.kill()

    def environment(self) -> dict[str, str]:
        environment = super().environment()
        return environment | {"PATH": f"{PROGRAMS}{os.pathsep}{environment['PATH']}"}

    def command(self) -> list[str]:
        no_settings = self.folder / "none.env"  # and not the .env that a developer may have
        no_settings.touch()
        return ["env", "--chdir", str(ROOT), "honcho", "--env", str(no_settings), "--no-colour",
                "start", self._line]  # fmt: skip


def _read(path: str) -> str:
    return Path(path).read_text()


def _open_files(pid: int) -> Sequence[str]:
    try:
        return [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:  # the process, or one of its files, has just gone
        return []


def _inode_of_connection(*, server_port: int, client_port: int) -> str | None:
    for line in _read("/proc/net/tcp").splitlines()[1:]:
        columns = line.split()
        ends = [int(columns[place].rpartition(":")[2], 16) for place in (1, 2)]
        if ends == [server_port, client_port]:
            return columns[9]
    return None
