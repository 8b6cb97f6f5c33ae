"""The promise clock: what a move does to the ledger, and when the promise and the limit of the law are due.

The ledger's rows are written by the move that causes them, and a decision reads them; recomputing them from the log
alone gives the same (``clock_from_log``). Warnings and what follows when time is up are elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.domain.application import Application
from routing.domain.countable_days import Days, end_of
from routing.domain.ledger import (
    Interval,
    Measure,
    begins_anew,
    due_after_minutes,
    due_day,
    open_interval,
)
from routing.domain.state_machine import RuleBook
from routing.domain.time_limits import GRANTED, Pause
from routing.domain.visits import Visit
from routing.domain.warning_times import next_warning
from routing.domain.workflow import Workflow
from routing.domain.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Dues:
    """When the promise and the limit of the law end; None: there is none, or it stands still."""

    promise: datetime | None = None
    legal: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a move does to the clock."""

    #: rows that are new or changed
    intervals: tuple[Interval, ...] = ()
    dues: Dues
    #: when the clock looks at the application next
    wake_at: datetime | None = None
    #: all is counted anew from here
    is_restart: bool = False
    #: the calendar it is counted by; None: nothing was counted
    calendar: str | None = None

    @property
    def facts(self) -> dict[str, object] | None:
        """What an entry says of it; None: nothing happened."""
        if self.calendar is None:
            return None
        last = self.intervals[-1] if self.intervals else None
        state = None if last is None else "ended" if last.until is not None else str(last.pause or "running")
        said = {"state": state, "calendar": self.calendar, "restarted": self.is_restart or None}
        return {name: one for name, one in said.items() if one is not None} | due_facts(self.dues)


def turn(
    book: RuleBook,
    application: Application,
    open_visits: Iterable[Visit],
    ledger: Sequence[Interval],
    *,
    at: datetime,
    by: str,
    ends: bool = False,
    granted: Pause | None = None,
    goes_on: bool = False,
    counts_anew: bool = False,
) -> Turn:
    """What becomes of the clock when these visits are open from now on.

    Args:
        application: as it stands before the move.
        ends: the application comes to an end with the move.
        granted: somebody grants a pause.
        goes_on: the pause that somebody granted is over.
        counts_anew: the route or the calendar is another now.
    """
    if application.calendar is None:
        # Older programs counted nothing: the first recount begins its ledger, from its visits.
        return _unchanged(application)
    steps = [visit.step for visit in open_visits]
    intervals = turned_intervals(
        book.workflow, steps, ledger, at=at, by=by, ends=ends, granted=granted, goes_on=goes_on, of=application.id
    )
    if ends or not (intervals or counts_anew):
        dues = Dues(promise=application.promise_due, legal=application.legal_due)
        if not intervals:
            # It ended with the move it began with: what a log says of it counts all the same.
            is_told = ends and book.workflow.clock.due_fact is not None
            return _as_its_log_says(book, application) if is_told else _unchanged(application)
        return Turn(intervals=intervals, dues=dues, calendar=application.calendar)
    known = [*ledger[: intervals[0].no - 1], *intervals] if intervals else ledger
    dues = dues_of(book, application, known)
    runs = bool(intervals) and intervals[-1].pause is None
    restarts = runs and book.workflow.clock.pauses == "restart" and begins_anew(ledger)
    return Turn(
        intervals=intervals,
        dues=dues,
        wake_at=wake_at(book, dues, at),
        # One that is over is over: nothing begins anew.
        is_restart=restarts and (dues.promise is None or dues.promise >= at),
        # Also where only the count is another: the calendar may have changed since without moving anything.
        calendar=application.calendar,
    )


def turned_intervals(
    workflow: Workflow,
    open_steps: Iterable[str],
    ledger: Sequence[Interval],
    *,
    at: datetime,
    by: str,
    ends: bool = False,
    granted: Pause | None = None,
    goes_on: bool = False,
    of: int,
) -> tuple[Interval, ...]:
    """The rows of the ledger that change when visits at these steps are open from now on; ``of``: the application."""
    current = open_interval(ledger)
    if ends:
        return (replace(current, until=at),) if current is not None else ()
    wanted = granted
    if wanted is None and current is not None and current.pause in GRANTED and not goes_on:
        wanted = current.pause
    elif wanted is None:
        wanted = pause_at(workflow, open_steps)
    if current is not None and current.pause == wanted:
        return ()
    ended = (replace(current, until=at),) if current is not None else ()
    number = ledger[-1].no + 1 if ledger else 1
    return (*ended, Interval(application_id=of, no=number, pause=wanted, since=at, granted_by=by))


