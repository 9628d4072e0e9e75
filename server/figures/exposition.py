"""Families as Prometheus reads them: its text format, version 0.0.4, written by its own client library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from server.figures.families import Family


def exposition(families: Iterable[Family]) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Given(families))
    return generate_latest(registry)


class _Given(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        for family in self._families:
            metric = Metric(family.name, family.help, family.kind)
            for sample in family.samples:
                names = (*family.labels, "le") if sample.suffix == "_bucket" else family.labels
                labels = dict(zip(names, sample.values, strict=True))
                metric.add_sample(family.name + sample.suffix, labels, sample.value)
            yield metric

    def describe(self) -> Iterator[Metric]:
        """Nothing: else the registry would collect once more to learn the names."""
        return iter(())
