"""Which days that are over a change of the working calendar touches: promises were kept or broken on them already."""

from __future__ import annotations

from datetime import date, timedelta

from routing.domain.calendar_differences import differences
from routing.domain.calendar_grounds import Grounds
from routing.domain.errors import Kind, Refusal
from routing.domain.working_calendar import Season, WorkingCalendar

_DAY = timedelta(days=1)


class PastWithoutDecree(Refusal):
    """{day} is over, and promises were counted by it. To change it takes a decree besides the reason: give its number,
    as "SK Wali Kota 188/2026".
    """

    code = "past_without_decree"
    kind = Kind.MALFORMED


def require_decree_for_the_past(before: WorkingCalendar, after: WorkingCalendar, grounds: Grounds, today: date) -> None:
    """Nobody moves due dates by a day that is over without a paper that says so. Raises PastWithoutDecree."""
    touched = _touched(before, after, today) if not grounds.decree else None
    if touched is not None:
        raise PastWithoutDecree(day=touched)


def _touched(before: WorkingCalendar, after: WorkingCalendar, today: date) -> date | None:
    """The last day before this one on which the office worked otherwise than it does now; None: there is none."""
    found = differences(before, after)
    days = {one.day for one in (*found.added, *found.removed)}
    for season in (*found.seasons_added, *found.seasons_removed):
        days |= {day for day in _days_of(season, today) if before.openings(day) != after.openings(day)}
    if found.has_other_hours:
        # A week has no dates: it is that of all the days there were, too.
        known = (day for day in _last_year(today) if before.is_known(day))
        days |= {day for day in known if before.openings(day) != after.openings(day)}
    return max((day for day in days if day < today), default=None)


def _days_of(season: Season, today: date) -> list[date]:
    last = min(season.until, today - _DAY)
    return [season.since + count * _DAY for count in range((last - season.since).days + 1)]


def _last_year(today: date) -> list[date]:
    return [today - count * _DAY for count in range(1, 367)]
