"""Examples by hypothesis for so many seconds, and what came of them in figures.

FUZZ_SECONDS (12) is how long each exploration lasts, FUZZ_SEED (0) where it begins: the same seed gives the same
examples in the same order, and a failure prints the smallest that fails.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")
SECONDS = float(os.environ.get("FUZZ_SECONDS", "12"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))
TIMEOUT_S = 60 + 3 * SECONDS  # of a test


class Tally:
    """Counts of one exploration, printed at the end of the run."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seconds = SECONDS
        self.counts: Counter[str] = Counter()

    def __str__(self) -> str:
        counted = ", ".join(f"{count:,} {name}" for name, count in sorted(self.counts.items()))
        return f"{self.name}: {counted}"


def explore(
    examples: st.SearchStrategy[T],
    check: Callable[[T], None],
    tally: Tally,
    seconds: float = SECONDS,
    at_a_time: int = 100,
) -> None:
    """Give `check` one example after the other; it raises for one that shows a fault.

    Hypothesis begins each round of so many `at_a_time` with small ones, and ends none before it has made them all.
    """
    ends_at, tried = time.monotonic() + seconds, Counter[str]()
    for number in itertools.count(SEED):

        @seed(number)
        @settings(
            max_examples=at_a_time,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(examples)
        def one_round(example: T) -> None:
            if (
                time.monotonic() < ends_at or not tried
            ):  # to make the first may have taken all the time
                tried["examples"] += 1
                tally.counts["examples"] += 1
                check(example)

        one_round()
        if time.monotonic() >= ends_at:
            return
