"""Which cases of an imported log were late: as the log counted, by the program's own clock, and in working days.

For whoever wants to know what another way of counting would have changed, case by case. Nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from routing.domain.countable_days import end_of
from routing.domain.ledger import Interval, Measure, due_day, received_on
from routing.domain.working_calendar import WorkingCalendar

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTimes:
    """A case of the log: the moments its log tells, and the one the program holds it to."""

    case: str
    number: str
    began: datetime
    #: as the log says
    due: datetime
    #: None: it was still open when the log ended
    ended: datetime | None
    #: as the moves wrote it
    promise_due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """What became of the case by each way of counting."""

    times: CaseTimes
    is_late_in_log: bool
    is_late: bool
    #: how long it had by the log, in calendar days, and the working days that are as long without any holiday
    calendar_days: int
    working_days: int
    #: the last of these working days
    due_in_working_days: date
    is_late_in_working_days: bool
    #: by how many days the end moves; negative: it comes earlier
    moved: int
    #: what moved it
    reasons: tuple[str, ...]

    @property
    def is_told_otherwise(self) -> bool:
        """Whether the two ways of counting disagree about it."""
        return self.is_late_in_log != self.is_late_in_working_days


def lateness(times: CaseTimes, calendar: WorkingCalendar) -> Lateness:
    """The case by all three; told in the calendar's time zone.

    It has as many working days as the log's own time has days of the week that are worked: of 56 days, 40. What
    moves the end is then a holiday, or a beginning or an end that lies on no working day.
    """
    times = _local(times, calendar)
    began, due = times.began.date(), times.due.date()
    calendar_days = max(0, (due - began).days)
    working_days = sum(bool(calendar.hours[(began + later * _DAY).weekday()]) for later in range(1, calendar_days + 1))
    runs = Interval(application_id=0, no=1, pause=None, since=times.began, granted_by="")
    last = due_day(calendar.working, calendar, Measure(count=working_days), [runs])
    if last is None:
        message = "what runs on comes to an end"
        raise AssertionError(message)
    ended = times.ended
    return Lateness(
        times=times,
        is_late_in_log=ended is not None and ended > times.due,
        is_late=ended is not None and times.promise_due is not None and ended > times.promise_due,
        calendar_days=calendar_days,
        working_days=working_days,
        due_in_working_days=last,
        is_late_in_working_days=ended is not None and ended > end_of(last, calendar.time_zone),
        moved=(last - due).days,
        reasons=tuple(_reasons(times, calendar, last)),
    )


def _local(times: CaseTimes, calendar: WorkingCalendar) -> CaseTimes:
    ended = calendar.local(times.ended) if times.ended is not None else None
    return replace(times, began=calendar.local(times.began), due=calendar.local(times.due), ended=ended)


def _reasons(times: CaseTimes, calendar: WorkingCalendar, last: date) -> Iterator[str]:
    """What makes the working days end when they do, and not with the log's moment."""
    began = times.began.date()
    received = received_on(calendar.working, calendar, times.began)
    if received != began:
        yield f"it came in when the office was closed and counts as of {received.isoformat()}"
    day = received + _DAY
    while day <= last:
        off = calendar.day_off(day)
        if off is not None and calendar.hours[day.weekday()]:
            yield f"{day.isoformat()} was off: {off.name}"
        day += _DAY
    due = times.due
    if not calendar.is_working(due.date()):
        yield f"the log's own end, {due.date().isoformat()}, was no working day"
    if due.date() == last:
        yield f"the day counts until its end, and the log's until {due:%H:%M}"
