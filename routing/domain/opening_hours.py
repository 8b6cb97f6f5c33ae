"""Opening hours as people write them: ``mon-thu 07:30-12:00 13:00-16:00; fri 07:30-11:30 13:00-16:30``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import time
from itertools import groupby, pairwise

from routing.domain.errors import Kind, MalformedField, Refusal
from routing.domain.phrases import Phrase
from routing.domain.working_calendar import Opening, Week

#: Monday first; so they are written, and so a week lists them.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIMES = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)\s*[-\u2013]\s*([01]?\d|2[0-3])[.:]([0-5]\d)")
_DAYS = re.compile(r"([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(.+)", re.DOTALL)


class OpeningsCollide(Refusal):
    """{openings}: these hours overlap, or end before they begin. Write them in their order, 07:30-12:00 13:00-16:00."""

    code = "openings_collide"
    kind = Kind.MALFORMED


def read_hours(text: str) -> Week:
    """A week in one line; a day that is not named is closed. Raises MalformedField, OpeningsCollide."""
    said: dict[int, tuple[Opening, ...]] = {}
    for part in filter(None, (one.strip() for one in text.lower().split(";"))):
        found = _DAYS.fullmatch(part)
        first, last = (found[1], found[2] or found[1]) if found else ("", "")
        if found is None or first not in WEEKDAYS or last not in WEEKDAYS:
            raise _malformed(part)
        days = range(WEEKDAYS.index(first), WEEKDAYS.index(last) + 1)
        if not days or said.keys() & set(days):
            raise _malformed(part)
        said |= dict.fromkeys(days, read_openings(found[3]))
    return as_week([said.get(day, ()) for day in range(7)])


def read_openings(text: str) -> tuple[Opening, ...]:
    """The hours of one day; empty: it is closed. Raises MalformedField, OpeningsCollide."""
    if _TIMES.sub("", text).strip(" ,\t\n"):
        raise _malformed(text, Phrase("Write them as: 07:30-12:00 13:00-16:00"))
    times = [(time(int(one[1]), int(one[2])), time(int(one[3]), int(one[4]))) for one in _TIMES.finditer(text)]
    is_upside_down = any(since >= until for since, until in times)
    if is_upside_down or any(one[1] > other[0] for one, other in pairwise(times)):
        raise OpeningsCollide(openings=text.strip()[:100])
    return tuple(Opening(since=since, until=until) for since, until in times)


def as_week(days: Sequence[tuple[Opening, ...]]) -> Week:
    """Seven days, Monday first. Raises MalformedField where none of them is open."""
    if not any(days):
        raise MalformedField(
            field=Phrase("Hours"),
            problem=Phrase("no day of the week is open"),
            way_out=Phrase("Name at least one day with its hours."),
        )
    return tuple(days)


def hours_text(week: Week) -> str:
    """The week as ``read_hours`` reads it; days that are alike are said together."""
    return "; ".join(
        f"{WEEKDAYS[first]}-{WEEKDAYS[last]} {openings}" if last > first else f"{WEEKDAYS[first]} {openings}"
        for first, last, openings in alike(week)
        if openings
    )


def alike(week: Week) -> Iterator[tuple[int, int, str]]:
    """First and last day of each run of days that are open alike, and their hours; empty: closed."""
    for openings, days in groupby(range(7), key=lambda day: openings_text(week[day])):
        run = list(days)
        yield run[0], run[-1], openings


def openings_text(openings: Sequence[Opening]) -> str:
    """The hours of one day as ``read_openings`` reads them."""
    return " ".join(f"{one.since:%H:%M}-{one.until:%H:%M}" for one in openings)


def _malformed(text: str, way_out: Phrase | None = None) -> MalformedField:
    return MalformedField(
        field=Phrase("Hours"),
        problem=Phrase("{text} tells no opening hours", text=text.strip()[:60] or "-"),
        way_out=way_out or Phrase("Write them as: mon-thu 07:30-12:00 13:00-16:00; fri 07:30-11:30 13:00-16:30"),
    )
