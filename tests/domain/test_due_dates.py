"""When a desk's own time ends."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.domain.due_dates import NO_LIMIT, after_working_days, due_at, has_limit
from tests.domain.small_routes import disposisi

BATU = ZoneInfo("Asia/Jakarta")
FRIDAY = datetime(2026, 3, 6, 15, 30, tzinfo=BATU)


def counted_day_by_day(start: datetime, days: int) -> datetime:
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


@pytest.mark.parametrize("days", range(13))
def test_working_days_leave_out_saturdays_and_sundays(days: int) -> None:
    for weekday in range(7):
        start = FRIDAY + timedelta(days=weekday)
        assert after_working_days(start, days) == counted_day_by_day(start, days), start


def test_a_step_without_a_limit_is_never_urgent() -> None:
    step = disposisi().steps["assess"]
    assert not has_limit(step, "mep")
    assert due_at(step, "mep", FRIDAY) == FRIDAY + NO_LIMIT


def test_a_desk_may_have_its_own_days_and_a_step_minutes() -> None:
    step = disposisi().steps["assess"].model_copy(update={"working_days": 2, "working_days_at": {"mep": 1}})
    assert due_at(step, "mep", FRIDAY) == FRIDAY + timedelta(days=3)
    assert due_at(step, "struktur", FRIDAY) == FRIDAY + timedelta(days=4)
    quick = disposisi().steps["assess"].model_copy(update={"minutes": 15})
    assert due_at(quick, "mep", FRIDAY) == FRIDAY + timedelta(minutes=15)