def pause_of(workflow: Workflow, open_visits: Iterable[Visit]) -> Pause | None:
    """Why the promise stands still while exactly these visits are open; None: the office still works on one of them."""
    return pause_at(workflow, (visit.step for visit in open_visits))


def pause_at(workflow: Workflow, open_steps: Iterable[str]) -> Pause | None:
    """The same by the steps of the visits."""
    pause = None
    for code in open_steps:
        step = workflow.steps.get(code)
        if step is None or step.pause is None:
            return None
        pause = pause or step.pause
    return pause


def dues_of(book: RuleBook, application: Application, ledger: Sequence[Interval]) -> Dues:
    """When promise and legal limit end, by the calendar of the book; what runs is taken to run on."""
    workflow, calendar = book.workflow, book.calendar
    fact = workflow.clock.due_fact
    if fact is not None:
        said = application.facts.get(fact)
        return Dues(promise=datetime.fromisoformat(said) if isinstance(said, str) else None)
    return Dues(promise=_promise_due(workflow, calendar, ledger), legal=_legal_due(workflow, calendar, ledger))


def wake_at(book: RuleBook, dues: Dues, after: datetime) -> datetime | None:
    """When the first warning of either is given, from that moment on; at once where one is over already."""
    if book.workflow.imported_from is not None:
        # What a log tells of is past, and nobody is at its desks.
        return None
    times = (
        after if dues.promise is not None and dues.promise <= after else None,
        after if dues.legal is not None and dues.legal <= after else None,
        next_warning(book.calendar, dues.promise, after, minutes=book.workflow.minutes),
        next_warning(book.calendar, dues.legal, after),
    )
    return min((one for one in times if one is not None), default=None)


def promise_measure(workflow: Workflow) -> Measure | None:
    """How the promise is counted in days; None: it is counted in minutes, or there is none."""
    if workflow.working_days is None or workflow.minutes is not None:
        return None
    clock = workflow.clock
    return Measure(
        count=workflow.working_days,
        day_one=clock.day_one,
        received_until=clock.received_until,
        pauses=clock.pauses,
        extended_by=clock.extended_by or 0,
        most_paused=clock.most_paused,
    )


def legal_measure(workflow: Workflow) -> Measure | None:
    """How the limit of the law is counted: it may stand still with the promise, and never begins anew."""
    limit = workflow.legal_limit
    if limit is None:
        return None
    clock = workflow.clock
    return Measure(
        count=limit.working_days,
        day_one=clock.day_one,
        received_until=clock.received_until,
        pauses="pause" if limit.pauses else None,
        most_paused=clock.most_paused,
    )


def days_of(calendar: WorkingCalendar, counts: str) -> Days:
    """The days that are counted."""
    return calendar.every if counts == "calendar-days" else calendar.working


def due_facts(dues: Dues) -> dict[str, object]:
    """The dues as an entry says them: dates where days are counted would hide the zone, so moments."""
    said = {"promise": dues.promise, "legal": dues.legal}
    return {name: at.isoformat() for name, at in said.items() if at is not None}


def _promise_due(workflow: Workflow, calendar: WorkingCalendar, ledger: Sequence[Interval]) -> datetime | None:
    if workflow.minutes is not None:
        return due_after_minutes(calendar, workflow.steps[workflow.intake[0]].desks[0], workflow.minutes, ledger)
    return _end_of_last(calendar, promise_measure(workflow), workflow.clock.counts, ledger)


def _legal_due(workflow: Workflow, calendar: WorkingCalendar, ledger: Sequence[Interval]) -> datetime | None:
    limit = workflow.legal_limit
    return _end_of_last(calendar, legal_measure(workflow), limit.counts, ledger) if limit is not None else None


def _end_of_last(
    calendar: WorkingCalendar, measure: Measure | None, counts: str, ledger: Sequence[Interval]
) -> datetime | None:
    if measure is None:
        return None
    day = due_day(days_of(calendar, counts), calendar, measure, ledger)
    return end_of(day, calendar.time_zone) if day is not None else None


def _as_its_log_says(book: RuleBook, application: Application) -> Turn:
    return Turn(dues=dues_of(book, application, ()), calendar=application.calendar)


def _unchanged(application: Application) -> Turn:
    dues = Dues(promise=application.promise_due, legal=application.legal_due)
    return Turn(dues=dues, wake_at=application.wake_at)
