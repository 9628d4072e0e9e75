"""latest.md: every figure with its spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.report.promises import promises
from bench.results import Entry, Row
from bench.stats import Spread, ratio

HEAD = (
    "Written by `make bench`. Every server runs on one core, the load and what else the server needs (Redis, "
    "PostgreSQL) on the other. CPU is user and system time of all the server's processes, from /proc. Figures are "
    "medians of the repetitions, which go round all servers; least and greatest stand in brackets. How it is "
    "measured and why: [the decisions](../../docs/decisions/README.md)."
)
OURS = ("clientflow-presence", "clientflow")


def report(rows: Mapping[str, Row], plot: str) -> str:
    """`plot`: the file name of the picture."""
    parts = [
        "# Benchmarks",
        HEAD,
        _machines(rows),
        f"![CPU per million deliveries, by server]({plot})",
        "## What was promised",
        _promised(rows),
        *(_row(row) for row in rows.values()),
    ]
    return "\n\n".join(parts) + "\n"


def number(value: float) -> str:
    """Three significant digits, whole numbers with thousands apart."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spread(figure: Spread | None) -> str:
    if figure is None:
        return ""
    if figure.low == figure.high:
        return number(figure.median)
    return f"{number(figure.median)} ({number(figure.low)} to {number(figure.high)})"


def table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(heads) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *lines))


def _machines(rows: Mapping[str, Row]) -> str:
    """The rows may have been run at different times: each its own line."""
    facts = list(dict.fromkeys(name for row in rows.values() for name in row.machine))
    lines = [[row.name, *(row.machine.get(fact, "") for fact in facts)] for row in rows.values()]
    return table(["row", *facts], lines)


def _promised(rows: Mapping[str, Row]) -> str:
    lines = []
    for it in promises(rows):
        measured = "" if it.measured is None else f"{number(it.measured)} {it.unit}".strip()
        lines.append([it.figure, it.wanted, measured, it.holds])
    return table(["figure", "promised", "measured", "holds?"], lines)


def _row(row: Row) -> str:
    measured = [entry for entry in row.entries if not entry.missing]
    heads = ["", *row.columns.values()]
    bases = [(name, label) for name, label in _bases(row) if row.ratios]
    heads += [f"{pace}: x {label}" for pace in row.ratios.values() for _, label in bases]
    lines = [_line(row, entry, bases) for entry in measured]
    parts = [f"## {row.title}", row.what, table(heads, lines)]
    parts += [f"Missing: {entry.label}: {entry.missing}" for entry in row.entries if entry.missing]
    if does := [f"- {entry.label}: {entry.does}" for entry in measured if entry.does]:
        parts.append("What each line does:\n\n" + "\n".join(does))
    versions = [f"- {entry.label}: {entry.version}" for entry in measured if entry.version]
    if versions:
        parts.append("Versions:\n\n" + "\n".join(versions))
    return "\n\n".join(parts)


def _bases(row: Row) -> list[tuple[str, str]]:
    """What the others are compared with: the floor, and ClientFlow where it does the same as they."""
    known = {entry.server for entry in row.entries if not entry.missing}
    ours = [(name, "ClientFlow") for name in OURS if name in known][:1]
    return [("floor", "floor")] * ("floor" in known) + ours


def _line(row: Row, entry: Entry, bases: Sequence[tuple[str, str]]) -> list[str]:
    cells = [entry.label, *(spread(entry.spread(figure)) for figure in row.columns)]
    for figure in row.ratios:
        for base, _ in bases:
            times = ratio(entry.median(figure), row.median(base, figure))
            cells.append("" if times is None else number(times))
    return cells
