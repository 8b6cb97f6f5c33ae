"""A case counted in three ways: as its log did, by the program's clock, and in working days."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from routing.catalogue.public_holidays import national_days_off
from routing.domain.lateness import CaseTimes, lateness
from tests.calendars import indonesia

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DUTCH = indonesia().model_copy(
    update={
        "zone": "Europe/Amsterdam",
        "days_off": national_days_off(range(2010, 2014), country="NL"),
        "seasons": (),
        "first_year": 2010,
        "last_year": 2013,
    }
)


def at(day: int, month: int, hour: int = 9, year: int = 2011) -> datetime:
    return datetime(year, month, day, hour, tzinfo=AMSTERDAM)


def case(began: datetime, due: datetime, ended: datetime | None) -> CaseTimes:
    return CaseTimes(case="case-1", number="X-1", began=began, due=due, ended=ended, promise_due=due)


def test_eight_weeks_without_a_holiday_are_forty_working_days_and_end_on_the_same_day() -> None:
    told = lateness(case(at(10, 1), at(7, 3), at(7, 3, hour=14)), DUTCH)
    assert (told.calendar_days, told.working_days) == (56, 40)
    assert (told.due_in_working_days, told.moved) == (date(2011, 3, 7), 0)
    # The log holds it to the minute, working days to the day.
    assert (told.is_late_in_log, told.is_late, told.is_late_in_working_days) == (True, True, False)
    assert told.reasons == ("the day counts until its end, and the log's until 09:00",)


def test_every_holiday_that_moves_the_end_is_named() -> None:
    told = lateness(case(at(4, 4), at(30, 5), at(2, 6)), DUTCH)
    assert told.working_days == 40
    # Queen's day of 2011 was a Saturday, and on Ascension day, 2 June, it was over.
    assert told.reasons == ("2011-04-22 was off: Good Friday", "2011-04-25 was off: Easter Monday")
    assert told.due_in_working_days == date(2011, 6, 1)
    assert told.moved == 2
    assert told.is_told_otherwise is False


def test_what_came_in_on_a_weekend_counts_from_the_next_working_day() -> None:
    told = lateness(case(at(8, 1), at(5, 3), None), DUTCH)
    assert told.reasons[0] == "it came in when the office was closed and counts as of 2011-01-10"
    assert "the log's own end, 2011-03-05, was no working day" in told.reasons
    assert told.due_in_working_days == date(2011, 3, 7)


@pytest.mark.parametrize("days", [0, -3])
def test_a_case_that_was_due_when_it_came_in_is_due_that_day(days: int) -> None:
    began = at(12, 1)
    told = lateness(case(began, at(12 + days, 1), at(13, 1)), DUTCH)
    assert (told.working_days, told.due_in_working_days) == (0, date(2011, 1, 12))
    assert told.is_late_in_working_days


def test_an_open_case_is_late_by_no_way_of_counting() -> None:
    told = lateness(case(at(10, 1), at(7, 3), None), DUTCH)
    assert (told.is_late_in_log, told.is_late, told.is_late_in_working_days) == (False, False, False)


def test_a_case_the_program_never_held_to_a_date_is_not_late_by_it() -> None:
    times = replace(case(at(10, 1), at(7, 3), at(8, 3)), promise_due=None)
    assert (lateness(times, DUTCH).is_late_in_log, lateness(times, DUTCH).is_late) == (True, False)
