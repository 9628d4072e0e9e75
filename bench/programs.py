"""The C programs, built when their sources are newer."""

from __future__ import annotations

import subprocess
from pathlib import Path

BENCH = Path(__file__).resolve().parent
BUILD = BENCH / "build"  # git-ignored
LOAD = BUILD / "load"
FLOOR = BUILD / "floor"
HOP = BUILD / "hop"


def build() -> None:
    """Compile what is out of date. Raises `CalledProcessError`, with the compiler's words on stderr."""
    command = ["make", "--silent", "-C", str(BENCH / "load"), f"BUILD={BUILD}"]
    subprocess.run(command, check=True)
