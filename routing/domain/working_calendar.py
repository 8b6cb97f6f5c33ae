"""Which days the office works, from when until when, and how working days and open minutes are counted.

Days are Monday to Friday from 07.30, without what is off (Perpres 21/2023 article 4; joint decrees of three ministers
every year). A version of the calendar is one immutable value; the number in it makes two versions two values. Where
days off come from, and who may change them, is not here; nor is what the days are counted for (``promise_clock``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from routing.domain.countable_days import EveryDay, WorkingDays, end_of
from routing.domain.desks import Code, Frozen

_DAY = timedelta(days=1)
_ONE = timedelta(minutes=1)
#: How many days are looked ahead for the next open one; no calendar is closed for longer.
_LONGEST_CLOSED = 400


class DayOffKind(StrEnum):
    """Why a day is off."""

    #: a public holiday (libur nasional)
    PUBLIC = "public"
    #: collective leave (cuti bersama): no working day either
    COLLECTIVE_LEAVE = "collective-leave"
    #: a day of this office or region: an election, a founding day, a disaster
    LOCAL = "local"


class DayOff(Frozen):
    """A date on which the office does not work."""

    day: date
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    kind: DayOffKind
    #: calculated, and not decreed yet (perkiraan)
    is_estimated: bool = False
    #: the decree it rests on; empty: it came with the program
    decree: Annotated[str, StringConstraints(max_length=200)] = ""


class Opening(Frozen):
    """An uninterrupted time of one day, local; ``until`` is not in it."""

    since: time
    until: time

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.since.tzinfo is not None or self.until.tzinfo is not None or self.since >= self.until:
            raise ValueError("an opening is local and ends after it begins")
        return self


def _in_order(week: tuple[tuple[Opening, ...], ...]) -> tuple[tuple[Opening, ...], ...]:
    if any(one.until > other.since for day in week for one, other in pairwise(day)):
        raise ValueError("the openings of a day come in order and do not overlap")
    if not any(week):
        raise ValueError("some day of the week is open")
    return week


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone") from None
    return name


#: What is open on Monday, Tuesday ... Sunday; some day is.
Week = Annotated[tuple[tuple[Opening, ...], ...], Field(min_length=7, max_length=7), AfterValidator(_in_order)]
#: Nothing is older or younger.
_Year = Annotated[int, Field(ge=1900, le=2999)]


class Season(Frozen):
    """A time of the year with hours of its own (Ramadan)."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    since: date
    #: the last day of it
    until: date
    hours: Week
    is_estimated: bool = False

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.since > self.until:
            raise ValueError("a season ends after it begins")
        return self


