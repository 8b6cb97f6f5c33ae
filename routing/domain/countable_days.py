"""Days that can be counted: numbered, so that ``n`` days on is a look-up. Which they are, a calendar says."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

_LAST_DAY = date.max.toordinal()


class WorkingDays:
    """The working days of a calendar, numbered; ``n`` days on is a look-up, not a walk."""

    def __init__(
        self, years: range, week: Sequence[bool], off: Container[date], close_of: Callable[[date], datetime]
    ) -> None:
        """
        Args:
            years: those whose days off are known; elsewhere only the week is.
            week: whether Monday, Tuesday ... are worked.
            off: the dates that are not, whatever the week says.
            close_of: close of business on a date.
        """
        self._week, self._off, self._close_of = week, off, close_of
        first, last = date(years[0], 1, 1).toordinal(), date(years[-1], 12, 31).toordinal()
        self._first, self._last = first, last
        self._a_week = max(1, sum(week))
        self._days = [day for day in range(first, last + 1) if self.is_one(date.fromordinal(day))]

    def number_of(self, day: date) -> int:
        """How many of them there are up to and with that date, from where the calendar begins; may be negative."""
        at = day.toordinal()
        if at < self._first:
            return -self._week_days(at, self._first - 1)
        known = bisect_right(self._days, at)
        return known if at <= self._last else known + self._week_days(self._last, at)

    def with_number(self, number: int) -> date:
        """The date that has this number. Raises OverflowError beyond the last year there is."""
        if 1 <= number <= len(self._days):
            return date.fromordinal(self._days[number - 1])
        step = 1 if number > 0 else -1
        at = self._last if number > 0 else self._first
        left = number - len(self._days) if number > 0 else 1 - number
        # Beyond what is known one week is as the other.
        weeks = max(0, left - 1) // self._a_week
        at, left = at + step * 7 * weeks, left - weeks * self._a_week
        while left:
            at += step
            if not 0 < at <= _LAST_DAY:
                message = "no date lies so far away"
                raise OverflowError(message)
            left -= self._is_week_day(at)
        return date.fromordinal(at)

    def close_of(self, day: date) -> datetime:
        """The moment at which it is seen whether the day counts."""
        return self._close_of(day)

    def is_one(self, day: date) -> bool:
        """Whether the date is one of them."""
        return self._week[day.weekday()] and day not in self._off

    def _week_days(self, after: int, until: int) -> int:
        """How many days of the week that are worked lie behind one ordinal, up to and with the other."""
        weeks, rest = divmod(until - after, 7)
        return weeks * self._a_week + sum(self._is_week_day(one) for one in range(until - rest + 1, until + 1))

    def _is_week_day(self, ordinal: int) -> bool:
        return self._week[date.fromordinal(ordinal).weekday()]


class EveryDay:
    """All days, counted as ``WorkingDays`` counts."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def number_of(self, day: date) -> int:
        """Its ordinal."""
        return day.toordinal()

    def with_number(self, number: int) -> date:
        """The date with this ordinal."""
        return date.fromordinal(number)

    def close_of(self, day: date) -> datetime:
        """The end of it."""
        return end_of(day, self._zone)

    def is_one(self, _day: date) -> bool:
        """Every date is."""
        return True


#: Days that can be counted.
Days = WorkingDays | EveryDay


def after_days(days: Days, start: date, count: int) -> date:
    """The date so many of the days later; the first of them after ``start`` is day 1. 0: ``start`` itself."""
    return days.with_number(days.number_of(start) + count) if count else start


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a date: whoever answers on the day it is due is in time."""
    return datetime.combine(day, time(23, 59, 59), zone)
