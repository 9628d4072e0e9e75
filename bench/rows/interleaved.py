"""Repetitions go round all servers (A B C A B C), so that a noisy minute touches each alike."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence

import httpx

from bench.bare.statements import NoWriteFound
from bench.loading import LoadFailed
from bench.results import Entry
from bench.servers.contender import Contender, Missing, Served
from tests.services.process import ServiceFailed

# What can go wrong with one server, or one measurement of it, and is told in the report.
FAULTS = (LoadFailed, ServiceFailed, NoWriteFound, httpx.HTTPError, subprocess.SubprocessError)
Measure = Callable[[Served, Entry], None]


def interleaved(contenders: Sequence[Contender], repetitions: int, measure: Measure) -> list[Entry]:
    """Start each contender anew for each repetition and `measure` it. One that cannot run is named missing."""
    entries = [Entry(it.name, it.label, it.does) for it in contenders]
    pairs = list(zip(contenders, entries, strict=True))
    for contender, entry in pairs:
        try:
            contender.prepare()
            entry.version = contender.version()
        except Missing as missing:
            entry.missing = str(missing)
            say(f"  {entry.label} is missing: {missing}")
    for repetition in range(repetitions):
        for contender, entry in pairs:
            if entry.missing:
                continue
            try:
                with contender.running() as served:
                    measure(served, entry)
            except FAULTS as failed:
                entry.missing = f"failed in repetition {repetition + 1}: {last_words(failed)}"
                say(f"  {entry.label}: {entry.missing}")
            else:
                shown = ", ".join(
                    f"{name} {values[-1]:.4g}" for name, values in entry.figures.items()
                )
                say(f"  {repetition + 1}/{repetitions} {entry.label}: {shown}")
    return entries


def last_words(failed: Exception) -> str:
    """The end of what a process said, short enough for a table."""
    return " ".join(str(failed).split())[-300:]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
