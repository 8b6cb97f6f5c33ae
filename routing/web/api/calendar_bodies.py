"""What a program sends to change the working calendar: one kind of change each, told apart by ``what``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from routing.domain.calendar_changes import CalendarChange
from routing.domain.calendar_days import AddDaysOff, AddYears, ConfirmDayOff, RemoveDayOff, read_day
from routing.domain.calendar_grounds import Grounds, check_grounds
from routing.domain.calendar_hours import RemoveSeason, SetCounterHours, SetOfficeHours, SetSeason
from routing.domain.opening_hours import read_hours
from routing.domain.phrases import Phrase
from routing.domain.working_calendar import DayOffKind, Week

#: A date as text: the office refuses one that does not exist, in a sentence.
DayText = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    Field(json_schema_extra={"format": "date"}, examples=["2026-11-25"]),
]
# The limits of the office itself (and their sentences) come after these, which only keep out what is absurd.
_Text = Annotated[str, StringConstraints(max_length=100_000)]
_Hours = Annotated[
    str,
    StringConstraints(max_length=1_000),
    Field(
        description="A day that is not named is closed.",
        examples=["mon-thu 07:30-12:00 13:00-16:00; fri 07:30-11:30"],
    ),
]


class _Change(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: _Text = Field(description="Why, in words.", examples=["Pemilihan kepala daerah"])
    decree: _Text = Field(
        default="",
        description="What it rests on; needed where the nation gives the day, and where a day that is over is changed.",
    )

    def grounds(self) -> Grounds:
        """Raises CalendarReasonMissing, TextTooLong, MalformedField, NotUtf8."""
        return check_grounds(self.reason, self.decree)


def _example(**said: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [said]})


class AddDaysBody(_Change):
    """The office does not work on these days; what is off already stays as it is."""

    model_config = _example(
        what="add", since="2026-11-25", name="Pilkada", kind="local", reason="Pemilihan", decree="SK Gubernur 1/2026"
    )

    what: Literal["add"]
    since: DayText
    until: DayText | None = Field(default=None, description="The last of several days.")
    name: _Text = Field(examples=["Pilkada"])
    kind: DayOffKind = Field(default=DayOffKind.LOCAL, description="All but `local` need a decree.")

    def change(self) -> CalendarChange:
        """Raises MalformedField."""
        until = read_day(Phrase("Last day"), self.until) if self.until is not None else None
        return AddDaysOff(since=read_day(Phrase("Date"), self.since), until=until, name=self.name, kind=self.kind)


class ADayBody(_Change):
    """A day is worked after all, or an estimated one has been decreed."""

    model_config = _example(what="confirm", day="2027-03-10", reason="Sidang isbat", decree="SKB 3 Menteri 2/2027")

    what: Literal["remove", "confirm"]
    day: DayText

    def change(self) -> CalendarChange:
        """Raises MalformedField."""
        day = read_day(Phrase("Date"), self.day)
        return RemoveDayOff(day=day) if self.what == "remove" else ConfirmDayOff(day=day)


class SeasonBody(_Change):
    """Ramadan, or another time with hours of its own; one of that name on these days is replaced."""

    model_config = _example(what="season", since="2027-02-08", until="2027-03-09", reason="Sidang isbat")

    what: Literal["season"]
    since: DayText
    until: DayText
    name: _Text = "Ramadan"
    hours: _Hours | None = Field(default=None, description="Absent: those it had before.")

    def change(self) -> CalendarChange:
        """Raises MalformedField, OpeningsCollide."""
        return SetSeason(
            since=read_day(Phrase("Date"), self.since),
            until=read_day(Phrase("Last day"), self.until),
            name=self.name,
            hours=_week(self.hours),
        )


class NoSeasonBody(_Change):
    """The season that holds the day is taken away."""

    model_config = _example(what="remove-season", day="2027-02-08", reason="Tertukar dengan tahun lain")

    what: Literal["remove-season"]
    day: DayText

    def change(self) -> CalendarChange:
        """Raises MalformedField."""
        return RemoveSeason(day=read_day(Phrase("Date"), self.day))


class OfficeHoursBody(_Change):
    """The office's week."""

    model_config = _example(
        what="hours", hours="mon-thu 07:30-12:00 13:00-16:00; fri 07:30-11:30", reason="SE baru", decree="SE 5/2026"
    )

    what: Literal["hours"]
    hours: _Hours

    def change(self) -> CalendarChange:
        """Raises MalformedField, OpeningsCollide."""
        return SetOfficeHours(hours=read_hours(self.hours))


class CounterHoursBody(_Change):
    """A counter's own week; promises in working days do not notice."""

    model_config = _example(
        what="counter-hours", counter="loket-pendaftaran", hours="sat 08:00-12:00", reason="Buka Sabtu"
    )

    what: Literal["counter-hours"]
    counter: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,99}$")]
    hours: _Hours | None = Field(description="Null: it is open as the office is.")

    def change(self) -> CalendarChange:
        """Raises MalformedField, OpeningsCollide."""
        return SetCounterHours(counter=self.counter, hours=_week(self.hours))


class YearsBody(_Change):
    """The calendar reaches further; years that were all estimates are taken anew once they are decreed."""

    model_config = _example(what="years", last_year=2040, reason="Tahun berikutnya")

    what: Literal["years"]
    last_year: int = Field(strict=True, ge=1900, le=2100)

    def change(self) -> CalendarChange:
        """The change."""
        return AddYears(last_year=self.last_year)


CalendarChangeBody = Annotated[
    AddDaysBody | ADayBody | SeasonBody | NoSeasonBody | OfficeHoursBody | CounterHoursBody | YearsBody,
    Field(discriminator="what"),
]


def _week(hours: str | None) -> Week | None:
    return read_hours(hours) if hours is not None else None
