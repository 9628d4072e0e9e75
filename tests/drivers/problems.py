"""Refusals, as RFC 9457 and the contract want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from tests.drivers.board import Json


def refused(response: httpx.Response, status: int, field: str | None = None) -> Json:
    """The problem of `response`, which must be one of this status, and of this field if given.

    Without its request_id, so that two can be compared.
    """
    assert response.status_code == status, f"{response.status_code} {response.text}"
    assert response.headers["content-type"] == "application/problem+json"
    problem = check_problem(response.json(), status, field)
    assert problem.pop("request_id", None) == response.headers.get("x-request-id")
    return problem


def check_problem(problem: Json | None, status: int, field: str | None = None) -> Json:
    """The same for a problem that came in a frame."""
    assert problem is not None, "it was not refused"
    assert problem["status"] == status, problem
    assert problem["type"].startswith("/docs/errors#"), problem
    assert problem["title"], problem
    assert problem["detail"], problem
    if field is not None:
        assert [error["field"] for error in problem["errors"]] == [field], problem
        assert problem["errors"][0]["message"], problem
    return problem
