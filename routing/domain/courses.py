"""Where a decision takes a document: to which step, which visits open, which are recalled.

At a step with a join every desk has a visit of its own. An opinion only closes its visit until the join is met; a
return to the applicant is that desk's alone, and what comes back goes to it; anything else leads on at once and recalls
the others. How many opinions there are is read off the open visits: what is not open any more has been said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.domain.application import Application
from routing.domain.next_step import next_desk, not_possible
from routing.domain.sending import sent_to
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import ORIGIN, DecisionRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What follows from a decision."""

    #: the step or end the application is at from now on; None: it stays where it is
    target: str | None = None
    opened: tuple[Visit, ...] = ()
    recalled: tuple[Visit, ...] = ()


def course_of(
    book: RuleBook,
    application: Application,
    visit: Visit,
    others: Sequence[Visit],
    decision: str,
    rule: DecisionRule,
    *,
    named_desk: str | None,
    at: datetime,
) -> Course:
    """What a decision at this visit leads to, while ``others`` are open.

    Raises DecisionNotPossible, DeskNotNamed, DeskNotOffered.
    """
    target = book.lead(visit.step, decision, visit.origin_step)
    if target is None:
        raise not_possible(book, visit, application, decision)
    sending = _Sending(book=book, application=application, visit=visit, at=at)
    joined = book.workflow.steps.get(application.step)
    if joined is None or joined.join is None:
        return Course(target=target, opened=sending.to(target, rule, named_desk), recalled=tuple(others))
    if visit.step != application.step and rule.to == ORIGIN:
        return Course(opened=sending.to(target, rule, named_desk))
    if rule.opinion and len(joined.desks) - len(others) < joined.opinions_needed:
        return Course()
    if not rule.opinion and book.workflow.waits_for_applicant(target):
        return Course(opened=sending.to(target, rule, named_desk))
    return Course(target=target, opened=sending.to(target, rule, named_desk), recalled=tuple(others))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sending:
    book: RuleBook
    application: Application
    visit: Visit
    at: datetime

    def to(self, target: str, rule: DecisionRule, named_desk: str | None) -> tuple[Visit, ...]:
        """The visits a step begins with, on their way; none at an end."""
        workflow = self.book.workflow
        if target in workflow.ends:
            return ()
        step = workflow.steps[target]
        if step.join is not None and rule.to != ORIGIN:
            desks = step.desks
        else:
            desks = (next_desk(self.book, self.visit, target, rule, named_desk),)
        origin = (self.visit.step, self.visit.desk) if step.waits_for == "applicant" else (None, None)
        return tuple(
            sent_to(workflow, self.application, target, desk, at=self.at, place=place, origin=origin)
            for place, desk in enumerate(desks, start=1)
        )
