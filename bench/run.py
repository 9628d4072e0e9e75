"""`make bench`: run the rows, keep their figures, write the report."""

from __future__ import annotations

import argparse
import importlib
import resource
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from bench.machine import facts
from bench.programs import BUILD, build
from bench.report.markdown import report
from bench.report.plot import plot
from bench.results import Row, read_rows, write_rows
from bench.rows.interleaved import FAULTS, last_words, say
from bench.settings import Settings

ROWS = (
    "fanout",
    "idle",
    "accepts",
    "sizes",
    "subscribers",
    "workspaces",
    "instances",
    "hop",
    "writes",
    "importing",
    "deflate",
    "assistant",
    "hostile",
    "units",
    "scale",
)
PLOT = "fanout.svg"
RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("rows", nargs="*", help=f"some of: {', '.join(ROWS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="a smoke run of a minute a row")
    parser.add_argument("--repetitions", type=int, help="of each measurement")
    parser.add_argument("--report", action="store_true", help="run nothing, write the report again")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.rows if name not in ROWS]
    if unknown:
        parser.error(f"there is no row {', '.join(unknown)}; rows are {', '.join(ROWS)}")
    settings = Settings.quickly() if arguments.quick else Settings()
    if arguments.repetitions:
        settings = replace(settings, repetitions=arguments.repetitions)
    folder = BUILD / "quick" if arguments.quick else RESULTS
    # A polite kill ends the run as Ctrl-C does, so that the servers are stopped as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    build()
    allow_many_sockets()
    rows = read_rows(folder / "latest.json")
    failures: list[str] = []
    for name in () if arguments.report else arguments.rows or ROWS:
        try:
            rows[name] = run_row(name, settings)
        except FAULTS as failed:
            failures.append(f"{name} failed: {last_words(failed)}")
            say(failures[-1])
            continue
        write_rows(folder / "latest.json", rows)
        write_report(folder, rows)
    if arguments.report:
        write_report(folder, rows)
    say("\n".join([*failures, f"the report is {folder / 'latest.md'}"]))
    return 1 if failures else 0


def allow_many_sockets() -> None:
    """For this process and all that it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def write_report(folder: Path, rows: dict[str, Row]) -> None:
    if "fanout" in rows:
        (folder / PLOT).write_text(plot(rows["fanout"]))
    in_order = {name: rows[name] for name in ROWS if name in rows}
    (folder / "latest.md").write_text(report(in_order, PLOT))


def run_row(name: str, settings: Settings) -> Row:
    machine = facts()
    began = time.monotonic()
    say(f"{name}")
    row: Row = importlib.import_module(f"bench.rows.{name}").run(settings)
    row.machine = machine
    say(f"{name} took {time.monotonic() - began:.0f} s")
    return row


if __name__ == "__main__":
    sys.exit(main())
