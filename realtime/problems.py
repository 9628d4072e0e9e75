"""Problem details: the one shape of every refusal, over REST and on the channel (RFC 9457)."""

from __future__ import annotations

import enum
from typing import Self

import msgspec


class ProblemKind(enum.Enum):
    """What can go wrong, each with its HTTP status and title. The value is the anchor in /docs/errors."""

    INVALID = ("invalid", 422, "The input is not valid")
    MALFORMED = ("malformed", 400, "The input cannot be read")
    UNAUTHORIZED = ("unauthorized", 401, "Sign in first")
    FORBIDDEN = ("forbidden", 403, "Your role does not allow this")
    NOT_FOUND = ("not-found", 404, "There is no such thing here")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "This address does not take that method")
    NOT_ACCEPTABLE = ("not-acceptable", 406, "The answer does not come in that form")
    CONFLICT = ("conflict", 409, "This collides with what is there")
    GONE = ("gone", 410, "No longer kept")
    PRECONDITION_FAILED = ("precondition-failed", 412, "The record has changed meanwhile")
    TOO_LARGE = ("too-large", 413, "The input is too large")
    UNSUPPORTED_MEDIA_TYPE = ("unsupported-media-type", 415, "The body is of another type")
    TOO_MANY = ("too-many", 429, "Too many requests")
    INTERNAL = ("internal", 500, "The server failed")
    MODEL_FAILED = ("model-failed", 502, "The assistant's model did not answer")
    UNAVAILABLE = ("unavailable", 503, "The service is away for a moment")

    def __init__(self, anchor: str, status: int, title: str) -> None:
        self.anchor = anchor
        self.status = status
        self.title = title


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field, and what would be right."""

    field: str
    message: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An `application/problem+json` object (RFC 9457, section 3.1)."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()
    retry_after: int | None = None
    request_id: str | None = None

    @classmethod
    def of(
        cls,
        kind: ProblemKind,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        *,
        retry_after_s: int | None = None,
    ) -> Problem:
        return cls(
            f"/docs/errors#{kind.anchor}", kind.title, kind.status, detail, errors, retry_after_s
        )


class CloseCode(enum.IntEnum):
    """Why the server ends a channel (RFC 6455, section 7.4; 4000-4999 are the application's), in code and words."""

    why: str

    def __new__(cls, code: int, why: str) -> Self:
        member = int.__new__(cls, code)
        member._value_ = code
        member.why = why
        return member

    TOO_BIG = (1009, "a frame of more than 64 KiB")
    SERVER_FAULT = (1011, "the database was away, or no pong came")
    RESTARTING = (1012, "the server restarts: come back with jitter and `since`")
    TOO_SLOW = (4008, "the client reads too slowly: come back with `since`")
    RATE_LIMITED = (4029, "too many frames or sockets: come back after `retry_after`")
    MALFORMED = (4400, "a wrong frame, or no `hello` in time")
    UNAUTHORIZED = (4401, "the token is bad, has run out or was revoked")
    NOT_A_MEMBER = (4403, "not a member of the workspace, or not any more")
    NO_SUCH_WORKSPACE = (4404, "there is no such workspace, or it has been deleted")
