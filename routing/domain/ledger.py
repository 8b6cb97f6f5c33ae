"""The ledger of an application's promise: when it ran, when it stood still and why. Values and counting; no rules.

A day counts when the promise is running at its close of business, so the ledger alone says which days do. The same
counting serves the promise, the limit a law sets, and whoever recomputes either from the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import takewhile
from math import inf
from typing import Literal

from routing.domain.countable_days import Days
from routing.domain.time_limits import APPLICANTS_TURN, GRANTED, Pause
from routing.domain.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A time in which the promise ran, or stood still for one reason; ``no`` counts within the application."""

    application_id: int
    no: int
    #: None: it runs
    pause: Pause | None
    since: datetime
    #: not in it any more; None: it lasts
    until: datetime | None = None
    #: whose move began it
    granted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How much is promised, and how it is counted; ``count`` in days of the kind that is counted."""

    count: int
    day_one: Literal["next", "same"] = "next"
    received_until: time | None = None
    #: what a pause does; None: nothing
    pauses: Literal["pause", "restart", "extend-once"] | None = "pause"
    extended_by: int = 0
    most_paused: int | None = None
    #: likewise of pauses in which it is not the applicant's turn
    most_suspended: int | None = None


def open_interval(ledger: Sequence[Interval]) -> Interval | None:
    """The interval that lasts; None: the promise has been kept or broken, or never began."""
    return ledger[-1] if ledger and ledger[-1].until is None else None


def granted_pause(ledger: Sequence[Interval]) -> Interval | None:
    """The pause that somebody granted and that lasts; None: there is none."""
    current = open_interval(ledger)
    return current if current is not None and current.pause in GRANTED else None


def still_open(ledger: Sequence[Interval]) -> list[Interval]:
    """The ledger as it was before the application ended: what would have come of it."""
    return [*ledger[:-1], replace(ledger[-1], until=None)] if ledger else []


def begins_anew(ledger: Sequence[Interval]) -> bool:
    """Whether what runs next follows a repair: nothing has run since the applicant had it back."""
    stood_still = takewhile(lambda one: one.pause is not None, reversed(ledger))
    return any(one.pause is Pause.REPAIR for one in stood_still)


def received_on(days: Days, calendar: WorkingCalendar, at: datetime, until: time | None = None) -> date:
    """The day on which something counts as received: that day, or the next one where it was too late or none.

    ``until``: what comes in later counts as the next day; None: the close of business.
    """
    local = calendar.local(at)
    day = local.date()
    if days.is_one(day):
        closes = days.close_of(day) if until is None else datetime.combine(day, until, calendar.time_zone)
        if local <= closes:
            return day
    return days.with_number(days.number_of(day) + 1)


def due_day(days: Days, calendar: WorkingCalendar, measure: Measure, ledger: Sequence[Interval]) -> date | None:
    """The day on which the last of the promised days ends; None: the promise stands still, and nobody knows.

    What runs at the end of the ledger is taken to run on.
    """
    for begins, ends, left, _ in _runs(days, calendar, measure, ledger):
        if ends - begins >= left:
            return days.with_number(begins + left)
    return None


def days_used(days: Days, calendar: WorkingCalendar, measure: Measure, ledger: Sequence[Interval], at: datetime) -> int:
    """How many of the promised days have been counted by that moment, since it began (anew)."""
    until_then = [one if one.until is not None else replace(one, until=max(at, one.since)) for one in ledger]
    used = 0
    for begins, ends, _, before in _runs(days, calendar, measure, until_then):
        used = before + max(0, int(ends - begins))
    return used


def days_closed_before(days: Days, calendar: WorkingCalendar, at: datetime) -> int:
    """The number of the last day whose close of business lies before that moment."""
    return _closed_before(days, calendar)(at)


def due_after_minutes(
    calendar: WorkingCalendar, counter: str | None, minutes: int, ledger: Sequence[Interval]
) -> datetime | None:
    """The moment at which so many open minutes of the counter have gone by; None: the promise stands still."""
    left = float(minutes)
    for one in ledger:
        if one.pause is not None:
            continue
        gone = calendar.minutes_between(one.since, one.until, counter) if one.until is not None else inf
        if gone >= left:
            return calendar.after_minutes(one.since, left, counter)
        left -= gone
    return None


#: Numbers of the first and last day that count in a time (the first is not in it), how many were left before it, and
#: how many had been counted.
_Run = tuple[int, float, int, int]


def _runs(days: Days, calendar: WorkingCalendar, measure: Measure, ledger: Sequence[Interval]) -> Iterator[_Run]:
    closed_before = _closed_before(days, calendar)
    base, used, promised = 0, 0, 0
    left_to_pause = _LeftToPause(measure)
    is_extended = is_repaired = False
    for one in ledger:
        # A promise that is over is not given a second life by whatever happens then.
        is_anew = measure.pauses == "restart" and is_repaired and one.pause is None and used < promised
        if not promised or is_anew:
            received = days.number_of(received_on(days, calendar, one.since, measure.received_until))
            # Done on the day it was received is one day that counts from that day itself.
            base = received - (measure.day_one == "same" or measure.count == 0)
            used, promised = 0, max(1, measure.count)
        if one.pause is not None and measure.pauses == "extend-once" and not is_extended:
            promised, is_extended = promised + measure.extended_by, True
        is_repaired = one.pause is Pause.REPAIR or (is_repaired and one.pause is not None)
        begins = max(closed_before(one.since), base)
        ends = max(closed_before(one.until), begins) if one.until is not None else inf
        if one.pause is not None and measure.pauses in ("pause", "restart"):
            skipped = left_to_pause.taken(one.pause, ends - begins)
            if skipped is None:
                continue
            begins += skipped
        left = max(0, promised - used)
        yield begins, ends, left, used
        used += int(min(ends - begins, left))


class _LeftToPause:
    """For how many days more a pause may stop anything."""

    def __init__(self, measure: Measure) -> None:
        self._of_all = inf if measure.most_paused is None else measure.most_paused
        self._of_others = inf if measure.most_suspended is None else measure.most_suspended

    def taken(self, pause: Pause, days: float) -> int | None:
        """How many of these days the pause stops; None: all there are, however long it lasts."""
        is_others = pause not in APPLICANTS_TURN
        stopped = min(days, self._of_all, self._of_others if is_others else inf)
        self._of_all -= stopped
        self._of_others -= stopped if is_others else 0
        return int(stopped) if stopped < inf else None


def _closed_before(days: Days, calendar: WorkingCalendar) -> Callable[[datetime], int]:
    """How many days there are whose close of business lies before a moment."""

    def counted(at: datetime) -> int:
        day = calendar.local(at).date()
        number = days.number_of(day)
        return number - 1 if days.is_one(day) and days.close_of(day) >= at else number

    return counted
