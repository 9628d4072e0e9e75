"""Where and with what it was measured."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

SERVER_CORE = 0
LOAD_CORE = 1 if (os.cpu_count() or 1) > 1 else 0
ROOT = Path(__file__).resolve().parents[1]


def pinned(core: int, command: list[str]) -> list[str]:
    """The command on one core only. taskset replaces itself by it, so the pid is the command's."""
    return ["taskset", "-c", str(core), *command]


def facts() -> dict[str, str]:
    """The machine, the kernel, the date and the commit."""
    cpu = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {
        "processor": f"{os.cpu_count()} x {cpu[1] if cpu else platform.machine()}",
        "memory": f"{int(memory[1]) / 2**20:.0f} GiB" if memory else "unknown",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit() + (f", server of {tree}" if (tree := os.environ.get("TREE")) else ""),
        "load average at the start": f"{os.getloadavg()[0]:.2f}",
    }


def commit() -> str:
    """The commit's short name, with a plus sign when files differ from it."""
    name = _said("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
    changed = _said("git", "-C", str(ROOT), "status", "--porcelain", "--", ":!bench/results")
    return (name or "unknown") + ("+" if changed else "")


def package_versions(*names: str) -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()
