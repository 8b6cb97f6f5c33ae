"""What a page shows of the clock: the sentences in the reader's language, and every day with what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from routing.domain.clock_explained import DayTold, Explained, Verdict
from routing.domain.phrases import Phrase
from routing.reading.whereabouts import PublicWhereabouts, Whereabouts
from routing.web.limits_told import PAUSES
from routing.web.why_here import for_anybody, for_the_staff
from routing.web.wording import N_, Wording

#: What became of a day; the others have a sentence of their own.
VERDICTS = {
    Verdict.RECEIVED: N_("counts as the day it was received"),
    Verdict.TOO_LATE: N_("came in after closing time"),
    Verdict.WEEKEND: N_("weekend"),
    Verdict.STOPPED: N_("the application had ended"),
    Verdict.CLOSED: N_("no open minute of it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A day, in words."""

    day: str
    verdict: str
    is_counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTable:
    """Every day of a limit."""

    title: str
    rows: tuple[DayRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """Why is it here, in the reader's language."""

    sentences: tuple[str, ...] = ()
    tables: tuple[DayTable, ...] = ()


def clock_view(found: Whereabouts, wording: Wording, names: Mapping[str, str], zone: ZoneInfo) -> ClockView:
    """For the staff; ``names``: of desks and roles."""
    said = tuple(wording.phrase(one, names) for one in for_the_staff(found, zone))
    return ClockView(sentences=said, tables=tuple(_tables(found, wording, names)))


def public_clock_view(found: PublicWhereabouts, wording: Wording, zone: ZoneInfo) -> ClockView:
    """For anybody with the tracking code."""
    return ClockView(sentences=tuple(wording.phrase(one) for one in for_anybody(found, zone)))


def _tables(found: Whereabouts, wording: Wording, names: Mapping[str, str]) -> Iterator[DayTable]:
    if found.promise is not None and found.promise.explained is not None:
        yield _table(wording.text(N_("The promise, day by day")), found.promise.explained, wording)
    if found.legal is not None and found.legal.explained is not None:
        yield _table(wording.text(N_("The limit of the law, day by day")), found.legal.explained, wording)
    for one in found.waiting:
        if one.limit is not None and one.limit.explained is not None:
            title = wording.phrase(Phrase("The time of {desk}, day by day", desk=one.visit.desk), names)
            yield _table(title, one.limit.explained, wording)


def _table(title: str, explained: Explained, wording: Wording) -> DayTable:
    rows = tuple(
        DayRow(
            day=wording.full_day(one.day),
            verdict=wording.phrase(_verdict(one)),
            is_counted=one.verdict is Verdict.COUNTED,
        )
        for one in explained.days
    )
    return DayTable(title=title, rows=rows)


def _verdict(one: DayTold) -> Phrase:
    if one.verdict is Verdict.COUNTED and one.minutes is not None:
        return Phrase("counts with {count} minute(s)", count=round(one.minutes))
    if one.verdict is Verdict.COUNTED:
        return Phrase("counts: day {number}", number=one.number)
    if one.verdict is Verdict.PAUSED and one.pause is not None:
        return Phrase("stood still: {why}", why=PAUSES[one.pause])
    if one.off is not None:
        estimated = Phrase("day off, estimated: {name}", name=one.off.name)
        return estimated if one.off.is_estimated else Phrase("day off: {name}", name=one.off.name)
    return Phrase(VERDICTS[one.verdict])
