"""When something that is due is warned of: three, two and no working days before, and once it has passed.

The moments only; who is told, and that each is told once, is elsewhere.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from routing.domain.working_calendar import WorkingCalendar


class Level(StrEnum):
    """How near it is, in working days (H-3, H-1, H); or in a part of the minutes."""

    THREE_DAYS = "h-3"
    ONE_DAY = "h-1"
    TODAY = "h"
    #: a third of the minutes is left
    NEAR = "near"
    PASSED = "passed"


_DAYS_BEFORE = ((Level.THREE_DAYS, 3), (Level.ONE_DAY, 1), (Level.TODAY, 0))


def warning_times(
    calendar: WorkingCalendar, due: datetime, *, minutes: int | None = None
) -> tuple[tuple[Level, datetime], ...]:
    """Each level with its moment, in their order. ``minutes``: how many were promised, where minutes are."""
    if minutes is not None:
        return ((Level.NEAR, due - timedelta(minutes=minutes / 3)), (Level.PASSED, due))
    day = calendar.local(due).date()
    number = calendar.working.number_of(day)
    days = [(level, calendar.working.with_number(number - before)) for level, before in _DAYS_BEFORE[:2]]
    # A limit in calendar days may end on a day that is not worked: then that is still the day.
    days.append((Level.TODAY, day))
    moments = [(level, datetime.combine(one, _opening(calendar, one), calendar.time_zone)) for level, one in days]
    return (*moments, (Level.PASSED, due))


def next_warning(
    calendar: WorkingCalendar, due: datetime | None, after: datetime, *, minutes: int | None = None
) -> datetime | None:
    """The first of these moments after that one; None: all have passed, or nothing is due."""
    if due is None:
        return None
    return next((at for _, at in warning_times(calendar, due, minutes=minutes) if at > after), None)


def _opening(calendar: WorkingCalendar, day: date) -> time:
    openings = calendar.openings(day)
    return openings[0].since if openings else time(0)
