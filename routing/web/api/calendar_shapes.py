"""The working calendar as programs are given it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from routing.domain.calendar_differences import CalendarDifference
from routing.domain.due_days import DueDay, SkippedDay
from routing.domain.opening_hours import hours_text
from routing.domain.working_calendar import DayOff, Season
from routing.reading.calendars import CalendarPage, CalendarStep, CalendarVersion
from routing.web.api.calendar_bodies import DayText
from routing.web.api.shapes import At, at_text


class DayOffShape(BaseModel):
    """A date on which the office does not work."""

    day: DayText
    name: str = Field(examples=["Hari Raya Idul Fitri"])
    kind: Literal["public", "collective-leave", "local"]
    is_estimated: bool = Field(description="Worked out, and not decreed yet (perkiraan).")
    decree: str | None = Field(description="Null: it came with the program, or rests on none.")


class SeasonShape(BaseModel):
    """A time with hours of its own."""

    name: str = Field(examples=["Ramadan"])
    since: DayText
    until: DayText = Field(description="The last day of it.")
    hours: str
    is_estimated: bool


class CalendarShape(BaseModel):
    """A version of the working calendar."""

    version: int
    hash: str = Field(description="SHA-256 of its canonical JSON: its name in the books.")
    is_in_force: bool
    made_at: At
    made_by: str
    reason: str
    decree: str | None
    zone: str = Field(examples=["Asia/Jakarta"])
    first_year: int
    last_year: int = Field(description="Beyond it only weekends are known.")
    days_off: list[DayOffShape] = Field(description="Of the year that was asked for, or all.")
    hours: str = Field(examples=["mon-thu 07:30-12:00 13:00-16:00; fri 07:30-11:30 13:00-16:30"])
    seasons: list[SeasonShape]
    counters: dict[str, str] = Field(description="Hours of counters that have their own.")


class VersionShape(BaseModel):
    """How a version came about, and what it changed; the first one changed nothing."""

    version: int
    hash: str
    made_at: At
    made_by: str
    made_by_name: str
    reason: str
    decree: str | None
    added: list[DayOffShape]
    removed: list[DayOffShape]
    changed: list[DayOffShape] = Field(description="As they are since then.")
    seasons_added: list[SeasonShape]
    seasons_removed: list[SeasonShape]
    counters: list[str] = Field(description="Whose hours are others since then.")
    has_other_hours: bool = Field(description="Whether the office's week is another since then.")
    last_year: int | None = Field(description="Null: it reaches no further.")


class VersionsShape(BaseModel):
    """Versions, newest first."""

    items: list[VersionShape]
    next: int | None = Field(description="`before` of the next page; null: this is the last.")


class SkippedShape(BaseModel):
    """A date that does not count."""

    day: DayText
    is_weekend: bool
    day_off: DayOffShape | None


class DueShape(BaseModel):
    """When a number of working days is over."""

    start: DayText = Field(description="Not counted itself.")
    working_days: int
    due: DayText
    version: int = Field(description="Of the calendar it was counted by.")
    is_estimated: bool = Field(description="A day on the way is only an estimate, or beyond the calendar's years.")
    skipped: list[SkippedShape]


class CalendarReceiptShape(BaseModel):
    """The version a change made; it is in force."""

    version: int = Field(examples=[2])
    hash: str


def day_off_shape(one: DayOff) -> DayOffShape:
    """A day off on the wire."""
    return DayOffShape(
        day=one.day.isoformat(),
        name=one.name,
        kind=one.kind.value,
        is_estimated=one.is_estimated,
        decree=one.decree or None,
    )


def season_shape(one: Season) -> SeasonShape:
    """A season on the wire."""
    return SeasonShape(
        name=one.name,
        since=one.since.isoformat(),
        until=one.until.isoformat(),
        hours=hours_text(one.hours),
        is_estimated=one.is_estimated,
    )


def calendar_shape(page: CalendarPage, year: int | None) -> CalendarShape:
    """A version on the wire; ``year``: None, all."""
    calendar, made = page.calendar, page.version
    return CalendarShape(
        version=made.number,
        hash=made.content_hash,
        is_in_force=page.is_in_force,
        made_at=at_text(made.made_at),
        made_by=made.made_by,
        reason=made.reason,
        decree=made.decree,
        zone=calendar.zone,
        first_year=calendar.first_year,
        last_year=calendar.last_year,
        days_off=[day_off_shape(one) for one in calendar.days_off if year in (None, one.day.year)],
        hours=hours_text(calendar.hours),
        seasons=[season_shape(one) for one in calendar.seasons if year in (None, one.since.year, one.until.year)],
        counters={code: hours_text(week) for code, week in calendar.counters.items()},
    )


def version_shape(step: CalendarStep) -> VersionShape:
    """A version's story on the wire."""
    made: CalendarVersion = step.version
    found = step.difference or CalendarDifference()
    return VersionShape(
        version=made.number,
        hash=made.content_hash,
        made_at=at_text(made.made_at),
        made_by=made.made_by,
        made_by_name=made.made_by_name,
        reason=made.reason,
        decree=made.decree,
        added=[day_off_shape(one) for one in found.added],
        removed=[day_off_shape(one) for one in found.removed],
        changed=[day_off_shape(after) for _, after in found.changed],
        seasons_added=[season_shape(one) for one in found.seasons_added],
        seasons_removed=[season_shape(one) for one in found.seasons_removed],
        counters=list(found.counters),
        has_other_hours=found.has_other_hours,
        last_year=found.years[1] if found.years is not None else None,
    )


def due_shape(found: DueDay, version: int) -> DueShape:
    """A count on the wire."""
    return DueShape(
        start=found.start.isoformat(),
        working_days=found.working_days,
        due=found.due.isoformat(),
        version=version,
        is_estimated=found.is_estimated,
        skipped=[_skipped_shape(one) for one in found.skipped],
    )


def _skipped_shape(one: SkippedDay) -> SkippedShape:
    day_off = day_off_shape(one.day_off) if one.day_off is not None else None
    return SkippedShape(day=one.day.isoformat(), is_weekend=one.is_weekend, day_off=day_off)
