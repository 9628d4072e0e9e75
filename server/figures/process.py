"""What the operating system and the interpreter say of this process (proc(5); nothing where there is no /proc)."""

from __future__ import annotations

import gc
import os
import platform
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from server.figures.families import Family, counter, gauge

_PROC = Path("/proc/self")
_STARTED_AT = time.time()


def process_families() -> Iterator[Family]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield counter("process_cpu_seconds", "CPU time used.", used.ru_utime + used.ru_stime)
    yield gauge(
        "process_start_time_seconds", "When it was started (Unix time).", _STARTED_AT, merge="min"
    )
    if _PROC.exists():
        pages = int((_PROC / "statm").read_text().split()[1])
        yield gauge(
            "process_resident_memory_bytes", "Memory in RAM.", pages * resource.getpagesize()
        )
        yield gauge("process_open_fds", "Open files and sockets.", len(os.listdir(_PROC / "fd")))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield gauge("process_max_fds", "How many files and sockets may be open.", soft)
    stats = gc.get_stats()
    yield counter(
        "python_gc_collections",
        "Times that the garbage collector ran.",
        {str(generation): found["collections"] for generation, found in enumerate(stats)},
        ["generation"],
    )


def build_family(version: str) -> Family:
    labels = {(version, platform.python_version()): 1}
    return gauge(
        "clientflow_build_info", "What runs; always 1.", labels, ["version", "python"], merge="max"
    )
