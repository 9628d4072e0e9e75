"""When to try again: exponential, with full jitter, so that those who failed together do not return together."""

from __future__ import annotations

from collections.abc import Callable

from clientflow.limits import ClientLimits
from realtime.problems import CloseCode

# The codes that the client itself closes with; 4000 to 4099 are not the server's.
HOLE = 4000
PEER_DEAD = 4001
NO_WELCOME = 4002
LEAVING = 1000


def retry_delay_s(attempt: int, limits: ClientLimits, random: Callable[[], float]) -> float:
    """Before a request is repeated; `attempt` counts from 0."""
    ceiling = min(limits.max_retry_s, limits.first_retry_s * 2.0**attempt)
    return random() * ceiling


def redial_delay_s(
    code: int | None,
    attempt: int,
    limits: ClientLimits,
    random: Callable[[], float],
    told_s: float | None = None,
) -> float:
    """Before the next socket, after one that was closed with `code`; None: it could not be opened.

    `told_s`: how long the server asks to stay away.
    """
    if code == CloseCode.RATE_LIMITED:
        low = max(limits.min_rate_limited_s, told_s or 0.0)
        ceiling = min(max(limits.max_rate_limited_s, low), low * 2.0 ** (attempt + 1))
        return low + random() * (ceiling - low)
    if attempt == 0:
        if code in (CloseCode.TOO_SLOW, CloseCode.UNAUTHORIZED, HOLE):
            return 0.0
        if code == CloseCode.RESTARTING:
            return limits.min_redial_s + random() * limits.restart_spread_s
    ceiling = min(limits.max_redial_s, limits.first_redial_s * 2.0 ** min(attempt, 30))
    return max(limits.min_redial_s, random() * ceiling)
