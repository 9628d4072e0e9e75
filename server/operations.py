"""What operators ask: is it alive, is it ready, and how is it doing."""

from __future__ import annotations

import hmac

from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from realtime.bus import BusState
from server.api.http import json_response
from server.channel import bearer_token
from server.errors import Unauthorized
from server.figures.exposition import exposition
from server.services import services_of
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
    """Prometheus text format: the figures of every process of this instance. Raises `Unauthorized`."""
    services = services_of(request)
    token = services.settings.metrics_token
    if token is not None:
        given = bearer_token(request.headers.get("authorization")) or ""
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise Unauthorized("Send METRICS_TOKEN: Authorization: Bearer …")
    return Response(exposition(await services.figures.together()), media_type=CONTENT_TYPE_LATEST)


routes = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
]
