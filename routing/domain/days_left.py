"""How far off something due is, as people say it: working days left, today, late. One rule for every list and page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from routing.domain.countable_days import Days
from routing.domain.due_dates import has_limit
from routing.domain.visits import Visit
from routing.domain.workflow import Step, Workflow
from routing.domain.working_calendar import WorkingCalendar

_ONE = timedelta(minutes=1)
#: So many days before, it is soon.
_SOON = 1


class Nearness(StrEnum):
    """How urgent it is; its colour and its words follow from this alone."""

    LATE = "late"
    #: due on this very day
    TODAY = "today"
    #: the next working day; of minutes the last third
    SOON = "soon"
    AMPLE = "ample"


class Counted(StrEnum):
    """What is counted."""

    WORKING_DAYS = "working-days"
    CALENDAR_DAYS = "calendar-days"
    #: as the wall clock goes: somebody is waiting for it
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysLeft:
    """When something is due, and how far off that is."""

    due: datetime
    nearness: Nearness
    #: how many are left; of what is late, how many too many, and 0 where none has gone by since
    count: int
    counted: Counted = Counted.WORKING_DAYS

    @property
    def is_late(self) -> bool:
        """Whether its time is over."""
        return self.nearness is Nearness.LATE


def promise_left(workflow: Workflow, calendar: WorkingCalendar, due: datetime | None, now: datetime) -> DaysLeft | None:
    """How far off the end of the promise is; None: there is none, or it stands still."""
    if due is None:
        return None
    if workflow.minutes is not None:
        return minutes_left(due, now, workflow.minutes)
    return days_left(calendar, due, now, Counted(workflow.clock.counts))


def legal_left(workflow: Workflow, calendar: WorkingCalendar, due: datetime | None, now: datetime) -> DaysLeft | None:
    """The same of the limit a law sets."""
    if due is None:
        return None
    counts = workflow.legal_limit.counts if workflow.legal_limit is not None else Counted.WORKING_DAYS
    return days_left(calendar, due, now, Counted(counts))


def stay_left(step: Step, visit: Visit, calendar: WorkingCalendar, now: datetime) -> DaysLeft | None:
    """How far off the end of a desk's own time is; None: the step sets it no limit."""
    return desk_left(step, visit.desk, visit.due_at, calendar, now)


def desk_left(step: Step, desk: str, due: datetime, calendar: WorkingCalendar, now: datetime) -> DaysLeft | None:
    """The same of a visit of which only that is known."""
    if not has_limit(step, desk):
        return None
    if step.minutes is not None and step.deadline is None:
        return minutes_left(due, now, step.minutes)
    return days_left(calendar, due, now)


def days_left(
    calendar: WorkingCalendar, due: datetime, now: datetime, counted: Counted = Counted.WORKING_DAYS
) -> DaysLeft:
    """How many days there are between: the day after today is one off, the day before one too many."""
    days: Days = calendar.every if counted is Counted.CALENDAR_DAYS else calendar.working
    day, today = calendar.local(due).date(), calendar.local(now).date()
    count = days.number_of(day) - days.number_of(today)
    if due < now:
        return DaysLeft(due=due, nearness=Nearness.LATE, count=max(0, -count), counted=counted)
    nearness = Nearness.TODAY if day == today else Nearness.SOON if count <= _SOON else Nearness.AMPLE
    return DaysLeft(due=due, nearness=nearness, count=count, counted=counted)


def minutes_left(due: datetime, now: datetime, promised: int) -> DaysLeft:
    """How many minutes there are between. ``promised``: how many there were to begin with."""
    minutes = (due - now) / _ONE
    if minutes < 0:
        return DaysLeft(due=due, nearness=Nearness.LATE, count=int(-minutes), counted=Counted.MINUTES)
    nearness = Nearness.SOON if minutes * 3 <= promised else Nearness.AMPLE
    return DaysLeft(due=due, nearness=nearness, count=ceil(minutes), counted=Counted.MINUTES)
