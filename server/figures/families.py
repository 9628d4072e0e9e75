"""A family of figures: what one name of /metrics stands for. Families of several processes can be merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from realtime.histogram import Histogram

Labels = tuple[str, ...]
Merge = Literal["sum", "max", "min"]


class Sample(msgspec.Struct, array_like=True, frozen=True):
    """`values` are those of the family's labels, and of `le` where `suffix` is `_bucket`."""

    suffix: str
    values: Labels
    value: float


class Family(msgspec.Struct, array_like=True, frozen=True):
    """`merge` says what several processes come to together."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: Labels
    merge: Merge
    samples: list[Sample]


Values = float | Mapping[Any, float]  # by a str for one label, a tuple of str for several


def counter(name: str, help_text: str, values: Values, labels: Sequence[str] = ()) -> Family:
    """What only grows. `values`: the number, or one for each set of label values (or each value of one label)."""
    return Family(name, "counter", help_text, tuple(labels), "sum", _samples("_total", values))


def gauge(
    name: str, help_text: str, values: Values, labels: Sequence[str] = (), *, merge: Merge = "sum"
) -> Family:
    """What goes up and down."""
    return Family(name, "gauge", help_text, tuple(labels), merge, _samples("", values))


def histogram(
    name: str,
    help_text: str,
    values: Histogram | Mapping[Labels, Histogram],
    labels: Sequence[str] = (),
) -> Family:
    """Durations in seconds; `values`: one for each set of label values."""
    of = {(): values} if isinstance(values, Histogram) else values
    samples = [sample for key, found in of.items() for sample in _buckets(key, found)]
    return Family(name, "histogram", help_text, tuple(labels), "sum", samples)


def merged(processes: Iterable[Iterable[Family]]) -> list[Family]:
    """One family for each name, of what every process has counted."""
    families: dict[str, Family] = {}
    values: dict[str, dict[tuple[str, Labels], float]] = {}
    for process in processes:
        for family in process:
            families.setdefault(family.name, family)
            found = values.setdefault(family.name, {})
            for sample in family.samples:
                key = (sample.suffix, sample.values)
                found[key] = _together(family.merge, found.get(key), sample.value)
    return [
        msgspec.structs.replace(
            family, samples=[Sample(*key, value) for key, value in values[name].items()]
        )
        for name, family in families.items()
    ]


def _together(merge: Merge, before: float | None, value: float) -> float:
    if before is None:
        return value
    return (
        before + value
        if merge == "sum"
        else max(before, value)
        if merge == "max"
        else min(before, value)
    )


def _samples(suffix: str, values: Values) -> list[Sample]:
    if not isinstance(values, Mapping):
        return [Sample(suffix, (), float(values))]
    return [
        Sample(suffix, (key,) if isinstance(key, str) else key, float(value))
        for key, value in values.items()
    ]


def _buckets(key: Labels, found: Histogram) -> list[Sample]:
    samples, seen = [], 0
    for bound, count in zip([*found.bounds, float("inf")], found.counts, strict=True):
        seen += count
        le = "+Inf" if bound == float("inf") else f"{bound:g}"
        samples.append(Sample("_bucket", (*key, le), seen))
    return [*samples, Sample("_count", key, seen), Sample("_sum", key, found.total)]
