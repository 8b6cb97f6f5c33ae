"""Where a decision takes a document: to which step, which visits open, which are recalled.

At a step with a join every desk has a visit of its own. An opinion only closes its visit until the join is met; a
return to the applicant is that desk's alone, and what comes back goes to it; anything else leads on at once and recalls
the others. How many opinions there are is counted among the application's facts, never in the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.domain.application import Application
from routing.domain.conditions import require_condition
from routing.domain.facts import guard_facts, opinions_given, with_opinion, without_opinions
from routing.domain.fields import Fact
from routing.domain.next_step import desk_sent_to, desks_asked, not_possible, way_on
from routing.domain.preconditions import require_due
from routing.domain.sending import sent_to
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import ORIGIN, DecisionRule, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What follows from a decision."""

    #: the step or end the application is at from now on; None: it stays where it is
    target: str | None = None
    opened: tuple[Visit, ...] = ()
    recalled: tuple[Visit, ...] = ()
    #: the application's facts from now on
    facts: Mapping[str, Fact]


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

    Raises DecisionNotPossible, ConditionNotMet, DeskNotNamed, DeskNotOffered, RequirementDue.
    """
    facts = guard_facts(book.workflow, application) if book.workflow.has_conditions else None
    require_condition(rule, facts)
    target = book.lead(visit.step, decision, visit.origin_step, facts)
    if target is None:
        raise not_possible(book, visit, application, decision)
    joined = book.workflow.steps.get(application.step)
    sending = _Sending(book=book, application=application, visit=visit, rule=rule, named_desk=named_desk, at=at)
    if joined is None or joined.join is None:
        return sending.to(target, recalled=others)
    if visit.step != application.step and rule.to == ORIGIN:
        return replace(sending.to(target), target=None)
    if rule.opinion:
        return _opinion(sending, joined, decision, others, target)
    if rule.to != ORIGIN:
        target = way_on(book.workflow, application, target)
    if book.workflow.waits_for_applicant(target):
        return replace(sending.to(target), target=None)
    return sending.to(target, recalled=others)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sending:
    book: RuleBook
    application: Application
    visit: Visit
    rule: DecisionRule
    named_desk: str | None
    at: datetime

    def to(self, target: str, *, recalled: Sequence[Visit] = ()) -> Course:
        """The step (or what comes instead of it) begins; at an end nothing does."""
        workflow, application = self.book.workflow, self.application
        goes_back = self.rule.to == ORIGIN
        if goes_back and application.step != target and workflow.steps[target].join is not None:
            # It was stopped meanwhile, and the other desks were recalled: all are asked anew, or they never would be.
            goes_back = False
        if not goes_back:
            target = way_on(workflow, application, target)
        if target in workflow.ends:
            return Course(target=target, recalled=tuple(recalled), facts=application.facts)
        step = workflow.steps[target]
        if not goes_back:
            require_due(workflow, application, target, self.at)
        desks = self._desks(step, goes_back=goes_back)
        origin = (self.visit.step, self.visit.desk) if step.waits_for == "applicant" else (None, None)
        opened = tuple(
            sent_to(self.book, application, target, desk, at=self.at, place=place, origin=origin)
            for place, desk in enumerate(desks, start=1)
        )
        begins_join = step.join is not None and not goes_back
        facts = without_opinions(application.facts, target) if begins_join else application.facts
        return Course(target=target, opened=opened, recalled=tuple(recalled), facts=facts)

    def _desks(self, step: Step, *, goes_back: bool) -> tuple[str, ...]:
        if step.join is not None and not goes_back:
            return desks_asked(self.book.workflow, self.application, step)
        return (
            desk_sent_to(
                self.book.workflow,
                self.application,
                step,
                origin=self.visit.origin_desk if goes_back else None,
                named=self.named_desk,
            ),
        )


def _opinion(sending: _Sending, joined: Step, decision: str, others: Sequence[Visit], target: str) -> Course:
    """An opinion is counted; once there are enough of them, or nobody is left to speak, the document goes on."""
    application = sending.application
    said = replace(application, facts=with_opinion(application.facts, application.step, decision))
    if others and opinions_given(said.facts, application.step) < joined.opinions_needed:
        return Course(facts=said.facts)
    return replace(sending, application=said).to(target, recalled=others)
