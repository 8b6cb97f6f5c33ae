"""When something that is due is warned of: three, two and no working days before, and once it has passed.

The moments only; who is told, and that each is told once, is elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    calendar: WorkingCalendar,
    due: datetime | None,
    after: datetime,
    *,
    minutes: int | None = None,
    begun: datetime | None = None,
) -> datetime | None:
    """The first of these moments after that one; None: all have passed, or nothing is due.

    ``begun``: since when the time first ran, where the end has only now been set: that moment itself, then, if the
    moment of a warning has gone already.
    """
    if due is None:
        return None
    times = warning_times(calendar, due, minutes=minutes)
    if begun is not None and newest_gone(times, begun, after) is not None:
        return after
    return next((at for _, at in times if at > after), None)


def newest_gone(times: Sequence[tuple[Level, datetime]], begun: datetime, until: datetime) -> Level | None:
    """The newest level whose moment has come while the end itself has not; None: there is none.

    A level before the time began to run was never to be told of, unless it is the last there is before the end.
    """
    *before, (_, due) = times
    if due < until:
        return None
    meant = [(level, moment) for level, moment in before if moment >= begun] or before[-1:]
    return next((level for level, moment in reversed(meant) if moment <= until), None)


def _opening(calendar: WorkingCalendar, day: date) -> time:
    openings = calendar.openings(day)
    return openings[0].since if openings else time(0)
