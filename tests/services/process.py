"""A process with its port, its folder and its log: what every service is."""

import atexit
import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
PORT_TRIES = 5
ADDRESS_IN_USE = re.compile(r"address (is )?already in use", re.IGNORECASE)


class ServiceFailed(Exception):
    """A service ended or kept silent while it was awaited; the text holds the end of its log."""


def free_port() -> int:
    """A port nobody listens on now.

    It lies below the range from which the kernel takes the ports of outgoing connections: a client
    that keeps dialling a stopped service could otherwise be given that very port, connect to itself
    and so keep the service from coming back.
    """
    low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(max(1024, low - 16384), low)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Service:
    """One process on one port, with its log and its folder."""

    name = "service"
    ready_timeout_s = 30.0
    stop_timeout_s = 15.0
    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"clientflow-{self.name}-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._has_served = False
        atexit.register(self.close)

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {key: os.environ[key] for key in ("PATH", "HOME", "TZ") if key in os.environ}

    def owner(self) -> dict[str, Any]:
        """Popen's `user` arguments, for a service that must not run as root."""
        return {}

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} has not been started"
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self, *, timeout_s: float | None = None) -> Self:
        assert not self.running, f"{self.name} is running already"
        for tries_left in reversed(range(PORT_TRIES)):
            self._spawn()
            try:
                self._await_answer(timeout_s or self.ready_timeout_s)
            except ServiceFailed:
                lost_the_port = not self._has_served and ADDRESS_IN_USE.search(self.log)
                if not (lost_the_port and tries_left):
                    raise
                (self.folder / "log").unlink()
                self.port = free_port()
            else:
                self._has_served = True
                return self
        raise AssertionError("unreachable")

    def stop(self) -> int:
        """Ends it in good order (by force after `stop_timeout_s`) and returns its exit code."""
        if self.running:
            self.send_signal(self.stop_signal)
            self.resume()
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self.wait(self.stop_timeout_s)
        return self.kill()

    def kill(self) -> int:
        """Ends it and its children at once, as a crash would, and returns its exit code."""
        if self._process is None:
            return 0
        if self.running:
            os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.wait()

    def wait(self, timeout_s: float) -> int:
        """Its exit code, when it ends by itself. Raises `subprocess.TimeoutExpired`."""
        assert self._process is not None, f"{self.name} has not been started"
        return self._process.wait(timeout_s)

    def restart(self) -> Self:
        self.stop()
        return self.start()

    def pause(self) -> None:
        """Freezes it: its connections stay open and silent."""
        self.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.send_signal(signal.SIGCONT)

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process is not None, f"{self.name} has not been started"
        self._process.send_signal(number)

    def close(self) -> None:
        self.stop()
        atexit.unregister(self.close)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            return self if self.running else self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _spawn(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Out of the terminal's reach: Ctrl-C is for pytest, which then ends it in order.
                start_new_session=True,
                **self.owner(),
            )

    def _await_answer(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if not self.running:
                raise ServiceFailed(f"{self.name} ended while starting:\n{self.log[-4000:]}")
            if self.answers():
                return
            time.sleep(0.02)
        self.kill()
        raise ServiceFailed(f"{self.name} silent for {timeout_s:g} s:\n{self.log[-4000:]}")
