"""Every answer of every test is held against the server's own OpenAPI document."""

from __future__ import annotations

import copy
import functools
import json
import re
from typing import Any

import httpx
import jsonschema_rs

from server.description.openapi import openapi_text

PREFIX = "/api/v1"
OF_NO_ENDPOINT = (414, 431)  # the request's address or headers are too large to be looked at
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Conformance:
    """Holds answers against a document. What it does not tell of may not be in an answer."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = copy.deepcopy(document["components"])
        for schema in self._components["schemas"].values():
            if schema.get("type") == "object" and "properties" in schema:
                schema.setdefault("additionalProperties", False)
        self._operations = [
            (re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), methods)
            for path, methods in sorted(document["paths"].items(), key=lambda item: "{" in item[0])
        ]
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def check(self, response: httpx.Response) -> None:
        """Raises `AssertionError` where the answer is not as it is described."""
        request = response.request
        where = f"{request.method} {request.url.path} {response.status_code}"
        operation = self._operation(request)
        if operation is None or response.status_code in OF_NO_ENDPOINT:
            return
        described = operation["responses"].get(str(response.status_code))
        assert described is not None, f"{where}: no such answer is described: {response.text}"
        described = self._resolved(described)
        self._check_headers(where, described.get("headers", {}), response)
        if request.method == "HEAD" or "content" not in described:
            assert not response.content, f"{where}: a body that is not described"
            return
        media_type = response.headers["content-type"].partition(";")[0]
        assert media_type in described["content"], f"{where}: {media_type} is not described"
        if media_type.endswith("json"):
            validator = self._validator(described["content"][media_type]["schema"])
            faults = [
                f"{e.instance_path}: {e.message}" for e in validator.iter_errors(response.json())
            ]
            assert not faults, f"{where}: {faults[:5]}"

    def _operation(self, request: httpx.Request) -> dict[str, Any] | None:
        path = request.url.raw_path.decode().partition("?")[0].removeprefix(PREFIX)
        method = "get" if request.method == "HEAD" else request.method.lower()
        for pattern, methods in self._operations:
            if pattern.fullmatch(path) and method in methods:
                found: dict[str, Any] = methods[method]
                return found
        return None

    def _check_headers(
        self, where: str, described: dict[str, Any], response: httpx.Response
    ) -> None:
        for name, reference in described.items():
            header = self._resolved(reference)
            if name not in response.headers:
                assert not header.get("required"), f"{where}: no {name}"
            elif header["schema"]["type"] == "integer":
                assert response.headers[name].isdigit(), f"{where}: {name}"
        for name in ("ETag", "Location", "Link", "Retry-After"):
            assert name in described or name not in response.headers, f"{where}: {name} undescribed"

    def _validator(self, schema: dict[str, Any]) -> jsonschema_rs.Validator:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = {"$schema": _DRAFT, **schema, "components": self._components}
            self._validators[key] = jsonschema_rs.validator_for(whole, validate_formats=True)
        return self._validators[key]

    def _resolved(self, described: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in described:
            return described
        section, name = described["$ref"].split("/")[-2:]
        found: dict[str, Any] = self._components[section][name]
        return found


@functools.cache
def described_api() -> Conformance:
    return Conformance(json.loads(openapi_text()))
