"""Changes of the days off: a day is added, taken off the list, confirmed; years are added from the nation's list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from routing.domain.acting import check_day
from routing.domain.calendar_grounds import Grounds, check_text, require_forward, require_inside
from routing.domain.errors import MalformedField, Refusal
from routing.domain.phrases import Phrase
from routing.domain.working_calendar import DayOff, DayOffKind, Season, WorkingCalendar

#: An office that is closed for longer has more to change than its calendar.
LONGEST_RANGE = 92
#: Nobody works out holidays beyond it.
LAST_YEAR = 2100


class AlreadyOff(Refusal):
    """{day} is off already: {name}. Choose another day, or take that one off the list first."""

    code = "already_off"


class NotOff(Refusal):
    """{day} is not on the list of days off, so nothing can be changed there. Look at the list of that year."""

    code = "not_off"


class NotEstimated(Refusal):
    """{day} ({name}) is no estimate, so there is nothing to confirm. If it is wrong, take it off the list."""

    code = "not_estimated"


class YearsThere(Refusal):
    """The calendar holds {first} to {last} already, and no decree for them has come with this program. Name a later
    year, up to {most}.
    """

    code = "years_there"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDaysOff:
    """From ``since`` to ``until`` (absent: that one day) the office does not work; what is off already stays so."""

    since: date
    until: date | None = None
    name: str
    kind: DayOffKind = DayOffKind.LOCAL

    def made_on(self, calendar: WorkingCalendar, grounds: Grounds) -> WorkingCalendar:
        """Raises MalformedField, TextTooLong, DatesUpsideDown, OutsideCalendar, DecreeMissing, AlreadyOff."""
        until, name = self.until or self.since, check_text(Phrase("Name"), self.name)
        if not name:
            way_out = Phrase("Write what the day is called: applicants read it.")
            raise MalformedField(field=Phrase("Name"), problem=Phrase("it is empty"), way_out=way_out)
        require_forward(self.since, until)
        require_inside(calendar, self.since, until)
        _require_short(self.since, until)
        if self.kind is not DayOffKind.LOCAL:
            grounds.require_decree(name)
        days = [self.since + timedelta(days=count) for count in range((until - self.since).days + 1)]
        new = [
            DayOff(day=day, name=name, kind=self.kind, decree=grounds.decree)
            for day in days
            if calendar.day_off(day) is None
        ]
        if not new:
            raise AlreadyOff(day=self.since, name=day_off_on(calendar, self.since).name)
        return _with_days(calendar, (*calendar.days_off, *new))


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDayOff:
    """The day is worked after all: an estimate proved wrong, or the day was moved."""

    day: date

    def made_on(self, calendar: WorkingCalendar, grounds: Grounds) -> WorkingCalendar:
        """Raises OutsideCalendar, NotOff, DecreeMissing."""
        gone = day_off_on(calendar, self.day)
        if gone.kind is not DayOffKind.LOCAL and not gone.is_estimated:
            grounds.require_decree(gone.name)
        return _with_days(calendar, (one for one in calendar.days_off if one is not gone))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDayOff:
    """What was worked out has been decreed, for this day."""

    day: date

    def made_on(self, calendar: WorkingCalendar, grounds: Grounds) -> WorkingCalendar:
        """Raises OutsideCalendar, NotOff, NotEstimated, DecreeMissing."""
        found = day_off_on(calendar, self.day)
        if not found.is_estimated:
            raise NotEstimated(day=self.day, name=found.name)
        grounds.require_decree(found.name)
        decreed = DayOff(day=found.day, name=found.name, kind=found.kind, decree=grounds.decree)
        return _with_days(calendar, (decreed if one is found else one for one in calendar.days_off))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddYears:
    """The calendar reaches to the end of ``last_year``.

    Years that were there stay as the office keeps them. Only one that was all estimates, when no decree for it was
    known, is taken anew once one is; the office's own days (local, or by a decree somebody named) stay even there.
    """

    last_year: int
    #: what the nation's list says now, of the years that may change
    national: tuple[DayOff, ...] = ()
    #: seasons of the same years
    seasons: tuple[Season, ...] = ()

    def made_on(self, calendar: WorkingCalendar, _grounds: Grounds) -> WorkingCalendar:
        """Raises YearsThere, MalformedField."""
        if self.last_year > LAST_YEAR:
            problem = Phrase("holidays are worked out until {most} only", most=LAST_YEAR)
            raise MalformedField(field=Phrase("Year"), problem=problem, way_out=Phrase("Name an earlier year."))
        years = {*range(calendar.last_year + 1, self.last_year + 1)}
        years |= {year for year in {one.day.year for one in self.national} - years if self._is_decreed(calendar, year)}
        if not years or self.last_year < calendar.last_year:
            raise YearsThere(first=calendar.first_year, last=calendar.last_year, most=LAST_YEAR)
        kept = {one.day: one for one in calendar.days_off if one.day.year not in years or _is_own(one)}
        new = {one.day: one for one in self.national if one.day.year in years}
        coming = (one for one in self.seasons if one.until.year in years)
        seasons = [one for one in coming if not any(meets(one, other) for other in calendar.seasons)]
        return calendar.edited(
            last_year=self.last_year,
            days_off=tuple(day for _, day in sorted((new | kept).items())),
            seasons=tuple(sorted((*calendar.seasons, *seasons), key=lambda one: one.since)),
        )

    def _is_decreed(self, calendar: WorkingCalendar, year: int) -> bool:
        """Whether a decree has come for a year of the calendar that was worked out as a whole."""
        known = [one for one in calendar.days_off if one.day.year == year and not _is_own(one)]
        listed = [one for one in self.national if one.day.year == year]
        was_open = calendar.is_known(date(year, 1, 1)) and all(one.is_estimated for one in known)
        return was_open and any(not one.is_estimated for one in listed)


def read_kind(text: str) -> DayOffKind:
    """The kind as somebody typed it. Raises MalformedField."""
    if text not in set(DayOffKind):
        problem = Phrase("{text} is no kind of day off", text=text[:40] or "-")
        way_out = Phrase("Choose one of: {known}.", known=", ".join(DayOffKind))
        raise MalformedField(field=Phrase("Kind"), problem=problem, way_out=way_out)
    return DayOffKind(text)


def read_year(text: str) -> int:
    """A year as somebody typed it. Raises MalformedField."""
    typed = text.strip()
    if not (typed.isascii() and typed.isdecimal() and len(typed) == 4):
        problem = Phrase("{text} is no year", text=typed[:40] or "-")
        raise MalformedField(field=Phrase("Year"), problem=problem, way_out=Phrase("Write it as 2040."))
    return int(typed)


def read_day(field: str, text: str) -> date:
    """A day that has to be given, as 2026-11-20. Raises MalformedField."""
    day = check_day(field, text)
    if day is None:
        raise MalformedField(field=field, problem=Phrase("it is empty"), way_out=Phrase("Write it as 2026-11-20."))
    return day


def check_last_day(text: str) -> date | None:
    """The last of several days as somebody typed it; None: it is one day. Raises MalformedField."""
    return check_day(Phrase("Last day"), text)


def day_off_on(calendar: WorkingCalendar, day: date) -> DayOff:
    """The day off on that date. Raises OutsideCalendar, NotOff."""
    require_inside(calendar, day)
    found = calendar.day_off(day)
    if found is None:
        raise NotOff(day=day)
    return found


def meets(one: Season, other: Season) -> bool:
    """Whether they have a day in common."""
    return one.since <= other.until and other.since <= one.until


def _is_own(day: DayOff) -> bool:
    return day.kind is DayOffKind.LOCAL or bool(day.decree)


def _with_days(calendar: WorkingCalendar, days: Iterable[DayOff]) -> WorkingCalendar:
    return calendar.edited(days_off=tuple(sorted(days, key=lambda one: one.day)))


def _require_short(since: date, until: date) -> None:
    if (until - since).days >= LONGEST_RANGE:
        raise MalformedField(
            field=Phrase("Last day"),
            problem=Phrase("these are more than {most} days", most=LONGEST_RANGE),
            way_out=Phrase("Name the days in parts, and look at the year twice."),
        )
