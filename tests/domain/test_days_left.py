"""How far off a due date is, in the office's words."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.domain.days_left import Counted, Nearness, days_left, minutes_left, promise_left
from routing.domain.due_window import DueBy, due_before, due_by
from routing.domain.errors import MalformedField
from tests.calendars import indonesia
from tests.domain.small_routes import disposisi

BATU = ZoneInfo("Asia/Jakarta")
CALENDAR = indonesia()
#: Friday; Wednesday to Tuesday after it the office keeps Nyepi and the feast after Ramadan.
NOW = datetime(2026, 3, 13, 9, tzinfo=BATU)


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), BATU)


@pytest.mark.parametrize(
    ("day", "nearness", "count"),
    [
        (date(2026, 3, 12), Nearness.LATE, 1),
        (date(2026, 3, 9), Nearness.LATE, 4),
        (date(2026, 3, 13), Nearness.TODAY, 0),
        (date(2026, 3, 16), Nearness.SOON, 1),
        (date(2026, 3, 17), Nearness.AMPLE, 2),
        # Five working days as the law counts them, and fourteen as the wall does.
        (date(2026, 3, 27), Nearness.AMPLE, 5),
    ],
)
def test_days_left_are_working_days(day: date, nearness: Nearness, count: int) -> None:
    left = days_left(CALENDAR, end_of(day), NOW)
    assert (left.nearness, left.count, left.is_late) == (nearness, count, nearness is Nearness.LATE)


def test_what_was_due_on_friday_is_late_on_saturday_and_by_no_working_day_yet() -> None:
    saturday = NOW + timedelta(days=1)
    left = days_left(CALENDAR, end_of(NOW.date()), saturday)
    assert (left.nearness, left.count) == (Nearness.LATE, 0)


def test_the_last_second_of_the_day_is_in_time_and_the_next_is_late() -> None:
    due = end_of(NOW.date())
    assert days_left(CALENDAR, due, due).nearness is Nearness.TODAY
    assert days_left(CALENDAR, due, due + timedelta(microseconds=1)).nearness is Nearness.LATE


def test_a_limit_in_calendar_days_is_told_in_calendar_days() -> None:
    left = days_left(CALENDAR, end_of(date(2026, 3, 27)), NOW, Counted.CALENDAR_DAYS)
    assert (left.count, left.counted) == (14, Counted.CALENDAR_DAYS)


def test_minutes_are_told_in_minutes_and_soon_is_the_last_third() -> None:
    def at(minutes: float) -> tuple[Nearness, int]:
        left = minutes_left(NOW + timedelta(minutes=minutes), NOW, 60)
        return left.nearness, left.count

    assert at(45) == (Nearness.AMPLE, 45)
    assert at(19.5) == (Nearness.SOON, 20)
    assert at(-3.5) == (Nearness.LATE, 3)
    quick = disposisi().model_copy(update={"minutes": 60})
    left = promise_left(quick, CALENDAR, NOW + timedelta(minutes=5), NOW)
    assert left is not None
    assert left.counted is Counted.MINUTES
    assert promise_left(quick, CALENDAR, None, NOW) is None


@pytest.mark.parametrize(
    ("within", "before"),
    [
        ("0d", datetime(2026, 3, 14, tzinfo=BATU)),
        ("1d", datetime(2026, 3, 17, tzinfo=BATU)),
        ("3d", datetime(2026, 3, 26, tzinfo=BATU)),
        (" 5d ", datetime(2026, 3, 28, tzinfo=BATU)),
        ("4h", NOW + timedelta(hours=4)),
        ("30m", NOW + timedelta(minutes=30)),
    ],
)
def test_within_counts_working_days_to_their_end_and_hours_as_the_clock_goes(within: str, before: datetime) -> None:
    assert due_before(within, CALENDAR, NOW) == before


@pytest.mark.parametrize("within", ["", "3", "d", "-1d", "3.5d", "3 days", "99999d", "3w", "\u0663d", "03d"])
def test_a_time_nobody_can_read_is_refused_with_an_example(within: str) -> None:
    with pytest.raises(MalformedField, match="Write 3d for three working days"):
        due_before(within, CALENDAR, NOW)


def test_a_clock_this_office_does_not_have_is_refused() -> None:
    assert due_by("legal") is DueBy.LEGAL
    with pytest.raises(MalformedField, match="Choose promise, legal, desk or still"):
        due_by("weeks")
