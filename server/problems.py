"""The edge: every error becomes `application/problem+json` (RFC 9457), here and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from realtime.problems import Problem, ProblemKind
from realtime.topics import LogUnavailable, NoSuchTopic
from realtime.validation import Refused
from server import errors
from server.errors import AppError
from server.logs import request_id
from storage import errors as storage_errors

logger = logging.getLogger("clientflow.http")
_encoder = msgspec.json.Encoder()
_KIND_OF_STATUS = {kind.status: kind for kind in ProblemKind}


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    named = msgspec.structs.replace(problem, request_id=request_id())
    return Response(_encoder.encode(named), problem.status, headers, "application/problem+json")


def translated(error: BaseException) -> AppError | None:
    """What an error of any layer means to the sender; None: a fault of the server's own."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, Refused):
        return errors.Refusal(error.problem)
    if isinstance(error, storage_errors.Unavailable | LogUnavailable):
        return errors.Unavailable()
    if isinstance(error, NoSuchTopic | storage_errors.NoSuchWorkspace):
        return errors.NotFound(errors.NO_SUCH_WORKSPACE)
    if isinstance(error, storage_errors.BadCursor):
        return errors.Invalid.field("cursor", "Must be the next_cursor of a page of this same list")
    if isinstance(error, storage_errors.Unstorable):
        return errors.Invalid("The input has a value that cannot be stored.")
    if isinstance(error, storage_errors.Missing):
        return errors.Conflict("What this refers to has gone meanwhile: read it again.")
    if isinstance(error, storage_errors.Duplicate):
        return errors.Conflict(f"{error.field} is taken already.")
    return None


async def _translated(request: Request, error: Exception) -> Response:
    app_error = translated(error)
    if app_error is None:
        raise error
    if app_error.kind is ProblemKind.UNAVAILABLE:
        logger.warning("unavailable at %s %s: %s", request.method, request.url.path, error)
    left = getattr(request.state, "rate_headers", {})
    return problem_response(app_error.problem, left | app_error.headers)


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _KIND_OF_STATUS.get(error.status_code, ProblemKind.MALFORMED)
    detail, headers = error.detail, dict(error.headers or {})
    if kind is ProblemKind.METHOD_NOT_ALLOWED:
        taken = {name.strip() for name in headers.get("Allow", "GET, HEAD").split(",")}
        headers["Allow"] = ", ".join(sorted(taken | {"OPTIONS"}))
        if request.method == "OPTIONS":  # no route takes it, and every path answers it
            return Response(status_code=204, headers=headers)
    if kind is ProblemKind.NOT_FOUND:
        detail = f"There is nothing at {request.url.path}."
    elif kind is ProblemKind.METHOD_NOT_ALLOWED:
        detail = f"{request.url.path} does not take {request.method}."
    return problem_response(Problem.of(kind, detail), headers)


async def _gone(request: Request, error: Exception) -> Response:
    """The sender went away in the middle of the body: nobody is left to read an answer."""
    return Response(status_code=400)


async def _internal(request: Request, error: Exception) -> Response:
    """Starlette logs the exception itself after this."""
    return problem_response(Problem.of(ProblemKind.INTERNAL, "The server failed at this request."))


_TRANSLATED = (AppError, Refused, storage_errors.StorageError, LogUnavailable, NoSuchTopic)

handlers = {
    **dict.fromkeys(_TRANSLATED, _translated),
    HTTPException: _http_exception,
    ClientDisconnect: _gone,
    Exception: _internal,
}
