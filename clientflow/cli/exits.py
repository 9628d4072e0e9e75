"""Exit codes, and what each error tells the person to do."""

from __future__ import annotations

import enum

from clientflow.errors import (
    ClientFlowError,
    Conflict,
    Forbidden,
    Incompatible,
    Invalid,
    Malformed,
    NotFound,
    PreconditionFailed,
    Refused,
    TooMany,
    Unauthorized,
    Unavailable,
    Unreachable,
)


class Exit(enum.IntEnum):
    """docs/cli.md describes them; scripts rely on them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_AUTHORISED = 3
    NOT_FOUND = 4
    CONFLICT = 5
    UNREACHABLE = 6
    INTERRUPTED = 130
    PIPE_CLOSED = 141


_EXITS: tuple[tuple[type[ClientFlowError], Exit], ...] = (
    (Invalid, Exit.USAGE),
    (Malformed, Exit.USAGE),
    (Unauthorized, Exit.NOT_AUTHORISED),
    (Forbidden, Exit.NOT_AUTHORISED),
    (NotFound, Exit.NOT_FOUND),
    (Conflict, Exit.CONFLICT),
    (PreconditionFailed, Exit.CONFLICT),
    (Unreachable, Exit.UNREACHABLE),
    (Unavailable, Exit.UNREACHABLE),
)
_MENDS: tuple[tuple[type[ClientFlowError], str], ...] = (
    (
        Unauthorized,
        "Sign in with `clientflow login`, or set CLIENTFLOW_TOKEN to a personal access token.",
    ),
    (Forbidden, "Ask an admin or owner of the workspace, or take a token with the scope `write`."),
    (
        NotFound,
        "`clientflow workspaces list` and `clientflow clients list` show what is there for you.",
    ),
    (
        PreconditionFailed,
        "Look at it with `clientflow clients show`, then repeat with its version, or without.",
    ),
    (Unreachable, "Is the server running at {url}? Choose another with --url or CLIENTFLOW_URL."),
    (Unavailable, "Try again in a moment."),
    (TooMany, "Wait a moment, then try again."),
    (
        Incompatible,
        "Is {url} the address of a ClientFlow server? A newer one may need a newer client.",
    ),
)


def exit_of(error: ClientFlowError) -> Exit:
    return next((code for kind, code in _EXITS if isinstance(error, kind)), Exit.FAILED)


def mend_of(error: ClientFlowError, url: str) -> str | None:
    """What to do about it; None where the error says so itself."""
    found = next((words for kind, words in _MENDS if isinstance(error, kind)), None)
    return None if found is None else found.format(url=url)


def details_of(error: ClientFlowError) -> list[str]:
    """What is wrong, a line for each field."""
    if isinstance(error, Refused) and len(error.problem.errors) > 1:
        return [str(error), *(f"  {one.field}: {one.message}" for one in error.problem.errors)]
    return [str(error)]
