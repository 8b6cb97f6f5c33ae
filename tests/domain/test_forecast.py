"""What can be expected, going by earlier cases."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from routing.domain.forecast import Course, Expected, course_of, expected, nearest_rank, slowest
from tests.calendars import indonesia

CALENDAR = indonesia()
MONDAY = date(2026, 3, 2)


def course(cases: int = 10, median: int = 4, p90: int = 9) -> Course:
    return Course(service="pbg", step="assess", desk="mep", cases=cases, median_days=median, p90_days=p90)


def naively(values: list[int], percent: int) -> int:
    """The least of the values that at least so many percent of all are not above."""
    return min(one for one in values if Fraction(sum(other <= one for other in values), len(values)) * 100 >= percent)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=120), st.sampled_from([1, 25, 50, 75, 90, 99, 100]))
def test_a_percentile_is_the_nearest_rank(values: list[int], percent: int) -> None:
    assert nearest_rank(sorted(values), percent) == naively(values, percent)


def test_the_median_and_nine_in_ten_of_ten_cases() -> None:
    known = course_of("pbg", "assess", "mep", [10, 1, 9, 2, 8, 3, 7, 4, 6, 5])
    assert (known.cases, known.median_days, known.p90_days) == (10, 5, 9)


def test_nine_cases_are_too_few_to_say_anything() -> None:
    for known, cases in ((None, 0), (course(cases=9), 9)):
        said = expected(known, CALENDAR, MONDAY, MONDAY)
        assert said == Expected(cases=cases)
        assert not said.is_told
    assert expected(course(cases=10), CALENDAR, MONDAY, MONDAY).is_told


def test_the_range_is_counted_in_working_days_from_the_arrival() -> None:
    said = expected(course(), CALENDAR, MONDAY, MONDAY)
    assert (said.earliest, said.latest) == (date(2026, 3, 6), date(2026, 3, 13))


def test_no_expected_day_lies_behind_today() -> None:
    said = expected(course(), CALENDAR, MONDAY, date(2026, 3, 10))
    assert (said.earliest, said.latest) == (date(2026, 3, 10), date(2026, 3, 13))
    # Longer than nine in ten took: no date can be told honestly.
    late = expected(course(), CALENDAR, MONDAY, date(2026, 3, 14))
    assert late.is_told
    assert (late.earliest, late.latest) == (None, None)


def test_of_several_desks_the_slowest_is_waited_for() -> None:
    soon = expected(course(p90=5), CALENDAR, MONDAY, MONDAY)
    late = expected(course(p90=9), CALENDAR, MONDAY, MONDAY)
    overrun = expected(course(), CALENDAR, MONDAY, date(2026, 3, 30))
    assert slowest([]) is None
    assert slowest([late, soon]) == late
    assert slowest([late, overrun]) == overrun
    # Where nothing is known of one of them, nobody can say when all are through.
    assert slowest([soon, Expected(cases=3)]) == Expected(cases=3)
