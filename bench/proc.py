"""What a process has used, from /proc (proc(5))."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_seconds_of_stat(text: str) -> float:
    """utime + stime of a /proc/PID/stat, in ticks of 10 ms; its second field may hold anything but ')'."""
    fields = text[text.rindex(")") + 2 :].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def cpu_seconds_of_schedstat(text: str) -> float:
    """The first field of /proc/PID/task/TID/schedstat: nanoseconds on a processor."""
    return int(text.split(maxsplit=1)[0]) / 1e9


def cpu_seconds(pids: Iterable[int], proc: Path = PROC) -> float:
    """User and system time that these processes have used.

    The scheduler's own count per thread is exact to the nanosecond, but forgets threads that ended; a
    process's ticks remember them. The larger of both is right either way.
    """
    total = 0.0
    for pid in pids:
        ticks = cpu_seconds_of_stat((proc / str(pid) / "stat").read_text())
        exact = 0.0
        for task in (proc / str(pid) / "task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                exact += cpu_seconds_of_schedstat((task / "schedstat").read_text())
        total += exact if exact >= ticks - 2 / TICKS_PER_S else ticks
    return total


def pss_bytes_of_rollup(text: str) -> int:
    """Pss of a /proc/PID/smaps_rollup: its own pages, and its share of those that it shares."""
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise ValueError("there is no Pss line")


def pss_bytes(pids: Iterable[int], proc: Path = PROC) -> int:
    return sum(pss_bytes_of_rollup((proc / str(pid) / "smaps_rollup").read_text()) for pid in pids)


def with_descendants(pid: int, proc: Path = PROC) -> list[int]:
    """`pid` and all processes below it."""
    children: dict[int, list[int]] = {}
    for folder in proc.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                text = (folder / "stat").read_text()
                parent = int(text[text.rindex(")") + 2 :].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    found = [pid]
    for known in found:
        found += children.get(known, [])
    return found
