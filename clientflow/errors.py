"""What can go wrong: one small tree. Below `Refused` it mirrors the server's kinds of problems (docs/errors.md)."""

from __future__ import annotations

import re

from realtime.problems import Problem, ProblemKind


class ClientFlowError(Exception):
    """Everything that this package raises."""


class Unreachable(ClientFlowError):
    """No answer came: no network, no server, or time ran out. A write may have happened: repeat it by its key."""


class Incompatible(ClientFlowError):
    """The answer cannot be read: not a ClientFlow server, or one that is too new for this client."""


class Refused(ClientFlowError):
    """The server answered and said no. `problem` is its RFC 9457 object."""

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem
        self.retry_after_s = retry_after_s

    @property
    def status(self) -> int:
        return self.problem.status

    @property
    def passing(self) -> bool:
        """The same may well succeed a little later."""
        return self.status in (408, 425, 429) or self.status >= 500


class Invalid(Refused):
    """422; `problem.errors` names the fields."""


class Malformed(Refused):
    """400."""


class Unauthorized(Refused):
    """401: no token, or one that is not good any more. Sign in."""


class Forbidden(Refused):
    """403: the role or the token's scope does not allow it."""


class NotFound(Refused):
    """404: it is not there, or not for this person."""


class MethodNotAllowed(Refused):
    """405."""


class NotAcceptable(Refused):
    """406."""


class Conflict(Refused):
    """409."""


class Gone(Refused):
    """410: not kept any longer."""


class PreconditionFailed(Refused):
    """412: `if_version` is not the present version. Read again, then decide."""


class TooLarge(Refused):
    """413."""


class UnsupportedMediaType(Refused):
    """415."""


class TooMany(Refused):
    """429; `retry_after_s` says when to come back."""


class Internal(Refused):
    """500."""


class ModelFailed(Refused):
    """502: the assistant's model did not answer."""


class Unavailable(Refused):
    """503: the database is away for a moment."""


OF_KIND: dict[ProblemKind, type[Refused]] = {
    ProblemKind.INVALID: Invalid,
    ProblemKind.MALFORMED: Malformed,
    ProblemKind.UNAUTHORIZED: Unauthorized,
    ProblemKind.FORBIDDEN: Forbidden,
    ProblemKind.NOT_FOUND: NotFound,
    ProblemKind.METHOD_NOT_ALLOWED: MethodNotAllowed,
    ProblemKind.NOT_ACCEPTABLE: NotAcceptable,
    ProblemKind.CONFLICT: Conflict,
    ProblemKind.GONE: Gone,
    ProblemKind.PRECONDITION_FAILED: PreconditionFailed,
    ProblemKind.TOO_LARGE: TooLarge,
    ProblemKind.UNSUPPORTED_MEDIA_TYPE: UnsupportedMediaType,
    ProblemKind.TOO_MANY: TooMany,
    ProblemKind.INTERNAL: Internal,
    ProblemKind.MODEL_FAILED: ModelFailed,
    ProblemKind.UNAVAILABLE: Unavailable,
}
_OF_ANCHOR = {kind.anchor: error for kind, error in OF_KIND.items()}
_OF_STATUS = {kind.status: error for kind, error in OF_KIND.items()}


def refused(problem: Problem, retry_after_s: float | None = None) -> Refused:
    """The error of this problem's kind; of its status, where the kind is not known."""
    anchor = re.split(r"[#/]", problem.type)[-1]
    error = _OF_ANCHOR.get(anchor) or _OF_STATUS.get(problem.status, Refused)
    return error(problem, retry_after_s)


def may_pass(error: ClientFlowError) -> bool:
    """Whether it is worth trying again."""
    return isinstance(error, Unreachable) or (isinstance(error, Refused) and error.passing)
