"""Times in UTC, up to the edges of the calendar."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from server.errors import Invalid
from server.times import in_utc, utc_now


def test_now_is_aware_and_in_utc() -> None:
    assert utc_now().utcoffset() == timedelta(0)


def test_a_moment_elsewhere_is_the_same_moment_in_utc() -> None:
    elsewhere = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert in_utc("at", elsewhere) == elsewhere
    assert in_utc("at", elsewhere).isoformat() == "2025-12-31T23:00:00+00:00"


FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(("moment", "hours"), [(FIRST, 1), (LAST, -1)], ids=["first", "last"])
def test_a_moment_that_utc_does_not_have_is_refused_by_the_name_of_its_field(
    moment: datetime, hours: int
) -> None:
    assert in_utc("at", moment) == moment
    with pytest.raises(Invalid) as caught:
        in_utc("next_action_at", moment.replace(tzinfo=timezone(timedelta(hours=hours))))
    assert [fault.field for fault in caught.value.problem.errors] == ["next_action_at"]
