"""What a run has found, as it is kept in latest.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.stats import Spread


@dataclass
class Entry:
    """One line of a row's table: a server, or a server under one condition."""

    server: str
    label: str
    does: str = ""
    version: str = ""
    missing: str = ""
    figures: dict[str, list[float]] = field(default_factory=dict)

    def add(self, **values: float) -> None:
        """Note one repetition's figures."""
        for name, value in values.items():
            self.figures.setdefault(name, []).append(value)

    def spread(self, figure: str) -> Spread | None:
        values = self.figures.get(figure)
        return Spread.of(values) if values else None

    def median(self, figure: str) -> float | None:
        spread = self.spread(figure)
        return spread.median if spread else None


@dataclass
class Row:
    name: str
    title: str
    what: str
    columns: dict[str, str]  # figure: heading with its unit
    entries: list[Entry] = field(default_factory=list)
    ratios: dict[str, str] = field(
        default_factory=dict
    )  # figure: its name where it is given as a ratio
    machine: dict[str, str] = field(default_factory=dict)

    def entry(self, server: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.server == server), None)

    def median(self, server: str, figure: str) -> float | None:
        entry = self.entry(server)
        return entry.median(figure) if entry else None


def read_rows(path: Path) -> dict[str, Row]:
    """The rows of an earlier run; none when there was none."""
    if not path.exists():
        return {}
    kept: dict[str, dict[str, Any]] = json.loads(path.read_text())["rows"]
    return {
        name: Row(**{**row, "entries": [Entry(**entry) for entry in row["entries"]]})
        for name, row in kept.items()
    }


def write_rows(path: Path, rows: dict[str, Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {"rows": {name: asdict(row) for name, row in rows.items()}}
    path.write_text(json.dumps(kept, indent=1) + "\n")
