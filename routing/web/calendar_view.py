"""The working calendar before somebody's eyes: a year by its months, hours in words, a version and what it changed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from routing.domain.errors import MalformedField, NotUtf8, Refusal, TextTooLong
from routing.domain.opening_hours import alike
from routing.domain.phrases import Phrase
from routing.domain.working_calendar import DayOff, DayOffKind, Season, Week, WorkingCalendar
from routing.web.wording import N_, Wording

#: What each kind of day off is called.
KINDS = {
    DayOffKind.PUBLIC: N_("public holiday"),
    DayOffKind.COLLECTIVE_LEAVE: N_("collective leave"),
    DayOffKind.LOCAL: N_("local"),
}
#: Beside which input a refusal is told: by the field it names, or by its code.
_INPUTS = {
    "Date": "day",
    "Last day": "until",
    "Name": "name",
    "Kind": "kind",
    "Reason": "reason",
    "Decree": "decree",
    "Year": "last_year",
    "years_there": "last_year",
    "no_season": "day",
    "counter_as_office": "open",
    "unknown_counter": "open",
    "already_off": "day",
    "not_off": "day",
    "not_estimated": "day",
    "outside_calendar": "day",
    "seasons_collide": "day",
    "dates_upside_down": "until",
    "calendar_reason_missing": "reason",
    "decree_missing": "decree",
    "past_without_decree": "decree",
    "days_out_of_range": "working_days",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    """A month of the list."""

    number: int
    working_days: int
    days_off: tuple[DayOff, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearView:
    """A year as the page shows it."""

    year: int
    working_days: int
    months: tuple[MonthView, ...]
    seasons: tuple[Season, ...]
    #: the years beside it, where the calendar knows them
    before: int | None
    after: int | None


def year_view(calendar: WorkingCalendar, year: int) -> YearView:
    """The months with their days off; the year is one of the calendar's."""
    months = tuple(_month(calendar, year, month) for month in range(1, 13))
    return YearView(
        year=year,
        working_days=sum(one.working_days for one in months),
        months=months,
        seasons=tuple(one for one in calendar.seasons if year in (one.since.year, one.until.year)),
        before=year - 1 if year > calendar.first_year else None,
        after=year + 1 if year < calendar.last_year else None,
    )


def hours_in_words(week: Week, wording: Wording) -> Iterator[tuple[str, str]]:
    """Days and their hours, ``Senin-Kamis`` and ``07.30-12.00, 13.00-16.00``; days that are closed are left out."""
    for first, last, openings in alike(week):
        if openings:
            days = wording.weekday(first) if first == last else f"{wording.weekday(first)}–{wording.weekday(last)}"
            hours = openings.replace(" ", ", ").replace("-", "–")
            yield days, hours.replace(":", ".") if wording.language == "id" else hours


def input_of(refusal: Refusal) -> str:
    """The input beside which the refusal is told; empty: it stands at the top only."""
    field = refusal.facts.get("field")
    if isinstance(refusal, MalformedField | TextTooLong | NotUtf8) and isinstance(field, Phrase):
        return _INPUTS.get(field.template, "")
    return _INPUTS.get(refusal.code, "")


def _month(calendar: WorkingCalendar, year: int, month: int) -> MonthView:
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    days = calendar.working
    return MonthView(
        number=month,
        working_days=days.number_of(last) - days.number_of(first - timedelta(days=1)),
        days_off=tuple(one for one in calendar.days_off if first <= one.day <= last),
    )
