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

    def is_later_than(self, before: Dues) -> bool:
        """Whether one of them that ran ends later now, or not at all."""
        ends = ((before.promise, self.promise), (before.legal, self.legal))
        return any(was is not None and (due is None or due > was) for was, due in ends)


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
    #: since when the office has answered; None: it has not
    answered_at: datetime | None = None
    #: it had, and has to answer anew
    is_taken_back: bool = False
    #: the calendar it is counted by; None: nothing was counted
    calendar: str | None = None

    @property
    def facts(self) -> dict[str, object] | None:
        """What an entry says of it; None: nothing happened."""
        if self.calendar is None:
            return None
        last = self.intervals[-1] if self.intervals else None
        over = "ended" if self.answered_at is None else "answered"
        state = None if last is None else over if last.until is not None else str(last.pause or "running")
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
    was_answered_at = application.answered_at if application.is_open else None
    intervals = turned_intervals(
        book.workflow, steps, ledger, at=at, by=by, ends=ends, granted=granted, goes_on=goes_on,
        answered_at=was_answered_at, of=application.id,
    )  # fmt: skip
    is_over = ends or has_answered(book.workflow, steps)
    if is_over or not (intervals or counts_anew):
        over = _as_it_stood(book, application, intervals, ends=ends)
        return over if ends or not is_over else replace(over, answered_at=application.answered_at or at, wake_at=None)
    known = [*ledger[: intervals[0].no - 1], *intervals] if intervals else ledger
    dues = dues_of(book, application, known)
    runs = bool(intervals) and intervals[-1].pause is None
    restarts = runs and book.workflow.clock.pauses == "restart" and begins_anew(ledger)
    return Turn(
        intervals=intervals,
        dues=dues,
        wake_at=_wakes(book, application, dues, known, at),
        # One that is over is over: nothing begins anew.
        is_restart=restarts and (dues.promise is None or dues.promise >= at),
        is_taken_back=was_answered_at is not None,
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
    answered_at: datetime | None = None,
    of: int,
) -> tuple[Interval, ...]:
    """The rows of the ledger that change when visits at these steps are open from now on.

    Args:
        answered_at: since when the office has answered; None: it has not, or the application had ended.
        of: the application.
    """
    current, steps = open_interval(ledger), list(open_steps)
    if ends or has_answered(workflow, steps):
        return (replace(current, until=at),) if current is not None else ()
    if not ledger and is_incomplete(workflow, steps):
        return ()
    number = ledger[-1].no + 1 if ledger else 1
    if answered_at is not None and current is None:
        # An answer that is taken back was none: its promise counts as if it had gone on all the time.
        return (Interval(application_id=of, no=number, pause=None, since=answered_at, granted_by=by),)
    wanted = granted
    if wanted is None and current is not None and current.pause in GRANTED and not goes_on:
        wanted = current.pause
    elif wanted is None:
        wanted = pause_at(workflow, steps)
    if current is not None and current.pause == wanted:
        return ()
    ended = (replace(current, until=at),) if current is not None else ()
    return (*ended, Interval(application_id=of, no=number, pause=wanted, since=at, granted_by=by))


def has_answered(workflow: Workflow, open_steps: Sequence[str]) -> bool:
    """Whether the office has answered where exactly these steps are open: every way to them leads by its answer."""
    before = workflow.before_answer
    return bool(before and open_steps) and before.isdisjoint(open_steps)


def is_incomplete(workflow: Workflow, open_steps: Sequence[str]) -> bool:
    """Whether the file has still to be declared complete where these steps are open: nothing is promised yet."""
    return not workflow.before_complete.isdisjoint(open_steps)


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


def wake_at(book: RuleBook, dues: Dues, after: datetime, begun: datetime | None = None) -> datetime | None:
    """When the first warning of either is given, from that moment on; at once where one is over already.

    ``begun``: since when the promise first ran, where its end has only now been set.
    """
    if book.workflow.imported_from is not None:
        # What a log tells of is past, and nobody is at its desks.
        return None
    times = (
        after if dues.promise is not None and dues.promise <= after else None,
        after if dues.legal is not None and dues.legal <= after else None,
        next_warning(book.calendar, dues.promise, after, minutes=book.workflow.minutes, begun=begun),
        next_warning(book.calendar, dues.legal, after, begun=begun),
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
        most_suspended=limit.most_suspended,
    )


def legal_ledger(workflow: Workflow, ledger: Sequence[Interval]) -> Sequence[Interval]:
    """What the limit of the law counts: where nothing stops it, all since it began, a stop and its end, too."""
    limit = workflow.legal_limit
    if limit is None or limit.pauses or not ledger:
        return ledger
    return [replace(ledger[0], pause=None, until=ledger[-1].until)]


def days_of(calendar: WorkingCalendar, counts: str) -> Days:
    """The days that are counted."""
    return calendar.every if counts == "calendar-days" else calendar.working


def due_facts(dues: Dues) -> dict[str, object]:
    """The dues as an entry says them: dates where days are counted would hide the zone, so moments."""
    said = {"promise": dues.promise, "legal": dues.legal}
    return {name: at.isoformat() for name, at in said.items() if at is not None}


def _wakes(
    book: RuleBook, application: Application, dues: Dues, ledger: Sequence[Interval], at: datetime
) -> datetime | None:
    """When the clock looks next; a look that is due already is not lost."""
    wakes, was = wake_at(book, dues, at, begun=ledger[0].since if ledger else None), application.wake_at
    is_due = wakes is not None and was is not None and was <= at and application.is_open
    return was if is_due else wakes


def _promise_due(workflow: Workflow, calendar: WorkingCalendar, ledger: Sequence[Interval]) -> datetime | None:
    if workflow.minutes is not None:
        return due_after_minutes(calendar, workflow.steps[workflow.intake[0]].desks[0], workflow.minutes, ledger)
    return _end_of_last(calendar, promise_measure(workflow), workflow.clock.counts, ledger)


def _legal_due(workflow: Workflow, calendar: WorkingCalendar, ledger: Sequence[Interval]) -> datetime | None:
    limit = workflow.legal_limit
    if limit is None:
        return None
    return _end_of_last(calendar, legal_measure(workflow), limit.counts, legal_ledger(workflow, ledger))


def _end_of_last(
    calendar: WorkingCalendar, measure: Measure | None, counts: str, ledger: Sequence[Interval]
) -> datetime | None:
    if measure is None:
        return None
    day = due_day(days_of(calendar, counts), calendar, measure, ledger)
    return end_of(day, calendar.time_zone) if day is not None else None


def _as_it_stood(book: RuleBook, application: Application, intervals: tuple[Interval, ...], *, ends: bool) -> Turn:
    """Nothing is due at another time: the clock goes on as it does, or has come to its end."""
    if not intervals:
        # It ended with the move it began with: what a log says of it counts all the same.
        if ends and book.workflow.clock.due_fact is not None:
            return Turn(dues=dues_of(book, application, ()), calendar=application.calendar)
        return _unchanged(application)
    dues = Dues(promise=application.promise_due, legal=application.legal_due)
    return Turn(intervals=intervals, dues=dues, calendar=application.calendar, answered_at=application.answered_at)


def _unchanged(application: Application) -> Turn:
    dues = Dues(promise=application.promise_due, legal=application.legal_due)
    return Turn(dues=dues, wake_at=application.wake_at, answered_at=application.answered_at)
