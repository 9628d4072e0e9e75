"""What a run did, counted from its histories."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.fault.check_commands import commands_of
from tests.fault.evidence import Violation
from tests.fault.history import (
    Acknowledged,
    Ended,
    History,
    Loaded,
    Received,
    Sent,
    Welcomed,
)

TOO_SLOW = 4008


@dataclass
class Figures:
    commands: int = 0
    tries: int = 0
    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0
    resolved: int = 0
    delivered: int = 0
    reconnects: int = 0
    resumed: int = 0
    reloaded: int = 0
    longest_delay_s: float = 0.0
    closes: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Figures) -> Figures:
        """Of both runs together."""
        both = {
            name: getattr(self, name) + getattr(other, name)
            for name in self.__dataclass_fields__
            if name != "longest_delay_s"
        }
        return Figures(longest_delay_s=max(self.longest_delay_s, other.longest_delay_s), **both)

    def shown(self, faults: Counter[str], violations: Sequence[Violation]) -> str:
        """One fact a line."""
        words = Counter(violation.kind.word for violation in violations)
        by_kind = ", ".join(f"{kind} {count}" for kind, count in sorted(faults.items()))
        lines = [
            ("commands sent", f"{self.commands} in {self.tries} tries"),
            ("acknowledged", self.acknowledged),
            ("refused", self.refused),
            ("unknown at first", f"{self.unknown}, resolved {self.resolved}"),
            ("faults injected", f"{faults.total()}: {by_kind}"),
            ("changes delivered", self.delivered),
            ("reconnects", f"{self.reconnects}: {self.resumed} resumed, {self.reloaded} reloaded"),
            ("channels ended with", dict(sorted(self.closes.items()))),
            ("longest delivery delay", f"{self.longest_delay_s:.2f} s"),
            *((word, words.pop(word, 0)) for word in ("lost", "doubled", "out of order")),
            *words.items(),
        ]
        return "\n".join(f"{name + ':':<24}{value}" for name, value in lines)


def figures_of(histories: Iterable[History]) -> Figures:
    figures = Figures()
    by_workspace: dict[str, list[History]] = defaultdict(list)
    for history in histories:
        by_workspace[history.workspace_id].append(history)
        _count(history, figures)
    for group in by_workspace.values():
        figures.longest_delay_s = max(figures.longest_delay_s, longest_delay_s(group))
    return figures


def _count(history: History, figures: Figures) -> None:
    for tried in commands_of(history).values():
        known = not tried.unresolved
        figures.commands += 1
        figures.acknowledged += bool(tried.acknowledged)
        figures.refused += known and not tried.acknowledged
        if tried.unknown:
            figures.unknown += 1
            figures.resolved += known
    epochs = 0
    for event in history.events:
        if isinstance(event, Sent):
            figures.tries += 1
        elif isinstance(event, Received):
            figures.delivered += 1
        elif isinstance(event, Welcomed):
            epochs += 1
            figures.reconnects += epochs > 1
            figures.resumed += event.resumed
        elif isinstance(event, Loaded):
            figures.reloaded += epochs > 1
        elif isinstance(event, Ended):
            figures.closes[str(event.code or event.reason or "left")] += 1


def longest_delay_s(histories: Sequence[History]) -> float:
    """From when anybody knew of a change to when the last one did who was connected, and reading, all the while."""
    first: dict[int, float] = {}
    for history in histories:
        for event in history.events:
            if isinstance(event, Received | Acknowledged) and event.seq is not None:
                first[event.seq] = min(event.at, first.get(event.seq, event.at))
    longest = 0.0
    for history in histories:
        since: dict[int, float] = {}
        stalled = {e.epoch for e in history.events if isinstance(e, Ended) and e.code == TOO_SLOW}
        for event in history.events:
            if isinstance(event, Welcomed):
                since[event.epoch] = event.at
            elif isinstance(event, Received):
                delay = event.at - first[event.seq]
                if since[event.epoch] < first[event.seq] and event.epoch not in stalled:
                    longest = max(longest, delay)
    return longest
