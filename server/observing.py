"""Every request is counted, timed and logged once, by its route's template: ids and queries are in no line or label."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping

from starlette.routing import BaseRoute, Mount, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.figures.tally import Tally
from server.logs import bind
from server.tracing import Tracing

logger = logging.getLogger("clientflow.access")

UNMATCHED = "(none)"
UNANSWERED = 499  # as nginx calls it: the peer has gone, or the server stopped waiting for itself
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
_ASKED_OFTEN = frozenset({"/healthz", "/readyz", "/metrics"})


class Observed:
    """The outermost middleware. `routes` are the app's."""

    def __init__(
        self, app: ASGIApp, routes: Iterable[BaseRoute], tally: Tally, tracing: Tracing | None
    ) -> None:
        self._app = app
        self._tracing = tracing
        self._tally = tally
        self._templates: Mapping[object, str] = dict(_templates(routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, size = time.perf_counter(), UNANSWERED, 0

        async def counting(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        self._tally.requests_open += 1
        try:
            if self._tracing is None:
                await self._app(scope, receive, counting)
            else:
                with self._tracing.request(scope["method"], _traceparent(scope)) as span:
                    await self._app(scope, receive, counting)
                    span.update_name(f"{scope['method']} {self._route_of(scope)}")
                    span.set_attribute("http.response.status_code", status)
        finally:
            self._tally.requests_open -= 1
            self._note(scope, status, size, time.perf_counter() - began)

    def _route_of(self, scope: Scope) -> str:
        endpoint = scope.get("endpoint")
        # Where nothing below /api/v1 was found it is that part's router, which cannot be looked up.
        return (
            UNMATCHED if isinstance(endpoint, Router) else self._templates.get(endpoint, UNMATCHED)
        )

    def _note(self, scope: Scope, status: int, size: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = self._route_of(scope)
        self._tally.request(method, route, status, seconds)
        level = logging.DEBUG if route in _ASKED_OFTEN else logging.INFO
        if not logger.isEnabledFor(level):
            return
        workspace_id = scope.get("path_params", {}).get("workspace_id")
        if workspace_id is not None:
            bind(workspace_id=workspace_id)
        logger.log(
            level,
            "request",
            extra={
                "method": method,
                "route": route,
                "status": status,
                "duration_ms": round(seconds * 1000, 2),
                "bytes": size,
                "client": (scope.get("client") or ("",))[0],
            },
        )


def _traceparent(scope: Scope) -> str:
    given = [value for name, value in scope["headers"] if name == b"traceparent"]
    return given[0].decode("latin-1") if given else ""


def _templates(routes: Iterable[BaseRoute], above: str = "") -> Iterable[tuple[object, str]]:
    """Each route's endpoint, by which a scope names it once it is matched, with the path under which it stands."""
    for route in routes:
        path = above + getattr(route, "path", "")
        if isinstance(route, Mount):
            if route.routes:
                yield from _templates(route.routes, path)
            else:
                yield route.app, path
        elif (found := getattr(route, "endpoint", None)) is not None:
            yield found, path
