"""Figures of several repetitions."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The median of some repetitions, with the least and the greatest."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Raises `ValueError` when there are no values."""
        if not values:
            raise ValueError("no repetition has succeeded")
        return cls(statistics.median(values), min(values), max(values), len(values))


def quantile(values: Sequence[float], fraction: float) -> float:
    """The least value that `fraction` of them do not exceed. Raises `ValueError` when there are none."""
    if not values:
        raise ValueError("there are no values")
    return sorted(values)[max(0, math.ceil(fraction * len(values)) - 1)]


@dataclass(frozen=True)
class Line:
    """y = base + slope * x."""

    base: float
    slope: float
    fit: float  # r squared: 1 when the points lie on the line

    def at(self, x: float) -> float:
        return self.base + self.slope * x


def fitted(points: Sequence[tuple[float, float]]) -> Line:
    """The least-squares line through at least two points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    slope, base = statistics.linear_regression(xs, ys)
    mean = statistics.fmean(ys)
    spread = sum((y - mean) ** 2 for y in ys)
    missed = sum((y - (base + slope * x)) ** 2 for x, y in points)
    return Line(base, slope, 1 - missed / spread if spread else 1.0)


def ratio(value: float | None, to: float | None) -> float | None:
    """value / to; None when one of them was not measured."""
    return value / to if value is not None and to else None


def shares(total: int, among: int) -> list[int]:
    """`total` in as equal parts as can be."""
    return [len(range(at, total, among)) for at in range(among)]
