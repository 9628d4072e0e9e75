"""The pace of sending: nothing waits at rest, and nothing waits long."""

import pytest

from realtime.pace import Pace


def test_at_rest_nothing_waits() -> None:
    pace = Pace(window_s=0.01)
    assert pace.delay(100.0) == 0.0
    pace.sent(100.0, 100.001)
    assert pace.delay(100.1) == 0.0


@pytest.mark.parametrize(("took", "wait"), [(0.0005, 0.001), (0.002, 0.004), (0.5, 0.01)])
def test_after_a_sending_the_next_one_waits_twice_as_long_as_that_took_within_the_window(
    took: float, wait: float
) -> None:
    pace = Pace(window_s=0.01)
    pace.sent(100.0, 100.0 + took)
    assert pace.delay(100.0 + took) == pytest.approx(wait)
    assert pace.delay(100.0 + took + wait / 4) == pytest.approx(wait * 3 / 4)


def test_without_a_window_nothing_ever_waits() -> None:
    pace = Pace(window_s=0.0)
    pace.sent(100.0, 100.5)
    assert pace.delay(100.5) == 0.0
