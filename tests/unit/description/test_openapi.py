"""/openapi.json: valid, whole, and true of the app that it describes."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import BaseRoute, Mount, Route

from realtime.problems import ProblemKind
from server import operations
from server.api.endpoint import Endpoint
from server.api.registry import ENDPOINTS
from server.description.examples import examples_of
from server.description.openapi import openapi_text
from server.description.schemas import alternatives
from server.main import create_app
from server.permissions import MINIMUM_ROLE
from server.settings import Settings
from tests.services import ServerProcess

DOCUMENT: dict[str, Any] = json.loads(openapi_text())
METHODS = ("get", "post", "patch", "delete")
OPERATIONS = {
    (method.upper(), path): item[method]
    for path, item in DOCUMENT["paths"].items()
    for method in METHODS
    if method in item
}
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def routes_of(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, Route):
            for method in (route.methods or set()) - {"HEAD"}:
                yield method, prefix + route.path
        elif isinstance(route, Mount) and route.routes:
            yield from routes_of(route.routes, prefix + route.path)


def valid(value: Any, schema: dict[str, Any]) -> bool:
    whole = {"$schema": DRAFT, **schema, "components": DOCUMENT["components"]}
    return jsonschema_rs.validator_for(whole, validate_formats=True).is_valid(value)


def label(one: Endpoint) -> str:
    return one.name


def test_the_document_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_every_route_of_the_app_is_described_and_nothing_else_is() -> None:
    app = create_app(Settings.from_environment(ServerProcess.defaults))
    found = {
        (method, path.removeprefix("/api/v1"))
        for method, path in routes_of(app.routes)
        if path.startswith("/api/v1/") or path in {route.path for route in operations.routes}
    }
    assert set(OPERATIONS) == found


def test_every_operation_has_a_name_of_its_own_a_summary_and_a_tag_that_is_described() -> None:
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(set(names)) == len(names)
    for (method, path), operation in OPERATIONS.items():
        assert operation["summary"].endswith("."), f"{method} {path}"
        assert set(operation["tags"]) <= tags, f"{method} {path}"
    assert {tag for one in OPERATIONS.values() for tag in one["tags"]} == tags


@pytest.mark.parametrize("one", ENDPOINTS, ids=label)
def test_an_endpoint_says_who_may_call_it(one: Endpoint) -> None:
    operation = OPERATIONS[one.method, one.path]
    if not one.caller.signed_in:
        assert operation["security"] == []
    elif one.method == "GET":
        assert "security" not in operation, "the document's own: any token"
    else:
        assert operation["security"] == [{"bearer": ["write"]}]
    if "{workspace_id}" in one.path:
        assert operation["x-role"] == MINIMUM_ROLE[operation["x-operation"]].name.lower()


@pytest.mark.parametrize("one", ENDPOINTS, ids=label)
def test_an_endpoint_describes_each_refusal_as_a_problem_with_its_page(one: Endpoint) -> None:
    responses = OPERATIONS[one.method, one.path]["responses"]
    refusals = {int(status) for status in responses if int(status) >= 400}

    assert refusals == {kind.status for kind in one.problems}
    assert {404, 422} <= refusals or "{" not in one.path
    for kind in one.problems:
        described = DOCUMENT["components"]["responses"][kind.anchor]
        content = described["content"]["application/problem+json"]
        assert f"/docs/errors#{kind.anchor}" in described["description"]
        assert valid(content["example"], content["schema"])


@pytest.mark.parametrize("one", [one for one in ENDPOINTS if one.body], ids=label)
def test_the_example_of_a_body_is_what_the_endpoint_decodes(one: Endpoint) -> None:
    content = OPERATIONS[one.method, one.path]["requestBody"]["content"]["application/json"]
    raw = json.dumps(content["example"])

    assert msgspec.json.decode(raw, type=one.body) == examples_of(one.body)[0]
    assert valid(content["example"], content["schema"])


@pytest.mark.parametrize(
    "one", [one for one in ENDPOINTS if one.answer and one.conditional], ids=label
)
def test_the_example_of_an_answer_is_of_its_type(one: Endpoint) -> None:
    described = OPERATIONS[one.method, one.path]["responses"][str(one.status)]
    content = described["content"]["application/json"]
    for type_, example in zip(alternatives(one.answer), shown(content), strict=True):
        decoded = msgspec.json.decode(json.dumps(example), type=type_)
        assert json.loads(msgspec.json.encode(decoded)) == example
        assert valid(example, content["schema"])


def shown(content: dict[str, Any]) -> list[Any]:
    if "example" in content:
        return [content["example"]]
    return [example["value"] for example in content["examples"].values()]


def test_a_name_is_never_described_twice() -> None:
    titles = [schema["title"] for schema in DOCUMENT["components"]["schemas"].values()]
    assert len(set(titles)) == len(titles)


def test_what_the_server_leaves_out_of_no_answer_is_needed_in_its_schema() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["Client"]["required"] == list(schemas["Client"]["properties"])
    assert schemas["ClientDraft"]["required"] == ["name"]


def test_the_limits_of_a_field_are_those_that_are_checked() -> None:
    name = DOCUMENT["components"]["schemas"]["ClientDraft"]["properties"]["name"]
    assert (name["minLength"], name["maxLength"], name["pattern"]) == (1, 200, r"^[^\x00]*$")


def test_kinds_that_no_endpoint_answers_with_are_of_the_model_or_of_the_address() -> None:
    used = {kind for one in ENDPOINTS for kind in one.problems}
    assert set(ProblemKind) - used == {ProblemKind.METHOD_NOT_ALLOWED, ProblemKind.MODEL_FAILED}
