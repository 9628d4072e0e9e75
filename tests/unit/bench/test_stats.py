import pytest

from bench.stats import Line, Spread, fitted, quantile, ratio, shares


def test_a_spread_is_the_median_with_the_least_and_the_greatest():
    assert Spread.of([3.0, 1.0, 10.0]) == Spread(3.0, 1.0, 10.0, 3)


def test_no_repetition_has_no_spread():
    with pytest.raises(ValueError, match="no repetition"):
        Spread.of([])


@pytest.mark.parametrize(("fraction", "expected"), [(0.5, 50), (0.99, 99), (0.001, 1), (1.0, 100)])
def test_a_quantile_is_the_least_value_that_the_fraction_does_not_exceed(fraction, expected):
    assert quantile(list(range(100, 0, -1)), fraction) == expected


def test_a_line_goes_through_points_that_lie_on_it():
    line = fitted([(50, 150), (100, 250), (200, 450)])

    assert (line.base, line.slope, line.fit) == pytest.approx((50, 2, 1))
    assert line.at(1000) == pytest.approx(2050)


def test_points_beside_the_line_lower_its_fit():
    assert fitted([(1, 1), (2, 4), (3, 1), (4, 4)]).fit < 0.6


def test_a_level_line_fits_equal_values():
    assert fitted([(1, 5), (2, 5), (3, 5)]) == Line(5, 0, 1)


def test_a_ratio_to_what_was_not_measured_is_none():
    assert ratio(3.0, 2.0) == 1.5
    assert ratio(None, 2.0) is None
    assert ratio(3.0, None) is None


def test_shares_are_as_equal_as_can_be_and_leave_nothing_over():
    assert shares(10, 4) == [3, 3, 2, 2]
    assert shares(2, 3) == [1, 1, 0]
