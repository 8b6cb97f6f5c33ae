"""How a due date came about: every day between its beginning and its end with what became of it, in values.

``ledger`` counts, quickly and by numbers; here the same rules are told day by day, so that whoever doubts the date can
count along. The two must always agree. Which sentences are made of it is not here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from routing.domain.countable_days import Days, end_of
from routing.domain.ledger import Interval, Measure, days_used, due_after_minutes, received_on
from routing.domain.time_limits import APPLICANTS_TURN, Pause
from routing.domain.working_calendar import DayOff, WorkingCalendar

_DAY = timedelta(days=1)


class Verdict(StrEnum):
    """What became of a day."""

    #: one of those that were promised
    COUNTED = "counted"
    #: the day on which it came in, which is not day 1
    RECEIVED = "received"
    #: it came in after this day's closing time
    TOO_LATE = "too-late"
    #: no day of the office's week
    WEEKEND = "weekend"
    #: a holiday, collective leave or a local day off, which has a name
    DAY_OFF = "day-off"
    #: the promise stood still at its close of business
    PAUSED = "paused"
    #: the application had ended, and was taken up again later
    STOPPED = "stopped"
    #: an office day on which nothing of the minutes went by
    CLOSED = "closed"


class Later(StrEnum):
    """Why something counts as received on a later day."""

    AFTER_CLOSING = "after-closing"
    NO_WORKING_DAY = "no-working-day"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTold:
    """A day, and what became of it."""

    day: date
    verdict: Verdict
    #: which of the promised days it is
    number: int | None = None
    #: of minutes that were promised: how many of them went by on it
    minutes: float | None = None
    #: what the day off is called; a weekend may have a name, too
    off: DayOff | None = None
    #: why it stood still
    pause: Pause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """How a due date came about."""

    #: days or minutes that were promised in the end, extension included
    promised: int
    is_minutes: bool = False
    #: from when it is counted: the file was complete, or came back where all is counted anew
    since: datetime
    #: the day it counts as received, and why that is a later one
    received: date
    later: Later | None = None
    #: every day from the first one on, up to the due date, or to now where it stands still
    days: tuple[DayTold, ...] = ()
    #: the place among the days from which it counts: those before were told until it began anew
    begun_from: int = 0
    #: days by which a pause has extended it
    extended_by: int = 0
    #: when all was counted anew
    restarts: tuple[datetime, ...] = ()
    #: the first day on which a pause stopped nothing any more
    cap_used_up: date | None = None
    #: the last of the days; None: it stands still, and nobody knows
    due_on: date | None = None
    due_at: datetime | None = None
    #: how many of the days had been counted at that moment
    used: int = 0
    #: a day in it is estimated, or lies in a year whose days off are not known yet
    is_provisional: bool = False

    @property
    def counted(self) -> tuple[DayTold, ...]:
        """The promised days, without those that were counted before it began anew."""
        kept = self.days[self.begun_from :]
        return tuple(one for one in kept if one.verdict is Verdict.COUNTED and one.number is not None)

    @property
    def skipped(self) -> tuple[DayTold, ...]:
        """The days that did not count, but for the one on which it came in."""
        kept = (Verdict.COUNTED, Verdict.RECEIVED)
        return tuple(one for one in self.days if one.verdict not in kept)


def explain(
    days: Days, calendar: WorkingCalendar, measure: Measure, ledger: Sequence[Interval], at: datetime
) -> Explained | None:
    """How a promise in days is counted, seen at that moment; None: it has not begun.

    The ledger is one that goes on: of an application that has ended, ``still_open``.
    """
    if not ledger:
        return None
    told = _Telling(days=days, calendar=calendar, measure=measure, ledger=ledger, at=at)
    due = told.tell()
    return Explained(
        promised=told.promised,
        since=told.since,
        received=told.received,
        later=_later(days, calendar, told.since, told.received),
        days=tuple(told.days_told),
        begun_from=told.begun_from,
        extended_by=told.promised - max(1, measure.count),
        restarts=tuple(told.restarts),
        cap_used_up=told.cap_used_up,
        due_on=due,
        due_at=end_of(due, calendar.time_zone) if due is not None else None,
        used=min(told.promised, days_used(days, calendar, measure, ledger, at)),
        is_provisional=_is_provisional(calendar, told.days_told),
    )


def explain_minutes(
    calendar: WorkingCalendar, counter: str | None, minutes: int, ledger: Sequence[Interval], at: datetime
) -> Explained | None:
    """The same of a promise in open minutes of a counter; None: it has not begun."""
    if not ledger:
        return None
    due = due_after_minutes(calendar, counter, minutes, ledger)
    first = calendar.local(ledger[0].since).date()
    last = calendar.local(due if due is not None else max(at, ledger[-1].since)).date()
    told = [_of_minutes(calendar, counter, ledger, first + n * _DAY, due) for n in range((last - first).days + 1)]
    opened = next((one.day for one in told if one.minutes), first)
    return Explained(
        promised=minutes,
        is_minutes=True,
        since=ledger[0].since,
        received=opened,
        later=_later_minutes(calendar, first, opened),
        days=tuple(told),
        due_on=calendar.local(due).date() if due is not None else None,
        due_at=due,
        used=int(_gone_by(calendar, counter, ledger, at)),
        is_provisional=_is_provisional(calendar, told),
    )


@dataclass(slots=True, kw_only=True)
class _Telling:
    """Goes along the days, interval by interval."""

    days: Days
    calendar: WorkingCalendar
    measure: Measure
    ledger: Sequence[Interval]
    at: datetime
    promised: int = 0
    since: datetime = field(init=False)
    received: date = field(init=False)
    #: the number of the last day that cannot count, because it came in on it
    base: int = 0
    used: int = 0
    paused: int = 0
    #: of these, the days on which it was not the applicant's turn
    suspended: int = 0
    restarts: list[datetime] = field(default_factory=list)
    cap_used_up: date | None = None
    days_told: list[DayTold] = field(default_factory=list)
    begun_from: int = 0

    def tell(self) -> date | None:
        """The due date; None: it stands still."""
        measure, is_repaired, is_extended = self.measure, False, False
        self.promised = max(1, measure.count)
        day = self.calendar.local(self.ledger[0].since).date()
        for one in self.ledger:
            is_first = one is self.ledger[0]
            is_anew = measure.pauses == "restart" and is_repaired and one.pause is None
            if is_first or is_anew:
                self._begin(one.since, is_anew=not is_first)
            if one.pause is not None and measure.pauses == "extend-once" and not is_extended:
                self.promised, is_extended = self.promised + measure.extended_by, True
            is_repaired = one.pause is Pause.REPAIR or (is_repaired and one.pause is not None)
            while one.until is None or self.days.close_of(day) < one.until:
                if one.until is None and self._stands_still(one) and day > self.calendar.local(self.at).date():
                    return None
                if self._tell_day(day, one):
                    return day
                day += _DAY
        return None

    def _begin(self, since: datetime, *, is_anew: bool) -> None:
        self.since = since
        self.received = received_on(self.days, self.calendar, since, self.measure.received_until)
        counts_itself = self.measure.day_one == "same" or self.measure.count == 0
        self.base = self.days.number_of(self.received) - counts_itself
        self.used, self.begun_from = 0, len(self.days_told)
        if is_anew:
            self.restarts.append(since)

    def _tell_day(self, day: date, one: Interval) -> bool:
        """Adds what became of the day; True: it was the last that was promised."""
        told = DayTold(day=day, verdict=Verdict.COUNTED, off=self.calendar.day_off(day))
        if not self.days.is_one(day):
            verdict = Verdict.DAY_OFF if told.off is not None else Verdict.WEEKEND
        elif self.days.close_of(day) < one.since:
            verdict = Verdict.TOO_LATE if one is self.ledger[0] else Verdict.STOPPED
        elif self.days.number_of(day) <= self.base:
            verdict = Verdict.RECEIVED if day == self.received else Verdict.TOO_LATE
        elif self._stops(one, day):
            verdict, told = Verdict.PAUSED, replace(told, pause=one.pause)
        else:
            self.used += 1
            verdict, told = Verdict.COUNTED, replace(told, number=self.used)
        self.days_told.append(replace(told, verdict=verdict))
        return verdict is Verdict.COUNTED and self.used == self.promised

    def _stops(self, one: Interval, day: date) -> bool:
        """Whether the day does not count because of the pause; as long as pauses may stop anything."""
        if one.pause is None or self.measure.pauses not in ("pause", "restart"):
            return False
        is_suspension = one.pause not in APPLICANTS_TURN
        of_all, of_others = self.measure.most_paused, self.measure.most_suspended
        is_used_up = of_all is not None and self.paused >= of_all
        if is_used_up or (is_suspension and of_others is not None and self.suspended >= of_others):
            self.cap_used_up = self.cap_used_up or day
            return False
        self.paused += 1
        self.suspended += is_suspension
        return True

    def _stands_still(self, one: Interval) -> bool:
        """Whether this pause has no end by itself."""
        if one.pause is None or self.measure.pauses not in ("pause", "restart") or self.measure.most_paused is not None:
            return False
        return one.pause in APPLICANTS_TURN or self.measure.most_suspended is None


def _later(days: Days, calendar: WorkingCalendar, since: datetime, received: date) -> Later | None:
    day = calendar.local(since).date()
    if received == day:
        return None
    return Later.AFTER_CLOSING if days.is_one(day) else Later.NO_WORKING_DAY


def _later_minutes(calendar: WorkingCalendar, first: date, opened: date) -> Later | None:
    if opened == first:
        return None
    return Later.AFTER_CLOSING if calendar.is_working(first) else Later.NO_WORKING_DAY


def _of_minutes(
    calendar: WorkingCalendar, counter: str | None, ledger: Sequence[Interval], day: date, due: datetime | None
) -> DayTold:
    begins = datetime.combine(day, time(0), calendar.time_zone)
    ends = begins + _DAY if due is None else min(begins + _DAY, due)
    gone = sum(calendar.minutes_between(since, until, counter) for since, until in _running(ledger, begins, ends))
    off = calendar.day_off(day)
    if gone:
        return DayTold(day=day, verdict=Verdict.COUNTED, minutes=gone, off=off)
    if not calendar.openings(day, counter):
        return DayTold(day=day, verdict=Verdict.WEEKEND if off is None else Verdict.DAY_OFF, off=off)
    pause = next((one.pause for one in ledger if one.pause is not None and _meets(one, begins, ends)), None)
    return DayTold(day=day, verdict=Verdict.CLOSED if pause is None else Verdict.PAUSED, pause=pause)


def _gone_by(calendar: WorkingCalendar, counter: str | None, ledger: Sequence[Interval], at: datetime) -> float:
    times = _running(ledger, ledger[0].since, max(at, ledger[0].since))
    return sum(calendar.minutes_between(since, until, counter) for since, until in times)


def _running(ledger: Sequence[Interval], begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What of the time between the two it ran."""
    for one in ledger:
        since, until = max(one.since, begins), min(one.until or ends, ends)
        if one.pause is None and since < until:
            yield since, until


def _meets(one: Interval, begins: datetime, ends: datetime) -> bool:
    return one.since < ends and (one.until is None or begins < one.until)


def _is_provisional(calendar: WorkingCalendar, told: Sequence[DayTold]) -> bool:
    estimated = any(one.off is not None and one.off.is_estimated for one in told)
    return estimated or bool(told and not calendar.is_known(told[-1].day))
