"""How a reply that cannot be finished says so in the thread."""

from __future__ import annotations

import msgspec

from realtime.problems import Problem, ProblemKind
from server.assistant.provider import Fault, FaultKind

_KINDS = {
    FaultKind.NOT_A_MEMBER: ProblemKind.FORBIDDEN,
    FaultKind.STORAGE: ProblemKind.UNAVAILABLE,
    FaultKind.INTERRUPTED: ProblemKind.UNAVAILABLE,
    FaultKind.INTERNAL: ProblemKind.INTERNAL,
    FaultKind.RATE_LIMITED: ProblemKind.TOO_MANY,
}


def interrupted() -> Fault:
    return Fault(
        FaultKind.INTERRUPTED,
        "The server that wrote this reply has stopped. What it had written is kept: ask once more.",
    )


def internal() -> Fault:
    return Fault(FaultKind.INTERNAL, "The server failed at this reply: ask once more.")


def storage_away() -> Fault:
    return Fault(
        FaultKind.STORAGE,
        "The database could not be reached while the board was read: ask once more.",
    )


def too_long() -> Fault:
    return Fault(FaultKind.TOO_LONG, "The reply became too long and was ended: ask for less.")


def too_slow() -> Fault:
    return Fault(FaultKind.STALLED, "The reply took too long and was ended: ask for less.")


def problem_of(fault: Fault) -> Problem:
    return Problem.of(_KINDS.get(fault.kind, ProblemKind.MODEL_FAILED), fault.detail)


def problem_text(fault: Fault) -> str:
    """The problem as it is stored: JSON."""
    return msgspec.json.encode(problem_of(fault)).decode()
