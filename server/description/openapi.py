"""/openapi.json (OpenAPI 3.1): the endpoints, as they describe themselves."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec

from realtime.messages import COMMAND_ID
from realtime.problems import Problem, ProblemKind
from server.api.endpoint import Endpoint
from server.api.registry import ENDPOINTS
from server.description.examples import examples_of, problem_example
from server.description.outside import outside
from server.description.schemas import Schema, schema_of, schemas_of
from server.permissions import MINIMUM_ROLE
from server.version import VERSION

_JSON = "application/json"
_FORM = "multipart/form-data"
_ABOUT = """ClientFlow keeps a team's client board live.

Send `Authorization: Bearer …` with an access token (`/auth/login`) or a personal access token (`/tokens`).
Every refusal is an `application/problem+json` document whose `type` opens the page that describes it. Any write may
carry an `Idempotency-Key`. Changes come live over a websocket, [the channel](/docs/channel), which
[/asyncapi.json](/asyncapi.json) describes; the [guide](/docs/rest) tells how it all fits together."""
_TAGS = {
    "accounts": "Accounts, sessions and personal access tokens.",
    "workspaces": "Workspaces with their stages, members and invites.",
    "clients": "The clients of a board, with comments, history and the change log.",
    "assistant": "Questions to the assistant, its replies and what it proposes.",
    "transfer": "Clients in from a CSV file, and out as one.",
    "webhooks": "Changes that are sent to other services.",
    "operations": "What operators ask. Outside /api/v1.",
}
_PATH_PARAMETERS = {
    "workspace_id": "A workspace.",
    "client_id": "A client.",
    "stage_id": "A stage.",
    "user_id": "A member.",
    "invite_id": "An invite.",
    "code": "The code of an invite.",
    "token_id": "A personal access token.",
    "session_id": "A session.",
    "message_id": "A message of the assistant.",
    "proposal_id": "A proposal of the assistant.",
    "webhook_id": "A webhook.",
    "delivery_id": "A delivery of a webhook.",
}
_HEADER_PARAMETERS: dict[str, tuple[str, Schema]] = {
    "Idempotency-Key": (
        "A repetition with the same key and body gets the first answer and has no second effect.",
        {"type": "string", "pattern": COMMAND_ID.replace(r"\A", "^").replace(r"\Z", "$")},
    ),
    "If-Match": (
        "An ETag: the change is made only if the record still has that version.",
        {"type": "string"},
    ),
    "If-None-Match": (
        "An ETag: 304 without a body if it is still that.",
        {"type": "string"},
    ),
}
_ANSWER_HEADERS: dict[str, tuple[str, Schema]] = {
    "ETag": ("The version, or a hash, for If-Match and If-None-Match.", {"type": "string"}),
    "Location": ("The address of what was made.", {"type": "string", "format": "uri-reference"}),
    "Link": (
        'The next page, as rel="next" (RFC 8288); on the last there is none.',
        {"type": "string"},
    ),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 0}),
    "WWW-Authenticate": ("How to sign in.", {"type": "string"}),
    "X-Request-ID": ("Names this request in the server's log.", {"type": "string"}),
}
_AT_TIMES = ("Link",)
_PROBLEM_HEADERS = {
    ProblemKind.UNAUTHORIZED: ("WWW-Authenticate",),
    ProblemKind.TOO_MANY: ("Retry-After",),
    ProblemKind.UNAVAILABLE: ("Retry-After",),
}
_encoder = msgspec.json.Encoder()


@functools.cache
def openapi_text() -> bytes:
    """The document as JSON, made once."""
    return _encoder.encode(openapi())


def openapi() -> dict[str, Any]:
    """The document. Raises `KeyError` for a type without an example and a parameter without a description."""
    answers = [one.answer for one in ENDPOINTS if one.answer is not None and _is_json(one)]
    inputs = [type_ for one in ENDPOINTS for type_ in (one.body, one.query) if type_ is not None]
    by_type, components = schemas_of([*answers, Problem], inputs)
    queries = {one.query.__name__: components.pop(one.query.__name__) for one in ENDPOINTS
               if one.query is not None and one.query.__name__ in components}  # fmt: skip
    paths: dict[str, dict[str, Any]] = {}
    for one in ENDPOINTS:
        operation = _Operation(one, by_type, queries).document
        paths.setdefault(one.path, _path_item(one.path))[one.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "ClientFlow", "version": VERSION, "description": _ABOUT},
        "externalDocs": {"description": "Guide", "url": "/docs/rest"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths | outside(),
        "components": {
            "schemas": components,
            "responses": {kind.anchor: _problem_response(kind) for kind in _kinds()},
            "parameters": {
                name: {"name": name, "in": "header", "description": text, "schema": schema}
                for name, (text, schema) in _HEADER_PARAMETERS.items()
            },
            "headers": {
                name: {"description": text, "schema": schema, "required": name not in _AT_TIMES}
                for name, (text, schema) in _ANSWER_HEADERS.items()
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token, or a personal access token; with that, writes need the scope "
                    "`write`.",
                }
            },
        },
    }


class _Operation:
    def __init__(
        self, described: Endpoint, by_type: dict[Any, Schema], queries: dict[str, Schema]
    ) -> None:
        self._endpoint = described
        self._by_type = by_type
        self._queries = queries

    @property
    def document(self) -> dict[str, Any]:
        one = self._endpoint
        document: dict[str, Any] = {
            "operationId": one.name,
            "tags": [one.tag],
            "summary": one.summary,
            "description": self._description(),
            "parameters": [*self._query(), *self._headers()],
            "responses": self._responses(),
        }
        if one.operation is not None:
            document["x-operation"] = one.operation
            document["x-role"] = MINIMUM_ROLE[one.operation].name.lower()
        if not one.caller.signed_in:
            document["security"] = []
        elif one.writes:
            document["security"] = [{"bearer": ["write"]}]
        if one.body is not None:
            document["requestBody"] = {
                "required": True,
                "content": {_JSON: _content(schema_of(one.body, self._by_type), one.body)},
            }
        elif one.media_types:
            document["requestBody"] = {
                "required": True,
                "content": {name: {"schema": self._upload(name)} for name in one.media_types},
            }
        return document

    def _upload(self, media_type: str) -> Schema:
        """A file; in a form, with what else may stand in the query."""
        file = {"type": "string", "contentMediaType": "text/csv"}
        if media_type != _FORM:
            return file
        options = self._queries[self._endpoint.query.__name__]["properties"]
        return {"type": "object", "properties": {"file": file, **options}, "required": ["file"]}

    def _description(self) -> str:
        parts = [self._endpoint.description]
        if self._endpoint.operation is not None:
            role = MINIMUM_ROLE[self._endpoint.operation].name.lower()
            parts.append(f"Needs the role {role} or higher (`{self._endpoint.operation}`).")
        return "\n\n".join(part for part in parts if part)

    def _query(self) -> Iterable[dict[str, Any]]:
        if self._endpoint.query is None:
            return
        schema = self._queries[self._endpoint.query.__name__]
        for name, described in schema["properties"].items():
            shown = dict(described)
            for part in shown.pop("anyOf", ()):  # null is only the default: it cannot be sent
                shown |= part if part["type"] != "null" else {}
            parameter = {"name": name, "in": "query", "schema": shown}
            if "description" in shown:
                parameter["description"] = shown.pop("description")
            if shown.get("default") in (None, "", []):
                shown.pop("default", None)
            yield parameter

    def _headers(self) -> Iterable[dict[str, str]]:
        one = self._endpoint
        if one.keyed:
            yield _reference("parameters", "Idempotency-Key")
        if one.strict:
            yield _reference("parameters", "If-Match")
        if one.conditional:
            yield _reference("parameters", "If-None-Match")

    def _responses(self) -> dict[str, Any]:
        one = self._endpoint
        responses: dict[str, Any] = {str(one.status): self._success()}
        if one.conditional:
            responses["304"] = {"description": "Not modified.", "headers": _headers("ETag")}
        by_status = itertools.groupby(
            sorted(one.problems, key=lambda kind: (kind.status, kind.anchor)),
            key=lambda kind: kind.status,
        )
        for status, kinds in by_status:
            responses[str(status)] = _refusal(list(kinds))
        return responses

    def _success(self) -> dict[str, Any]:
        one = self._endpoint
        names = [*one.answer_headers, "X-Request-ID"]
        success: dict[str, Any] = {
            "description": HTTPStatus(one.status).phrase,
            "headers": _headers(*names),
        }
        if one.answer is None:
            return success
        if _is_json(one):
            success["content"] = {_JSON: _content(schema_of(one.answer, self._by_type), one.answer)}
        else:
            success["content"] = {one.media_type: {"schema": {"type": "string"}}}
        if one.text_media_type is not None:
            success["content"][one.text_media_type] = {"schema": {"type": "string"}}
        return success


def _is_json(described: Endpoint) -> bool:
    return described.media_type == _JSON


def _content(schema: Schema, type_: Any) -> dict[str, Any]:
    examples = [msgspec.to_builtins(example) for example in examples_of(type_)]
    if len(examples) == 1:
        return {"schema": schema, "example": examples[0]}
    named = {f"example{number}": {"value": value} for number, value in enumerate(examples, 1)}
    return {"schema": schema, "examples": named}


def _path_item(path: str) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    if not names:
        return {}
    return {
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "description": _PATH_PARAMETERS[name],
                "schema": {"type": "string"},
            }
            for name in names
        ]
    }


def _kinds() -> list[ProblemKind]:
    used = {kind for one in ENDPOINTS for kind in one.problems}
    return [kind for kind in ProblemKind if kind in used]


def _refusal(kinds: list[ProblemKind]) -> dict[str, Any]:
    """The answer of one status: that of its kind, or of several."""
    if len(kinds) == 1:
        return _reference("responses", kinds[0].anchor)
    several = [_problem_response(kind) for kind in kinds]
    examples = {
        kind.anchor: {"value": msgspec.to_builtins(problem_example(kind))} for kind in kinds
    }
    (media_type, content) = next(iter(several[0]["content"].items()))
    return {
        "description": " ".join(one["description"] for one in several),
        "headers": {name: value for one in several for name, value in one["headers"].items()},
        "content": {media_type: {"schema": content["schema"], "examples": examples}},
    }


def _problem_response(kind: ProblemKind) -> dict[str, Any]:
    return {
        "description": f"[{kind.title}](/docs/errors#{kind.anchor}).",
        "headers": _headers(*_PROBLEM_HEADERS.get(kind, ()), "X-Request-ID"),
        "content": {
            "application/problem+json": {
                "schema": _reference("schemas", "Problem"),
                "example": msgspec.to_builtins(problem_example(kind)),
            }
        },
    }


def _headers(*names: str) -> dict[str, dict[str, str]]:
    return {name: _reference("headers", name) for name in names}


def _reference(section: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{section}/{name}"}