class WorkingCalendar(Frozen):
    """One version of the office's calendar. Two with the same ``content_hash`` are the same version."""

    number: Annotated[int, Field(ge=1)]
    #: IANA name: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT)
    zone: Annotated[str, AfterValidator(_known_zone)]
    #: the years whose days off are in it; beyond them only weekends are known
    first_year: _Year
    last_year: _Year
    #: in their order
    days_off: tuple[DayOff, ...] = ()
    hours: Week
    #: in their order
    seasons: tuple[Season, ...] = ()
    #: hours of single counters, in the calendar's weeks and beyond them (a Saturday); never on a day off
    counters: dict[Code, Week] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.first_year > self.last_year:
            raise ValueError("the first year comes before the last")
        if any(one.day >= other.day for one, other in pairwise(self.days_off)):
            raise ValueError("days off come in order, and each date once")
        if not all(self.is_known(one.day) for one in self.days_off):
            raise ValueError("days off lie in the years of the calendar")
        if any(one.until >= other.since for one, other in pairwise(self.seasons)):
            raise ValueError("seasons come in order and do not overlap")
        return self

    def edited(self, **changes: object) -> WorkingCalendar:
        """A calendar with other values in these fields, checked anew.

        Not ``model_copy``: that would take along what has been worked out from the old values.
        """
        said = {name: getattr(self, name) for name in WorkingCalendar.model_fields}
        return WorkingCalendar.model_validate(said | changes)

    @cached_property
    def canonical(self) -> bytes:
        """The bytes that are stored and hashed."""
        written = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(written, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of ``canonical`` in hex: the version's name."""
        return hashlib.sha256(self.canonical).hexdigest()

    @cached_property
    def time_zone(self) -> ZoneInfo:
        """Where a day begins and ends."""
        return ZoneInfo(self.zone)

    @cached_property
    def working(self) -> WorkingDays:
        """Its working days, to be counted."""
        years, week = range(self.first_year, self.last_year + 1), tuple(map(bool, self.hours))
        return WorkingDays(years, week, self._off, self.close_of)

    @cached_property
    def every(self) -> EveryDay:
        """All days, to be counted: for limits that a law sets in calendar days."""
        return EveryDay(self.time_zone)

    def local(self, at: datetime) -> datetime:
        """The moment as the office's clocks show it."""
        return at.astimezone(self.time_zone)

    def day_off(self, day: date) -> DayOff | None:
        """Why the date is off, by decree; None: it is not (it may be a weekend)."""
        return self._off.get(day)

    def is_working(self, day: date) -> bool:
        """Whether the office works on the date."""
        return bool(self.hours[day.weekday()]) and day not in self._off

    def is_known(self, day: date) -> bool:
        """Whether the days off of that year are in it."""
        return self.first_year <= day.year <= self.last_year

    def openings(self, day: date, counter: str | None = None) -> tuple[Opening, ...]:
        """When the office (or that counter) is open on the date, in order; empty: it is not."""
        found = self._opened.get((day, counter))
        if found is None:
            found = self._opened[day, counter] = self._openings(day, counter)
        return found

    def _openings(self, day: date, counter: str | None) -> tuple[Opening, ...]:
        if day in self._off:
            return ()
        if counter is not None and counter in self.counters:
            return self.counters[counter][day.weekday()]
        season = next((one for one in self.seasons if one.since <= day <= one.until), None)
        return (season.hours if season is not None else self.hours)[day.weekday()]

    def close_of(self, day: date) -> datetime:
        """Close of business on the date; of a day that is not worked: the end of it."""
        openings = self.openings(day) if self.is_working(day) else ()
        return datetime.combine(day, openings[-1].until, self.time_zone) if openings else end_of(day, self.time_zone)

    def after_minutes(self, start: datetime, minutes: float, counter: str | None = None) -> datetime:
        """When so many minutes of the office's (or that counter's) open time have gone by."""
        left = timedelta(minutes=minutes)
        for opens, closes in self._open_from(start, counter):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        # Never open again: as the wall clock goes, so that there is a moment at all.
        return start + left

    def minutes_between(self, start: datetime, end: datetime, counter: str | None = None) -> float:
        """The open minutes from one moment to another."""
        open_time = timedelta()
        for opens, closes in self._open_from(start, counter):
            if opens >= end:
                break
            open_time += min(closes, end) - opens
        return open_time / _ONE

    @cached_property
    def _opened(self) -> dict[tuple[date, str | None], tuple[Opening, ...]]:
        """What has been looked up: every warning and every close of business asks for one of few days."""
        return {}

    @cached_property
    def _off(self) -> dict[date, DayOff]:
        return {one.day: one for one in self.days_off}

    def _open_from(self, start: datetime, counter: str | None) -> Iterator[tuple[datetime, datetime]]:
        """The open times from that moment on, the first of them what is left of it."""
        day, closed = self.local(start).date(), 0
        while closed < _LONGEST_CLOSED:
            openings = self.openings(day, counter)
            closed = 0 if openings else closed + 1
            for one in openings:
                opens = max(datetime.combine(day, one.since, self.time_zone), start)
                closes = datetime.combine(day, one.until, self.time_zone)
                if opens < closes:
                    yield opens, closes
            day += _DAY
