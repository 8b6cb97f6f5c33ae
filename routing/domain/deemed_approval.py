"""The limit of the law has passed: it was broken, or the law deems the application granted (fiktif positif).

No permit is invented. What is deemed granted goes to the one step at which somebody writes it down and names the
ground; ``conditions.require_within_the_law`` refuses everything else from the moment the limit is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from routing.domain.application import Application
from routing.domain.early_warnings import AUTOMATIC, CLOCK, Given, is_passed_told, next_look, passed_notices
from routing.domain.early_warnings import warning_facts as told_facts
from routing.domain.ledger import Interval
from routing.domain.marks import Mark
from routing.domain.move import Move, chained, entry_of, recalls
from routing.domain.next_step import desk_sent_to
from routing.domain.promise_clock import turn
from routing.domain.sending import sent_to
from routing.domain.state_machine import RuleBook
from routing.domain.time_limits import LegalLimit
from routing.domain.visits import Visit


def limit_passed(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    *,
    ledger: Sequence[Interval] = (),
    given: Given,
    at: datetime,
) -> Move | None:
    """What follows when the limit of the law is over; None: it is not, or it has followed already.

    Raises DeskNotNamed where the step it goes to can be done at several desks.
    """
    limit, due = book.workflow.legal_limit, application.legal_due
    if limit is None or due is None or at <= due or not application.is_open or application.deemed_at is not None:
        return None
    if application.answered_at is not None:
        # Answered in time, or told of already: how long the applicant takes to fetch it concerns no law.
        return None
    if limit.to is None:
        return None if is_passed_told(given, due) else _broken(book, application, open_visits, limit, due, at)
    return _deemed(book, application, open_visits, limit.to, ledger=ledger, due=due, at=at)


def _broken(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    limit: LegalLimit,
    due: datetime,
    at: datetime,
) -> Move:
    """Nothing follows from it but that it is written down, and that those above the desk know."""
    told = passed_notices(book, application, open_visits, due, at)
    marks = (Mark.LIMIT_PASSED,)
    facts = {
        "step": application.step,
        "basis": limit.basis,
        **told_facts(book, told[0].about, due, told),
        "marks": [str(mark) for mark in marks],
    }
    entry = entry_of(application, at=at, kind="limit-passed", desk=None, actor=CLOCK, facts=facts)
    # Not ``changed_at``: it is marked and told, and stays where it is.
    after = replace(
        chained(application, entry), version=application.version + 1, wake_at=next_look(book, application, at)
    )
    return Move(
        at=at,
        before=application,
        after=after,
        visits=(),
        entries=(entry,),
        marks=tuple((entry.seq, mark) for mark in marks),
        notices=told,
    )


def _deemed(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    to: str,
    *,
    ledger: Sequence[Interval],
    due: datetime,
    at: datetime,
) -> Move:
    """Every desk that still has it is relieved of it; it goes where the deemed approval is written down.

    The state machine needs no way there, as little as for a withdrawal: the law takes it out of the desks' hands.
    """
    limit = book.workflow.legal_limit
    told = passed_notices(book, application, open_visits, due, at)
    stays = [one for one in open_visits if one.step == to]
    gone = [one for one in open_visits if one.step != to]
    opened: tuple[Visit, ...] = ()
    if not stays:
        desk = desk_sent_to(book.workflow, application, book.workflow.steps[to], origin=None, named=None)
        opened = (sent_to(book, application, to, desk, at=at),)
    deemed = replace(application, deemed_at=due)
    turned = turn(book, deemed, [*stays, *opened], ledger, at=at, by=CLOCK)
    marks = (Mark.DEEMED, *((Mark.RESTART,) if turned.is_restart else ()))
    facts = {
        "step": application.step,
        "to": to,
        "sent": [{"visit": one.no, "step": one.step, "desk": one.desk} for one in opened] or None,
        "basis": limit.basis if limit is not None else None,
        **told_facts(book, told[0].about, due, told),
        "role": AUTOMATIC,
        "clock": turned.facts,
        "marks": [str(mark) for mark in marks],
    }
    entry = entry_of(
        application, at=at, kind="deemed", desk=opened[0].desk if opened else stays[0].desk, actor=CLOCK, facts=facts
    )
    recalled, entries = recalls(chained(application, entry), gone, actor=CLOCK, at=at)
    after = replace(
        chained(deemed, entries[-1] if entries else entry),
        step=to,
        version=application.version + 1,
        visit_count=application.visit_count + len(opened),
        changed_at=at,
        promise_due=turned.dues.promise,
        legal_due=turned.dues.legal,
    )
    return Move(
        at=at,
        before=application,
        after=replace(after, wake_at=next_look(book, after, at)),
        visits=(*recalled, *opened),
        entries=(entry, *entries),
        intervals=turned.intervals,
        marks=tuple((entry.seq, mark) for mark in marks),
        notices=told,
    )
