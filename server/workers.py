"""Gunicorn's worker and logger for ClientFlow; gunicorn.conf.py names them."""

from __future__ import annotations

import asyncio
import signal
import sys
from types import FrameType
from typing import Any

import uvicorn
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from server.logs import configure_logging
from server.serving import SHUTDOWN_TIMEOUT_S, uvicorn_options
from server.settings import Settings, SettingsError
from storage.errors import StorageError
from storage.migrate import upgrade

# Above all that a worker does after SIGTERM: uvicorn's bound, then the commands that still run.
GRACEFUL_TIMEOUT_S = SHUTDOWN_TIMEOUT_S + 7
BAD_START = 2  # the exit code of the command line for the same faults


def checked_settings() -> Settings:
    """The settings; if they are wrong, the process ends and says in words what is."""
    try:
        return Settings.from_environment()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(BAD_START)


def migrate(arbiter: Arbiter) -> None:
    """Gunicorn's `on_starting`: bring the database up to date, before there are workers and a port."""
    try:
        asyncio.run(upgrade(checked_settings().database_url))
    except StorageError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(BAD_START)


def bind_address(settings: Settings) -> str:
    """HOST and PORT as Gunicorn writes them."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"


class FrameWorker(Worker):  # type: ignore[misc]  # Gunicorn is untyped
    """One process with uvicorn in it, on the sockets that Gunicorn listens on."""

    def init_signals(self) -> None:
        # Gunicorn's own handlers wait for a loop of Gunicorn's. While it serves, uvicorn has SIGTERM and SIGINT.
        for number in self.SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, self._leave)
        signal.signal(signal.SIGINT, self._leave)
        signal.signal(signal.SIGQUIT, self._interrupt)
        signal.signal(signal.SIGUSR1, self.handle_usr1)

    def run(self) -> None:
        """Serve until told to stop. Ends the process with Gunicorn's code for a failed start if the app does."""
        server = uvicorn.Server(
            uvicorn.Config(
                self.wsgi,
                **uvicorn_options(Settings.from_environment()),
                timeout_notify=int(self.timeout),  # half the time after which Gunicorn kills it
                callback_notify=self._heartbeat,
            )
        )
        server.run(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    async def _heartbeat(self) -> None:
        self.notify()

    def _leave(self, number: int, frame: FrameType | None) -> None:
        """Before it serves, and when uvicorn hands on the signal that it has obeyed."""
        sys.exit(0)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Gunicorn's second word after Ctrl-C: for uvicorn, a second SIGINT means at once."""
        signal.raise_signal(signal.SIGINT)


class StructuredLogger(Logger):  # type: ignore[misc]
    """Gunicorn's records go the way of all others."""

    def setup(self, cfg: Config) -> None:
        configure_logging(checked_settings())
        self.error_log.propagate = True
        self.access_log.propagate = True

    def access(self, *args: Any) -> None:
        """Requests are logged by uvicorn, if at all."""
