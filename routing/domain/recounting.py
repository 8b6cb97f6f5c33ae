"""The days of an open application are counted anew, because the office has another working calendar now.

What was decided stays decided and the ledger stays as it is: only when things are due can change, and every change is
a Move whose entry says from what to what. Why is said once, by the version of the calendar. An application of a
program that kept no ledger yet gets its first one in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from routing.domain.application import Application
from routing.domain.due_dates import counts_from, due_at, first_warning, has_limit, unwarned
from routing.domain.early_warnings import CLOCK
from routing.domain.first_count import ledger_facts, ledger_from_visits, open_facts
from routing.domain.ledger import Interval
from routing.domain.move import Move, entry_of
from routing.domain.promise_clock import Dues, dues_of, wake_at
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import Step
from routing.domain.working_calendar import WorkingCalendar

#: The kind of entry that tells of it.
RECALCULATED = "recalculated"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDue:
    """A due date that is another now; None: there is none, or it stands still."""

    #: ``promise``, ``legal``, or the number of the visit whose desk has a limit
    about: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """What became of one application."""

    #: the application, counted by the new calendar
    after: Application
    moved: tuple[MovedDue, ...] = ()
    #: None: nothing is due at another time, so there is nothing to tell of
    move: Move | None = None


def recount(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    ledger: Sequence[Interval],
    *,
    counted_by: WorkingCalendar | None,
    past: Sequence[Visit] = (),
    at: datetime,
    by: str = CLOCK,
) -> Recount:
    """The open application, counted by the calendar of the book.

    Args:
        counted_by: the calendar until now; None: it was never counted, and its ledger begins with this.
        past: its visits that are over, where ``asks_for_past``.
    """
    is_first = counted_by is None
    version = application.version + 1
    known = ledger
    if is_first:
        every = sorted([*past, *open_visits], key=lambda one: one.no)
        known = ledger_from_visits(book.workflow, application, every, by=by)
    dues = dues_of(book, application, known)
    if application.answered_at is not None:
        # By when it had to be answered is history by then; a desk's own time is not.
        dues = Dues(promise=application.promise_due, legal=application.legal_due)
    visits = [_limited(book, visit, past, counted_by, version, known) for visit in open_visits]
    moved = (*_moved_dues(application, dues), *_moved_limits(open_visits, visits))
    counted: dict[str, Any] = {
        "calendar": book.calendar.content_hash,
        "promise_due": dues.promise,
        "legal_due": dues.legal,
        "wake_at": _wake_at(book, application, dues, at),
    }
    if not moved and not is_first:
        return Recount(after=replace(application, **counted))
    facts: dict[str, object] = {
        "calendar": book.calendar.content_hash,
        "calendar_before": application.calendar,
        "calendar_number": book.calendar.number,
        **_told(book.calendar, moved),
    }
    if is_first:
        facts |= {"ledger": ledger_facts(known), "open": open_facts(open_visits)}
    entry = entry_of(application, at=at, kind=RECALCULATED, desk=None, actor=by, facts=facts)
    # Not by ``chained``: a copy of an application costs more than counting its days.
    after = replace(
        application, **counted, entry_count=entry.seq, chain_head=entry.hash, version=version, changed_at=at
    )
    move = Move(
        at=at,
        before=application,
        after=after,
        visits=tuple(now for was, now in zip(open_visits, visits, strict=True) if was is not now),
        entries=(entry,),
        intervals=tuple(known) if is_first else (),
    )
    return Recount(after=after, moved=moved, move=move)


def asks_for_past(book: RuleBook, open_visits: Sequence[Visit], counted_by: WorkingCalendar | None) -> bool:
    """Whether it can only be recounted by who knows the visits that are over."""
    if counted_by is None:
        return True
    steps = book.workflow.steps
    return any(
        visit.step in steps
        and steps[visit.step].deadline is not None
        and not _is_its_own(steps[visit.step], visit, visit, counted_by)
        for visit in open_visits
    )


def _limited(
    book: RuleBook,
    visit: Visit,
    past: Sequence[Visit],
    counted_by: WorkingCalendar | None,
    version: int,
    ledger: Sequence[Interval],
) -> Visit:
    """The visit with its limit; the same one where that has not moved, with the warnings it has had."""
    step = book.workflow.steps.get(visit.step)
    if step is None or not has_limit(step, visit.desk):
        return visit
    begun = visit if step.deadline is None else _begun_with(step, visit, past, counted_by, ledger)
    if begun is None:
        return visit
    since = counts_from(begun)
    due = due_at(step, begun.desk, since, book.calendar, ledger)
    if due == visit.due_at:
        return visit
    warn_at = first_warning(step, begun.desk, since, due, book.calendar)
    (now,) = unwarned((replace(visit, due_at=due, warn_at=warn_at, version=version),), ledger)
    return now


def _begun_with(
    step: Step,
    visit: Visit,
    past: Sequence[Visit],
    counted_by: WorkingCalendar | None,
    ledger: Sequence[Interval],
) -> Visit | None:
    """The visit from which the applicant's time runs: passed on to another counter, it did not begin anew.

    None: nobody can say from when it was counted, so it is left alone.
    """
    earlier = visit
    while counted_by is None or not _is_its_own(step, visit, earlier, counted_by, ledger):
        passed_on = next(
            (one for one in past if one.step == visit.step and one.decision is None
             and one.closed_at == earlier.sent_at and one.no != earlier.no), None,
        )  # fmt: skip
        if passed_on is None:
            return earlier if counted_by is None else None
        earlier = passed_on
    return earlier


def _is_its_own(
    step: Step, visit: Visit, begun: Visit, counted_by: WorkingCalendar, ledger: Sequence[Interval] = ()
) -> bool:
    """Whether the visit's limit was counted from that one's beginning."""
    return due_at(step, begun.desk, counts_from(begun), counted_by, ledger) == visit.due_at


def _wake_at(book: RuleBook, application: Application, dues: Dues, at: datetime) -> datetime | None:
    """When the clock looks at it next: no warning is lost, and none that was given is given again."""
    was = application.wake_at
    wakes = wake_at(book, dues, at)
    is_pending = was is not None and was <= at
    if dues == Dues(promise=application.promise_due, legal=application.legal_due):
        # Which days come before an end can change although the end does not.
        return was if was is None or is_pending or wakes is None else wakes
    pairs = ((application.promise_due, dues.promise), (application.legal_due, dues.legal))
    is_nearer = any(before is not None and after is not None and after < before for before, after in pairs)
    if wakes is not None and is_pending:
        return was
    # What ends sooner than was thought may have passed the moment of a warning already.
    return at if wakes is not None and is_nearer else wakes


def _moved_dues(application: Application, dues: Dues) -> tuple[MovedDue, ...]:
    pairs = (
        ("promise", application.promise_due, dues.promise),
        ("legal", application.legal_due, dues.legal),
    )
    return tuple(MovedDue(about=about, before=was, after=now) for about, was, now in pairs if was != now)


def _moved_limits(before: Sequence[Visit], after: Sequence[Visit]) -> tuple[MovedDue, ...]:
    return tuple(
        MovedDue(about=str(was.no), before=was.due_at, after=now.due_at)
        for was, now in zip(before, after, strict=True)
        if was.due_at != now.due_at
    )


def _told(calendar: WorkingCalendar, moved: Sequence[MovedDue]) -> dict[str, object]:
    """What moved, as an entry says it: moments on the office's clocks."""

    def said(at: datetime | None) -> str | None:
        return calendar.local(at).isoformat() if at is not None else None

    whole = {one.about: [said(one.before), said(one.after)] for one in moved if not one.about.isdigit()}
    visits = [
        {"visit": int(one.about), "from": said(one.before), "to": said(one.after)}
        for one in moved
        if one.about.isdigit()
    ]
    return {**whole, "visits": visits or None}
