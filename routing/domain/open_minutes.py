"""Open minutes between two moments, by look-up: for whoever asks of every entry of a log.

``WorkingCalendar.minutes_between`` walks from day to day, which is right for one application and too slow for all.
Here the open time of a year is added up once. What the minutes are counted for is not here.
"""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import accumulate
from typing import NamedTuple

from routing.domain.working_calendar import WorkingCalendar

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND


class _Year(NamedTuple):
    """Microseconds all of it."""

    #: ordinal of its first day
    first: int
    #: open time before each day of it, and last that of the whole year
    before: tuple[int, ...]
    #: each day's openings, as time since midnight
    openings: tuple[tuple[tuple[int, int], ...], ...]


class OpenMinutes:
    """The open time of one version of the calendar, at the office or at one counter with hours of its own."""

    def __init__(self, calendar: WorkingCalendar, counter: str | None = None) -> None:
        self._calendar = calendar
        self._counter = counter
        self._years: dict[int, _Year] = {}

    def between(self, start: datetime, end: datetime) -> int:
        """The whole open minutes from one moment to another; 0 where the second is not later."""
        if end <= start:
            return 0
        return self.between_local(self._calendar.local(start), self._calendar.local(end))

    def between_local(self, begun: datetime, ended: datetime) -> int:
        """The same of moments that are told by the office's clock already, the second not before the first."""
        gone = self._into_its_year(ended) - self._into_its_year(begun)
        for year in range(begun.year, ended.year):
            gone += self._year(year).before[-1]
        return gone // _MINUTE

    def _into_its_year(self, local: datetime) -> int:
        year = self._year(local.year)
        day = local.toordinal() - year.first
        gone, now = year.before[day], _since_midnight(local)
        for opens, closes in year.openings[day]:
            if now <= opens:
                break
            gone += min(now, closes) - opens
        return gone

    def _year(self, number: int) -> _Year:
        found = self._years.get(number)
        if found is None:
            found = self._years[number] = self._added_up(number)
        return found

    def _added_up(self, number: int) -> _Year:
        first, last = date(number, 1, 1).toordinal(), date(number, 12, 31).toordinal()
        openings = tuple(
            tuple(
                (_since_midnight(one.since), _since_midnight(one.until))
                for one in self._calendar.openings(date.fromordinal(day), self._counter)
            )
            for day in range(first, last + 1)
        )
        a_day = (sum(closes - opens for opens, closes in day) for day in openings)
        return _Year(first, (0, *accumulate(a_day)), openings)


def _since_midnight(at: datetime | time) -> int:
    return (at.hour * 3600 + at.minute * 60 + at.second) * _SECOND + at.microsecond
