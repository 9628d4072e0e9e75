"""What follows from a receiver's answer: go on, try again later, or give up."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from server.webhooks.limits import WebhookLimits


@dataclass(frozen=True)
class Answer:
    """What came back. `status` None: nothing did, `error` says why. `body`: the beginning of it."""

    status: int | None
    error: str | None
    duration_ms: int
    body: str | None = None
    retry_after: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Retry:
    delay_s: float


@dataclass(frozen=True)
class GiveUp:
    reason: str


class RetryPolicy:
    """Exponential with jitter and a ceiling; what a receiver asks for goes before. `random` gives 0 to 1."""

    def __init__(self, limits: WebhookLimits, random: Callable[[], float]) -> None:
        self._limits = limits
        self._random = random

    def after(
        self, answer: Answer, attempt: int, failing_since: datetime, now: datetime
    ) -> Retry | GiveUp:
        """`attempt` 1 is the first that has failed, at `failing_since`."""
        limits = self._limits
        if answer.status == HTTPStatus.GONE:
            return GiveUp("The receiver answered 410 Gone.")
        failing_s = (now - failing_since).total_seconds()
        if attempt >= limits.min_attempts and failing_s >= limits.give_up_after_s:
            return GiveUp(
                f"{attempt} attempts have failed since {failing_since:%Y-%m-%d %H:%M} UTC."
            )
        ceiling_s = min(limits.max_retry_s, limits.first_retry_s * 2 ** min(attempt - 1, 32))
        delay_s = ceiling_s * (0.5 + self._random() / 2)
        if answer.retry_after is not None:
            asked_s = retry_after_s(answer.retry_after, now)
            delay_s = max(delay_s, min(asked_s or 0.0, limits.max_retry_after_s))
        return Retry(delay_s)


def retry_after_s(header: str, now: datetime) -> float | None:
    """Seconds from now (RFC 9110, section 10.2.3); None for what is no Retry-After."""
    if re.fullmatch(r"\d{1,9}", header.strip()):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now) / timedelta(seconds=1))
