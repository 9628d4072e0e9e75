"""Every operation of /openapi.json with what fits its description and what does not (schemathesis).

No answer is a fault of the server, and each is as it is described: status, content type, headers and body.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.drivers import PASSWORD
from tests.fuzz.conftest import Target
from tests.fuzz.exploring import TIMEOUT_S, Tally, explore

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# These end what the other operations live on: each of their calls is somebody else's.
OF_ITS_OWN = {
    ("DELETE", "/workspaces/{workspace_id}"),
    ("POST", "/auth/logout-all"),
    ("POST", "/auth/password"),
    ("DELETE", "/auth/sessions/{session_id}"),
}
_people = itertools.count()

schemathesis.openapi.media_type(
    "text/csv", st.lists(st.text("ab,;\"'=\n\r\t€"), max_size=6).map("\n".join).map(str.encode)
)
pytestmark = [
    pytest.mark.timeout(TIMEOUT_S),
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
]


class Caller:
    """Somebody signed in, with one of each thing that paths name."""

    def __init__(self, target: Target) -> None:
        email = f"caller-{next(_people)}@example.com"
        person = {"email": email, "password": PASSWORD, "name": "A"}
        signed_in = target.http.post("/auth/register", json=person).json()
        self.headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
        self._http = target.http
        workspace = self._made("/workspaces", {"name": "Sales"})["id"]
        base = f"/workspaces/{workspace}"
        client = self._made(f"{base}/clients", {"name": "Acme"})["id"]
        stages = self._http.get(f"{base}/stages", headers=self.headers).json()["items"]
        message = self._made(f"{base}/assistant/messages", {"prompt": "Who is due?"})
        self.ids = {
            "workspace_id": workspace,
            "client_id": client,
            "stage_id": stages[0]["id"],
            "user_id": signed_in["user"]["id"],
            "message_id": message["message"]["id"],
            "code": self._made(f"{base}/invites", {"role": "viewer"})["code"],
        }

    def _made(self, path: str, body: dict[str, Any]) -> Any:
        response = self._http.post(path, json=body, headers=self.headers)
        assert response.status_code in (201, 202), response.text
        return response.json()


def cases(operation: Any) -> st.SearchStrategy[tuple[Case, bool]]:
    """What fits the operation, or not quite; and whether its path is to lead to what is there."""
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    spoilt = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    return st.tuples(fitting | fitting | spoilt, st.integers(0, 4).map(bool))


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_every_operation_answers_as_it_is_described(
    target: Target, tally: Tally, session: requests.Session
) -> None:
    document = session.get(f"{target.process.base_url}/openapi.json", timeout=20).json()
    schema = schemathesis.openapi.from_dict(document)
    operations = [result.ok() for result in schema.get_all_operations()]
    caller = Caller(target)
    called = set[tuple[str, str]]()

    def check(example: tuple[Case, bool]) -> None:
        case, known = example
        label = (case.method.upper(), case.operation.path)
        who = Caller(target) if label in OF_ITS_OWN else caller
        if known:
            case.path_parameters.update(
                {name: who.ids[name] for name in case.path_parameters if name in who.ids}
            )
        if case.query and "wait" in case.query:
            case.query["wait"] = 0  # a long poll takes its time
        asked = case.as_transport_kwargs(base_url=target.process.base_url, headers=who.headers)
        root = root_of(document, case.operation.path)
        asked["url"] = target.process.base_url + root + case.formatted_path
        response = session.request(**asked, timeout=20, allow_redirects=False)
        case.validate_response(response, checks=CHECKS)
        called.add(label)
        tally.counts[f"answered {response.status_code // 100}xx"] += 1

    share = tally.seconds * 1.25 / len(operations)
    for operation in operations:
        explore(cases(operation), check, tally, share, at_a_time=5)

    tally.counts["operations"] = len(called)
    assert len(called) == len(operations)
    assert not target.complaints()


def root_of(document: Any, path: str) -> str:
    """Below which address the paths of a path item are."""
    servers = document["paths"][path].get("servers") or document["servers"]
    return str(servers[0]["url"]).rstrip("/")
