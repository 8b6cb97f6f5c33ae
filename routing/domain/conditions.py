"""Conditions as preconditions: a decision whose rule does not hold, or that comes too early, or from the same eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from routing.domain.application import Application
from routing.domain.errors import Kind, Refusal
from routing.domain.guards import compiled
from routing.domain.people import Person
from routing.domain.phrases import Phrase
from routing.domain.visits import Visit
from routing.domain.workflow import DecisionRule, Workflow


class ConditionNotMet(Refusal):
    """The decision "{decision}" is possible only where this holds: {rule}. Here it does not ({why}). See to what it
    asks, or decide otherwise.
    """

    code = "condition_not_met"


class FourEyes(Refusal):
    """{person} has decided on {number} at "{step}" already, and "{decision}" takes other eyes. Let a colleague do
    it.
    """

    code = "four_eyes"
    kind = Kind.FORBIDDEN


class NotOverdueYet(Refusal):
    """The applicant of {number} has until {until}: "{decision}" is possible after that. Wait, or decide otherwise."""

    code = "not_overdue_yet"


class LimitPassed(Refusal):
    """The limit of the law for {number} ended {due} ({basis}), so it is deemed granted: nothing else can be decided
    any more. It goes to "{step}" within minutes, where the ground is written down.
    """

    code = "limit_passed"


def require_condition(rule: DecisionRule, facts: Mapping[str, Any] | None) -> None:
    """The decision's own condition holds. Raises ConditionNotMet."""
    if rule.only_if is None or facts is None:
        return
    verdict = compiled(rule.only_if).judge(facts)
    if not verdict.holds:
        why = verdict.why or Phrase("it is false")
        raise ConditionNotMet(decision=rule.label.id, rule=rule.only_if, why=why)


def require_other_eyes(
    workflow: Workflow, application: Application, rule: DecisionRule, person: Person, past: Sequence[Visit]
) -> None:
    """The person decided at none of the steps the rule names. ``past``: the closed visits. Raises FourEyes."""
    for visit in past:
        if visit.step in rule.not_by and visit.decided_by == person.code:
            step = workflow.label_of(visit.step).id
            raise FourEyes(person=person.code, number=application.number, step=step, decision=rule.label.id)


def require_within_the_law(workflow: Workflow, application: Application, step: str, at: datetime) -> None:
    """What the law deems granted is decided at one step only, even before anybody has noticed. Raises LimitPassed."""
    limit, due = workflow.legal_limit, application.legal_due
    if limit is None or limit.to is None or due is None or at <= due or step == limit.to:
        return
    if application.answered_at is not None:
        return
    raise LimitPassed(
        number=application.number,
        due=due.isoformat(sep=" ", timespec="minutes"),
        basis=limit.basis,
        step=workflow.label_of(limit.to).id,
    )


def require_overdue(
    workflow: Workflow, application: Application, visit: Visit, decision: str, due: datetime, at: datetime
) -> None:
    """What is decided because the applicant let their time pass is decided after it. Raises NotOverdueYet.

    ``due``: when their time ends, as things stand at that moment.
    """
    step = workflow.steps[visit.step]
    if step.deadline is not None and step.deadline.decision == decision and at <= due:
        until = due.isoformat(sep=" ", timespec="minutes")
        raise NotOverdueYet(number=application.number, until=until, decision=step.decisions[decision].label.id)
