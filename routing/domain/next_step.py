"""Where a document goes next: which rule a decision falls under, who may say it, at which desk the next visit is."""

from __future__ import annotations

from routing.domain.application import Application
from routing.domain.errors import DecisionNotPossible, DeskNotNamed, DeskNotOffered, UnknownDecision
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import ORIGIN, DecisionRule, Step


def roles_for(step: Step, decision: str, named: str | None = None) -> tuple[str, ...]:
    """The roles in which this may be said at the step; the one named, if it is among them."""
    rule = step.decisions.get(decision)
    roles = rule.roles if rule is not None and rule.roles else step.roles
    return (named,) if named in roles else roles


def rule_for(book: RuleBook, application: Application, step: Step, decision: str) -> DecisionRule:
    """The rule of a decision at a step. Raises DecisionNotPossible, UnknownDecision."""
    rule = step.decisions.get(decision)
    if rule is not None:
        return rule
    if any(decision in other.decisions for other in book.workflow.steps.values()):
        raise not_possible(book, application, decision)
    possible = ", ".join(book.possible(application.step, application.origin_step))
    raise UnknownDecision(
        step=step.label.id, service=book.workflow.service, decision=decision, possible=possible or "-"
    )


def next_desk(book: RuleBook, application: Application, target: str, rule: DecisionRule, named: str | None) -> str:
    """The desk of the next visit: the one it came from, the one named, or the only one.

    Raises DeskNotNamed, DeskNotOffered.
    """
    step = book.workflow.steps[target]
    if rule.to == ORIGIN and application.origin_desk is not None:
        desk = application.origin_desk
    elif named:
        desk = named
    elif len(step.desks) == 1:
        desk = step.desks[0]
    else:
        raise DeskNotNamed(step=step.label.id, desks=", ".join(step.desks))
    if desk not in step.desks:
        raise DeskNotOffered(step=step.label.id, desk=desk, desks=", ".join(step.desks))
    return desk


def not_possible(book: RuleBook, application: Application, decision: str) -> DecisionNotPossible:
    """The refusal that names what is possible instead."""
    possible = ", ".join(book.possible(application.step, application.origin_step))
    step = book.workflow.label_of(application.step).id
    return DecisionNotPossible(number=application.number, step=step, decision=decision, possible=possible or "-")
