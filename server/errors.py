"""The errors of the app: one small tree, raised where the fact is known, translated once at the edge."""

from __future__ import annotations

from collections.abc import Mapping

from realtime.problems import FieldError, Problem, ProblemKind


class AppError(Exception):
    """A refusal with its `problem` (RFC 9457) and the HTTP headers that belong to it."""

    kind = ProblemKind.INTERNAL

    def __init__(
        self,
        detail: str,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = Problem.of(self.kind, detail, errors, retry_after_s=retry_after_s)
        self.headers = dict(headers or {})


class Invalid(AppError):
    kind = ProblemKind.INVALID

    @classmethod
    def field(cls, field: str, message: str) -> Invalid:
        return cls(f"{field}: {message}", errors=(FieldError(field, message),))


class Refusal(AppError):
    """Input that did not decode, with the problem that the decoder made of it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class Unauthorized(AppError):
    kind = ProblemKind.UNAUTHORIZED

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="clientflow"'})


class Forbidden(AppError):
    kind = ProblemKind.FORBIDDEN


class NotFound(AppError):
    kind = ProblemKind.NOT_FOUND


NO_SUCH_WORKSPACE = "There is no such workspace."  # whether there is none or it is foreign


class NotAcceptable(AppError):
    kind = ProblemKind.NOT_ACCEPTABLE


class Conflict(AppError):
    kind = ProblemKind.CONFLICT


class Gone(AppError):
    kind = ProblemKind.GONE


class PreconditionFailed(AppError):
    kind = ProblemKind.PRECONDITION_FAILED


class TooLarge(AppError):
    kind = ProblemKind.TOO_LARGE


class UnsupportedMediaType(AppError):
    kind = ProblemKind.UNSUPPORTED_MEDIA_TYPE


class TooMany(AppError):
    kind = ProblemKind.TOO_MANY

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(
            detail, headers={"Retry-After": str(retry_after_s)}, retry_after_s=retry_after_s
        )


class Unavailable(AppError):
    kind = ProblemKind.UNAVAILABLE

    def __init__(
        self,
        detail: str = "The database cannot be reached. Nothing was lost: try again in a moment.",
    ) -> None:
        super().__init__(detail, headers={"Retry-After": "2"}, retry_after_s=2)
