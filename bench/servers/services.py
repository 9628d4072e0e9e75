"""Processes that are measured, on the server's core, and those they need, on the load's."""

from __future__ import annotations

import contextlib
import socket
import sys

from bench.machine import LOAD_CORE, ROOT, SERVER_CORE, pinned
from tests.services.postgres import PostgresServer
from tests.services.process import Service
from tests.services.redis import RedisServer


class PinnedService(Service):
    """A process on the server's core."""

    core = SERVER_CORE

    def program(self) -> list[str]:
        raise NotImplementedError

    def command(self) -> list[str]:
        return pinned(self.core, self.program())


class ListeningService(PinnedService):
    """One that is up when its port takes connections."""

    def answers(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), timeout=1),
        ):
            return True
        return False


class RedisElsewhere(RedisServer):
    """Redis on the load's core: the server's processor time holds what the server itself does."""

    core = LOAD_CORE

    def command(self) -> list[str]:
        return pinned(self.core, super().command())


class UvicornService(ListeningService):
    """uvicorn in its production setting: uvloop, httptools, no access log."""

    name = "uvicorn"

    def __init__(
        self, app: str, settings: dict[str, str], *options: str, python: str = sys.executable
    ) -> None:
        super().__init__()
        self.app = app
        self.settings = settings
        self.options = options
        self.python = python

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PYTHONPATH": str(ROOT)} | self.settings

    def program(self) -> list[str]:
        return [self.python, "-m", "uvicorn", self.app, "--host", "127.0.0.1",
                "--port", str(self.port), "--loop", "uvloop", "--http", "httptools",
                "--no-access-log", "--log-level", "warning", "--backlog", "4096",
                *self.options]  # fmt: skip


class PostgresElsewhere(PostgresServer):
    """PostgreSQL on the load's core; as it is installed, it writes through to the disk."""

    core = LOAD_CORE

    def command(self) -> list[str]:
        durable = {"fsync=off": "fsync=on", "full_page_writes=off": "full_page_writes=on"}
        return pinned(self.core, [durable.get(part, part) for part in super().command()])
