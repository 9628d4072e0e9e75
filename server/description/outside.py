"""What operators ask, outside /api/v1, as OpenAPI describes it."""

from __future__ import annotations

from typing import Any

from prometheus_client.exposition import CONTENT_TYPE_LATEST

from server import operations
from server.description.schemas import Schema

_PROBLEM = {
    "description": "[Sign in first](/docs/errors#unauthorized).",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _status(*values: str, **others: Schema) -> dict[str, Any]:
    properties: dict[str, Any] = {"status": {"enum": list(values)}, **others}
    schema = {"type": "object", "properties": properties, "required": ["status"]}
    return {"application/json": {"schema": schema}}


_BUS: Schema = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "state": {"type": "string"}},
    "required": ["name", "state"],
}
_DATABASE: Schema = {"enum": ["reached", "unreachable"]}
_RESPONSES: dict[str, dict[str, Any]] = {
    "healthz": {"200": {"description": "Alive.", "content": _status("alive")}},
    "readyz": {
        "200": {
            "description": "Ready, or degraded: the bus is away, changes come a second later.",
            "content": _status("ready", "degraded", bus=_BUS, database=_DATABASE),
        },
        "503": {
            "description": "Not to be sent requests now.",
            "content": _status("stopping", "unavailable", bus=_BUS, database=_DATABASE),
        },
    },
    "metrics": {
        "200": {
            "description": "Figures.",
            "content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}},
        },
        "401": _PROBLEM,
    },
}


def outside() -> dict[str, Any]:
    """The paths. Raises `KeyError` for a route that is not described."""
    return {
        route.path: {
            "servers": [{"url": "/"}],
            "get": {
                "operationId": route.name,
                "tags": ["operations"],
                "summary": (route.endpoint.__doc__ or "").strip().partition(".")[0] + ".",
                "description": " ".join((route.endpoint.__doc__ or "").split()),
                "security": [],
                "responses": _RESPONSES[route.name],
            },
        }
        for route in operations.routes
    }
