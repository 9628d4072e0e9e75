"""Runs the load generator (bench/load) on its own core and samples the server around what it measures."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.machine import LOAD_CORE
from bench.programs import LOAD

Json = dict[str, Any]


class LoadFailed(Exception):
    """The load generator ended before its result; the text is what it said."""


@dataclass(frozen=True)
class Route:
    """Sockets that are alike. `publish`: what each of them sends, with %T for the marker and %U for a new id."""

    port: int
    path: str
    count: int = 1
    room: int = 0
    group: int = 0
    source: str = "127.0.0.1"
    headers: tuple[str, ...] = ()
    protocol: str = "plain"
    ready: str | None = None
    hello: str | None = None
    publish: str | None = None

    def line(self) -> str:
        """As load/plan.h describes it. Raises `ValueError` for a tab, which would part fields."""
        fields = [self.room, self.group, self.count, self.source, self.port, self.path,
                  "|".join(self.headers) or "-", self.protocol, self.ready or "-",
                  self.hello or "-", self.publish or "-"]  # fmt: skip
        texts = [str(field) for field in fields]
        if any("\t" in text or "\n" in text for text in texts):
            raise ValueError(f"a tab or a line's end in {texts}")
        return "\t".join(texts)


@dataclass
class Load:
    """One run of the load generator. `sample` is called when its measuring starts and when it stops."""

    mode: str
    routes: Sequence[Route]
    options: Mapping[str, float | str | bool] = field(default_factory=dict)

    def command(self, plan: Path) -> list[str]:
        command = ["taskset", "-c", str(LOAD_CORE), str(LOAD), "--mode", self.mode]
        command += ["--plan", str(plan)]
        for name, value in self.options.items():
            if value is True:
                command.append(f"--{name}")
            elif value is not False:
                command += [f"--{name}", str(value)]
        return command

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Started, with its sockets not yet open; ended afterwards in any case."""
        with tempfile.TemporaryDirectory(prefix="clientflow-load-") as folder:
            plan = Path(folder) / "plan"
            plan.write_text("".join(route.line() + "\n" for route in self.routes))
            process = subprocess.Popen(
                self.command(plan),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            try:
                yield Running(process)
            finally:
                process.kill()
                process.communicate()

    def measure(self, sample: Callable[[], float]) -> tuple[Json, float]:
        """Its result, and how much `sample` grew while it measured. Raises `LoadFailed`."""
        with self.running() as running:
            running.until("ready")
            running.say("go")
            running.until("start")
            before = sample()
            running.until("stop")
            used = sample() - before
            result = running.until("result")
        if result.get("ended"):
            code = result["close_code"]
            raise LoadFailed(
                f"{result['ended']} sockets were closed while it ran, the last with {code}"
            )
        return result, used


def per_delivery(cpu_s: float, result: Json) -> float:
    """CPU µs per delivery, which is CPU s per million. Raises `LoadFailed` when nothing was delivered."""
    if not result["delivered"]:
        raise LoadFailed("no event was delivered")
    return float(cpu_s / result["delivered"] * 1e6)


@dataclass
class Running:
    process: subprocess.Popen[str]

    def until(self, event: str) -> Json:
        """The next line that tells this event. Raises `LoadFailed`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told: Json = json.loads(line)
            if told["event"] == event:
                return told
        _, said = self.process.communicate()
        raise LoadFailed(f"no {event}: {said.strip() or 'it said nothing'}")

    def say(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
