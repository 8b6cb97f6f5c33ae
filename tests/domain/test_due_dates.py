"""When a desk's own time ends."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.domain.due_dates import NO_LIMIT, after_working_days, due_at, first_warning, has_limit
from tests.calendars import indonesia
from tests.domain.small_routes import disposisi

BATU = ZoneInfo("Asia/Jakarta")
FRIDAY = datetime(2026, 3, 6, 15, 30, tzinfo=BATU)
CALENDAR = indonesia()


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), BATU)


def counted_day_by_day(start: datetime, days: int) -> date:
    day = start.date()
    while not CALENDAR.is_working(day):
        day += timedelta(days=1)
    while days:
        day += timedelta(days=1)
        days -= CALENDAR.is_working(day)
    return day


@pytest.mark.parametrize("days", range(13))
def test_working_days_leave_out_weekends_holidays_and_collective_leave(days: int) -> None:
    for later in range(28):
        start = datetime(2026, 3, 6, 10, tzinfo=BATU) + timedelta(days=later)
        assert after_working_days(CALENDAR, start, days) == end_of(counted_day_by_day(start, days)), start


def test_what_comes_after_closing_time_counts_from_the_next_working_day() -> None:
    # In Ramadan the office closes at half past three on a Friday.
    assert after_working_days(CALENDAR, FRIDAY, 1) == end_of(date(2026, 3, 9))
    assert after_working_days(CALENDAR, FRIDAY + timedelta(minutes=1), 1) == end_of(date(2026, 3, 10))


def test_a_step_without_a_limit_is_never_urgent() -> None:
    step = disposisi().steps["assess"]
    assert not has_limit(step, "mep")
    due = due_at(step, "mep", FRIDAY, CALENDAR)
    assert due == FRIDAY + NO_LIMIT
    assert first_warning(step, "mep", FRIDAY, due, CALENDAR) is None


def test_a_desk_may_have_its_own_days_and_a_step_minutes() -> None:
    step = disposisi().steps["assess"].model_copy(update={"working_days": 2, "working_days_at": {"mep": 1}})
    assert due_at(step, "mep", FRIDAY, CALENDAR) == end_of(date(2026, 3, 9))
    assert due_at(step, "struktur", FRIDAY, CALENDAR) == end_of(date(2026, 3, 10))
    quick = disposisi().steps["assess"].model_copy(update={"minutes": 45})
    # Half an hour before closing: the rest is done on Monday, from eight.
    start = FRIDAY - timedelta(minutes=30)
    assert due_at(quick, "mep", start, CALENDAR) == datetime(2026, 3, 9, 8, 15, tzinfo=BATU)


def test_a_desk_is_warned_when_the_working_day_before_the_last_begins() -> None:
    step = disposisi().steps["assess"].model_copy(update={"working_days": 3})
    due = due_at(step, "mep", FRIDAY, CALENDAR)
    assert due == end_of(date(2026, 3, 11))
    assert first_warning(step, "mep", FRIDAY, due, CALENDAR) == datetime(2026, 3, 10, 8, 0, tzinfo=BATU)


def test_a_desk_that_has_one_day_is_told_when_it_is_over() -> None:
    step = disposisi().steps["assess"].model_copy(update={"working_days": 1})
    morning = datetime(2026, 3, 9, 9, tzinfo=BATU)
    due = due_at(step, "mep", morning, CALENDAR)
    assert first_warning(step, "mep", morning, due, CALENDAR) == due
