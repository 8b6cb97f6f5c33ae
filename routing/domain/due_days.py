"""On which day a number of working days ends, and which days on the way there do not count, by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from routing.domain.calendar_grounds import require_inside
from routing.domain.countable_days import after_days
from routing.domain.errors import Kind, Refusal
from routing.domain.working_calendar import DayOff, WorkingCalendar

#: Ten years of Mondays to Fridays.
MOST_WORKING_DAYS = 2_610


class DaysOutOfRange(Refusal):
    """{count} cannot be counted as working days. Give a whole number from 0 to {most}, which is ten years."""

    code = "days_out_of_range"
    kind = Kind.MALFORMED


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedDay:
    """A date that is not counted: of the weekend, off, or both."""

    day: date
    is_weekend: bool
    day_off: DayOff | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """What was counted."""

    start: date
    working_days: int
    due: date
    #: behind the start and before the due day, in their order
    skipped: tuple[SkippedDay, ...]
    #: whether a day on the way is only an estimate, or lies beyond the years of the calendar
    is_estimated: bool


def due_day(calendar: WorkingCalendar, start: date, working_days: int) -> DueDay:
    """So many working days after ``start``, which is not one of them. Raises DaysOutOfRange, OutsideCalendar."""
    if not 0 <= working_days <= MOST_WORKING_DAYS:
        raise DaysOutOfRange(count=working_days, most=MOST_WORKING_DAYS)
    require_inside(calendar, start)
    due = after_days(calendar.working, start, working_days)
    between = (start + timedelta(days=count) for count in range(1, (due - start).days))
    skipped = tuple(
        SkippedDay(day=day, is_weekend=not calendar.hours[day.weekday()], day_off=calendar.day_off(day))
        for day in between
        if not calendar.is_working(day)
    )
    # An estimate on a weekend moves nothing.
    guessed = any(not one.is_weekend and one.day_off is not None and one.day_off.is_estimated for one in skipped)
    return DueDay(
        start=start,
        working_days=working_days,
        due=due,
        skipped=skipped,
        is_estimated=guessed or not calendar.is_known(due),
    )


def read_working_days(text: str) -> int:
    """A number of working days as somebody typed it. Raises DaysOutOfRange."""
    typed = text.strip()
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 10):
        raise DaysOutOfRange(count=typed[:20] or "-", most=MOST_WORKING_DAYS)
    return int(typed)
