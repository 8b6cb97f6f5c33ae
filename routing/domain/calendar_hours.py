"""Changes of the hours: of the office, of single counters, and of seasons of the year such as Ramadan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from routing.domain.calendar_days import meets
from routing.domain.calendar_grounds import Grounds, check_text, require_forward, require_inside
from routing.domain.errors import Kind, MalformedField, Refusal
from routing.domain.phrases import Phrase
from routing.domain.working_calendar import Season, Week, WorkingCalendar


class SeasonsCollide(Refusal):
    """{name} would have days in common with {other} ({since} to {until}). Change that season first, or other days."""

    code = "seasons_collide"


class NoSeason(Refusal):
    """{day} lies in no season with hours of its own. The calendar shows those it has."""

    code = "no_season"


class UnknownCounter(Refusal):
    """There is no counter {counter}. Counters of this office: {known}."""

    code = "unknown_counter"
    kind = Kind.UNKNOWN


class CounterAsOffice(Refusal):
    """The counter {counter} has no hours of its own; it is open as the office is."""

    code = "counter_as_office"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSeason:
    """From ``since`` to ``until`` the office keeps other hours; seasons of that name on these days are replaced.

    ``hours``: absent, those of the season that is replaced, or of the newest one of that name.
    """

    since: date
    until: date
    name: str = "Ramadan"
    hours: Week | None = None

    def made_on(self, calendar: WorkingCalendar, _grounds: Grounds) -> WorkingCalendar:
        """Raises MalformedField, TextTooLong, DatesUpsideDown, OutsideCalendar, SeasonsCollide."""
        name = check_text(Phrase("Name"), self.name)
        if not name:
            way_out = Phrase("Write what the season is called.")
            raise MalformedField(field=Phrase("Name"), problem=Phrase("it is empty"), way_out=way_out)
        require_forward(self.since, self.until)
        require_inside(calendar, self.since, self.until)
        season = Season(name=name, since=self.since, until=self.until, hours=self.hours or _hours_of(calendar, name))
        others = [one for one in calendar.seasons if one.name != name or not meets(one, season)]
        for one in others:
            if meets(one, season):
                raise SeasonsCollide(name=name, other=one.name, since=one.since, until=one.until)
        return calendar.edited(seasons=tuple(sorted((*others, season), key=lambda one: one.since)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSeason:
    """The season that holds this day is no more; the office keeps its usual hours then."""

    day: date

    def made_on(self, calendar: WorkingCalendar, _grounds: Grounds) -> WorkingCalendar:
        """Raises NoSeason."""
        left = tuple(one for one in calendar.seasons if not one.since <= self.day <= one.until)
        if len(left) == len(calendar.seasons):
            raise NoSeason(day=self.day)
        return calendar.edited(seasons=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOfficeHours:
    """The office's week: on which days it works, and from when until when."""

    hours: Week

    def made_on(self, calendar: WorkingCalendar, _grounds: Grounds) -> WorkingCalendar:
        """The calendar with this week."""
        return calendar.edited(hours=self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCounterHours:
    """A counter's own week; None: it is open as the office is."""

    counter: str
    hours: Week | None

    def made_on(self, calendar: WorkingCalendar, _grounds: Grounds) -> WorkingCalendar:
        """Raises CounterAsOffice."""
        if self.hours is not None:
            return calendar.edited(counters={**calendar.counters, self.counter: self.hours})
        if self.counter not in calendar.counters:
            raise CounterAsOffice(counter=self.counter)
        left = {code: week for code, week in calendar.counters.items() if code != self.counter}
        return calendar.edited(counters=left)

    def require_known(self, counters: Collection[str]) -> None:
        """A counter that was given up can still lose its hours. Raises UnknownCounter."""
        if self.hours is not None and self.counter not in counters:
            raise UnknownCounter(counter=self.counter[:100], known=", ".join(sorted(counters)) or "-")


def _hours_of(calendar: WorkingCalendar, name: str) -> Week:
    of_that_name = [one for one in calendar.seasons if one.name == name]
    if not of_that_name:
        raise MalformedField(
            field=Phrase("Hours"),
            problem=Phrase("no season was called so before, so nobody knows its hours"),
            way_out=Phrase("Say when the office is open in it."),
        )
    return of_that_name[-1].hours
