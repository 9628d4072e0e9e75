"""Times: aware, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from server.errors import Invalid


def utc_now() -> datetime:
    return datetime.now(UTC)


def in_utc(field: str, moment: datetime) -> datetime:
    """`moment` in UTC. Raises `Invalid` for one at the edge of the calendar that UTC does not have."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Invalid.field(field, "Must lie in the years 1 to 9999 in UTC") from None
