"""What operators ask: is it alive, is it ready, and how is it doing."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from realtime.bus import BusState
from server.api.http import json_response
from server.assistant.provider import FaultKind
from server.services import Services, services_of
from storage.errors import Unavailable


async def healthz(request: Request) -> Response:
    """The process answers."""
    return json_response({"status": "alive"})


async def readyz(request: Request) -> Response:
    """200 `ready` or `degraded` (the bus is away: changes go by the log); 503 while the database is away or once
    the server has been told to stop."""
    services = services_of(request)
    bus = {"name": services.bus.name, "state": services.bus.state.value}
    if services.hub.draining:
        return json_response({"status": "stopping", "bus": bus}, 503)
    try:
        await services.storage.ping()
    except Unavailable:
        return json_response({"status": "unavailable", "database": "unreachable", "bus": bus}, 503)
    status = "degraded" if services.bus.state is BusState.DEGRADED else "ready"
    return json_response({"status": status, "database": "reached", "bus": bus})


async def metrics(request: Request) -> Response:
    """Prometheus text format."""
    registry = CollectorRegistry()
    registry.register(_Figures(services_of(request)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """Reads the live objects when asked, so that nothing is counted twice."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        hub, bus = self._services.hub, self._services.bus
        yield GaugeMetricFamily(
            "clientflow_sockets", "Websockets that have joined a workspace.", hub.sockets
        )
        yield GaugeMetricFamily(
            "clientflow_topics", "Workspaces followed by this instance.", hub.topics
        )
        degraded = bus.state is BusState.DEGRADED
        yield GaugeMetricFamily(
            "clientflow_bus_degraded", "1 while the bus is away.", float(degraded)
        )
        yield from self._assistant()
        for name, help_text in (
            ("published", "Messages sent to the bus."),
            ("publish_dropped", "Messages that could not be sent; a wake-up follows."),
            ("received", "Messages received from the bus."),
            ("received_dropped", "Messages dropped on overflow; a wake-up follows."),
            ("reconnects", "Times the bus was connected again."),
        ):
            value = getattr(bus.counters, name)
            yield CounterMetricFamily(f"clientflow_bus_{name}", help_text, value)

    def _assistant(self) -> Iterator[Metric]:
        replies = self._services.replies
        yield GaugeMetricFamily(
            "clientflow_assistant_replies", "Replies being written here.", len(replies)
        )
        tokens = CounterMetricFamily(
            "clientflow_assistant_tokens", "Tokens that replies have cost.", labels=["kind"]
        )
        for kind in ("prompt", "completion"):
            tokens.add_metric([kind], replies.tokens[kind])
        yield tokens
        errors = CounterMetricFamily(
            "clientflow_assistant_errors",
            "Replies that failed or were interrupted.",
            labels=["kind"],
        )
        for fault in FaultKind:
            errors.add_metric([fault.value], replies.errors[fault])
        yield errors


routes = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
]
