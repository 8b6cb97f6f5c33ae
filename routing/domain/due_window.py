"""What somebody wants to see of what is due: by which clock, and how soon. Read from words; nothing is looked up."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

from routing.domain.countable_days import after_days, end_of
from routing.domain.errors import Kind, MalformedField, Refusal
from routing.domain.phrases import Phrase
from routing.domain.working_calendar import WorkingCalendar

_WINDOW = re.compile(r"(0|[1-9][0-9]{0,3})([dhm])")
_SECOND = timedelta(seconds=1)
_OF = {"h": timedelta(hours=1), "m": timedelta(minutes=1)}


class DueBy(StrEnum):
    """What a list of what is due goes by."""

    PROMISE = "promise"
    #: the limit a law sets
    LEGAL = "legal"
    #: each desk's own time for what lies there
    DESK = "desk"
    #: no date: what stands still, since when
    STILL = "still"


class UnknownUnit(Refusal):
    """There is no unit {unit} in this office. Units here: {known}."""

    code = "unknown_unit"
    kind = Kind.UNKNOWN


def due_by(said: str) -> DueBy:
    """The clock somebody named. Raises MalformedField."""
    try:
        return DueBy(said)
    except ValueError:
        raise MalformedField(
            field=Phrase("By"),
            problem=Phrase("{text} is no clock of this office", text=said[:40]),
            way_out=Phrase("Choose promise, legal, desk or still."),
        ) from None


def due_before(within: str, calendar: WorkingCalendar, now: datetime) -> datetime:
    """Before which moment something is due that is due within so many working days, hours or minutes of now.

    ``3d`` is until the end of the third working day from today, ``0d`` until the end of today; ``4h`` and ``30m`` are
    as the wall clock goes. What is late already is due before it, too. Raises MalformedField.
    """
    found = _WINDOW.fullmatch(within.strip())
    if found is None:
        raise MalformedField(
            field=Phrase("Within"),
            problem=Phrase("{text} is no time from now", text=within[:40] or "-"),
            way_out=Phrase("Write 3d for three working days, 4h for four hours, 30m for thirty minutes."),
        )
    count, unit = int(found[1]), found[2]
    if unit != "d":
        return now + count * _OF[unit]
    return end_of(after_days(calendar.working, calendar.local(now).date(), count), calendar.time_zone) + _SECOND
