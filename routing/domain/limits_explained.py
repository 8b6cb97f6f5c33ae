"""The limits an application stands under - the promise, the law's, a desk's own - each with how its date came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.domain.application import Application
from routing.domain.clock_explained import Explained, explain, explain_minutes
from routing.domain.due_dates import counts_from, due_without_pause, has_limit
from routing.domain.ledger import Interval, Measure, open_interval, still_open
from routing.domain.promise_clock import days_of, legal_ledger, legal_measure, promise_measure
from routing.domain.time_limits import GRANTED, Pause
from routing.domain.visits import Visit
from routing.domain.workflow import Step, Workflow
from routing.domain.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """By when something has to be done, and how that date came about."""

    #: None: it stands still, and nobody knows
    due_at: datetime | None
    #: None: not counted here - by the log an application came from, or by a desk that had it before
    explained: Explained | None
    #: what the rules say, in days or minutes; None: somebody else counted
    promised: int | None = None
    is_minutes: bool = False
    in_calendar_days: bool = False
    #: the article that sets it
    basis: str = ""
    #: it has passed; of an application that ended: it had passed by then
    is_late: bool = False
    #: why it stands still
    pause: Pause | None = None
    #: nobody has declared the file complete yet: it has not begun
    is_incomplete: bool = False


def promise_limit(
    workflow: Workflow, application: Application, calendar: WorkingCalendar, ledger: Sequence[Interval], at: datetime
) -> Limit | None:
    """What the office has promised; None: nothing."""
    due, clock = application.promise_due, workflow.clock
    if clock.due_fact is not None:
        return _limit(ledger, due, None, at, promised=None) if due is not None else None
    if workflow.minutes is not None:
        counter = workflow.steps[workflow.intake[0]].desks[0]
        told = explain_minutes(calendar, counter, workflow.minutes, still_open(ledger), at)
        limit = _limit(ledger, due, told, at, promised=workflow.minutes, is_minutes=True)
        return _begun(limit, workflow, application, ledger)
    measure = promise_measure(workflow)
    if measure is None:
        return None
    told = explain(days_of(calendar, clock.counts), calendar, measure, still_open(ledger), at)
    limit = _limit(
        ledger, due, told, at, promised=measure.count, counts=clock.counts, pauses=clock.pauses != "extend-once"
    )
    return _begun(limit, workflow, application, ledger)


def legal_limit(
    workflow: Workflow, application: Application, calendar: WorkingCalendar, ledger: Sequence[Interval], at: datetime
) -> Limit | None:
    """What a law asks for; None: nothing that the office knows of."""
    limit, measure = workflow.legal_limit, legal_measure(workflow)
    if limit is None or measure is None:
        return None
    counted = still_open(legal_ledger(workflow, ledger))
    told = explain(days_of(calendar, limit.counts), calendar, measure, counted, at)
    found = _limit(
        ledger, application.legal_due, told, at, promised=measure.count, counts=limit.counts, pauses=limit.pauses,
        basis=limit.basis,
    )  # fmt: skip
    return _begun(found, workflow, application, ledger)


def desk_limit(
    step: Step, visit: Visit, calendar: WorkingCalendar, at: datetime, ledger: Sequence[Interval] = ()
) -> Limit | None:
    """What the desk of an open visit has, or the applicant who is waited for there; None: no limit.

    While a pause that somebody granted lasts, its date is the one it has if that is over now.
    """
    if not has_limit(step, visit.desk):
        return None
    since = counts_from(visit)
    due = due_without_pause(step, visit, calendar, ledger, at)
    ledger = _of_the_visit(visit.application_id, ledger, since)
    if step.minutes is not None and step.deadline is None:
        told = explain_minutes(calendar, visit.desk, step.minutes, ledger, at)
        return _limit(ledger, due, told, at, promised=step.minutes, is_minutes=True)
    days = step.deadline.working_days if step.deadline else step.working_days_at.get(visit.desk, step.working_days)
    told = explain(calendar.working, calendar, Measure(count=days or 0), ledger, at)
    return _limit(ledger, due, told, at, promised=days)


def _begun(limit: Limit, workflow: Workflow, application: Application, ledger: Sequence[Interval]) -> Limit:
    """The limit, where it has begun; or without a date, as long as nobody has declared the file complete."""
    waits = bool(workflow.before_complete) and not ledger and application.is_open
    return replace(limit, is_incomplete=waits and application.calendar is not None)


def _of_the_visit(application_id: int, ledger: Sequence[Interval], since: datetime) -> list[Interval]:
    """When the time of a visit ran: always, but for what somebody granted."""
    found = [Interval(application_id=application_id, no=1, pause=None, since=since, granted_by="")]
    for one in ledger:
        if one.pause not in GRANTED or (one.until is not None and one.until <= since):
            continue
        begun = max(one.since, since)
        found[-1] = replace(found[-1], until=begun)
        found.append(replace(one, since=begun))
        if one.until is not None:
            found.append(replace(found[-1], pause=None, since=one.until, until=None))
    return found


def _limit(
    ledger: Sequence[Interval],
    due: datetime | None,
    told: Explained | None,
    at: datetime,
    *,
    promised: int | None,
    is_minutes: bool = False,
    counts: str = "working-days",
    pauses: bool = True,
    basis: str = "",
) -> Limit:
    current = open_interval(ledger)
    ended_at = ledger[-1].until if ledger else None
    return Limit(
        due_at=due,
        # What is told must be the date that is kept: an applicant's time, for one, goes on at another counter.
        explained=told if told is not None and told.due_at == due else None,
        promised=promised,
        is_minutes=is_minutes,
        in_calendar_days=counts == "calendar-days",
        basis=basis,
        is_late=due is not None and (ended_at or at) > due,
        pause=current.pause if current is not None and pauses and due is None else None,
    )
