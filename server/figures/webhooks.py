"""What /metrics tells of webhooks."""

from __future__ import annotations

from collections.abc import Iterator

from server.figures.families import Family, counter, gauge
from server.webhooks.deliverer import Deliverer


def webhook_families(deliverer: Deliverer) -> Iterator[Family]:
    yield counter(
        "clientflow_webhook_deliveries",
        "Deliveries of webhooks, by how they went.",
        {result: deliverer.results[result] for result in ("succeeded", "failed", "skipped")},
        ["result"],
    )
    yield gauge(
        "clientflow_webhooks_in_flight",
        "Webhooks that are delivered for here.",
        deliverer.in_flight,
    )
    yield gauge(
        "clientflow_webhooks_behind",
        "Enabled webhooks that have not been told everything.",
        deliverer.behind,
        merge="max",
    )
    yield gauge(
        "clientflow_webhook_lag_changes",
        "Changes that the last of them is behind.",
        deliverer.lag,
        merge="max",
    )
