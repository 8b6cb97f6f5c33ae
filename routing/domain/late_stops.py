"""The guard against resetting: what stops a clock, or hands the file back, when the last third of it has begun.

Whether that was honest nobody can tell from a clock, so nothing is refused: the move is marked, and an auditor looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from routing.domain.countable_days import Days, EveryDay
from routing.domain.ledger import Interval, Measure, days_used
from routing.domain.marks import Mark
from routing.domain.promise_clock import Turn, days_of, legal_ledger, legal_measure, promise_measure
from routing.domain.state_machine import RuleBook
from routing.domain.time_limits import Pause

_DAY = timedelta(days=1)


def late_marks(
    book: RuleBook, ledger: Sequence[Interval], turned: Turn, at: datetime, *, returns: bool = False
) -> tuple[Mark, ...]:
    """The marks of the move that turned the clock so; ``returns``: it gives the file back to the applicant.

    ``ledger``: as it was before. A return is marked even where the clock goes on, because other desks work; a pause,
    whatever its reason.
    """
    begun = next((one for one in turned.intervals if one.pause is not None and one.until is None), None)
    is_return = returns or (begun is not None and begun.pause is Pause.REPAIR)
    is_other_stop = begun is not None and begun.pause is not Pause.REPAIR
    if not (is_return or is_other_stop) or not is_late_in_a_limit(book, ledger, at):
        return ()
    found = ((is_return, Mark.LATE_RETURN), (is_other_stop, Mark.LATE_PAUSE))
    return tuple(mark for is_so, mark in found if is_so)


def is_late_in_a_limit(book: RuleBook, ledger: Sequence[Interval], at: datetime) -> bool:
    """Whether the last third of the promise, or of the limit of the law, has begun: in days, or in open minutes.

    A day counts once it is over, so of the day that runs its open time is taken: or a promise of a day or two would
    have no last third at all.
    """
    if not ledger:
        return False
    workflow = book.workflow
    if workflow.minutes is not None and _minutes_used(book, ledger, at) * 3 >= workflow.minutes * 2:
        return True
    limit = workflow.legal_limit
    measures = (
        (promise_measure(workflow), workflow.clock.counts, ledger),
        (legal_measure(workflow), limit.counts if limit is not None else "", legal_ledger(workflow, ledger)),
    )
    return any(
        _days_used(book, days_of(book.calendar, counts), measure, known, at) * 3 >= max(1, measure.count) * 2
        for measure, counts, known in measures
        if measure is not None
    )


def _minutes_used(book: RuleBook, ledger: Sequence[Interval], at: datetime) -> float:
    """The open minutes of the counter in which the promise ran."""
    counter = book.workflow.steps[book.workflow.intake[0]].desks[0]
    running = (one for one in ledger if one.pause is None and one.since < at)
    return sum(book.calendar.minutes_between(one.since, one.until or at, counter) for one in running)


def _days_used(book: RuleBook, days: Days, measure: Measure, ledger: Sequence[Interval], at: datetime) -> float:
    """The days that have counted, and how much has gone by of the one that would count if all ran on."""
    used = days_used(days, book.calendar, measure, ledger, at)
    today = datetime.combine(book.calendar.local(at).date(), time(), book.calendar.time_zone)
    tomorrow = datetime.combine(today.date() + _DAY, time(), book.calendar.time_zone)
    if days_used(days, book.calendar, measure, ledger, tomorrow) <= used:
        return used
    if isinstance(days, EveryDay):
        return used + (at - today) / (tomorrow - today)
    open_today = book.calendar.minutes_between(today, tomorrow)
    return used + (book.calendar.minutes_between(today, at) / open_today if open_today else 0)
