"""Which rule a decision falls under, who may say it, and at which desk the next visit is."""

from __future__ import annotations

from routing.domain.application import Application
from routing.domain.errors import DecisionNotPossible, DeskNotNamed, DeskNotOffered, UnknownDecision
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import ORIGIN, DecisionRule, Step


def roles_for(step: Step, decision: str, named: str | None = None) -> tuple[str, ...]:
    """The roles in which this may be said at the step; the one named, if it is among them."""
    rule = step.decisions.get(decision)
    roles = rule.roles if rule is not None and rule.roles else step.roles
    return (named,) if named in roles else roles


def rule_for(book: RuleBook, application: Application, visit: Visit, decision: str) -> DecisionRule:
    """The rule of a decision at a visit. Raises DecisionNotPossible, UnknownDecision."""
    step = book.workflow.steps[visit.step]
    rule = step.decisions.get(decision)
    if rule is not None and (not rule.desks or visit.desk in rule.desks):
        return rule
    if any(decision in other.decisions for other in book.workflow.steps.values()):
        raise not_possible(book, visit, application, decision)
    possible = ", ".join(book.possible(visit.step, visit.origin_step, visit.desk))
    raise UnknownDecision(
        step=step.label.id, service=book.workflow.service, decision=decision, possible=possible or "-"
    )


def next_desk(book: RuleBook, visit: Visit, target: str, rule: DecisionRule, named: str | None) -> str:
    """The desk of the next visit: the one it came from, the one named, or the only one.

    Raises DeskNotNamed, DeskNotOffered.
    """
    step = book.workflow.steps[target]
    if rule.to == ORIGIN and visit.origin_desk is not None:
        desk = visit.origin_desk
    elif named:
        desk = named
    elif len(step.desks) == 1:
        desk = step.desks[0]
    else:
        raise DeskNotNamed(step=step.label.id, desks=", ".join(step.desks))
    if desk not in step.every_desk:
        raise DeskNotOffered(step=step.label.id, desk=desk, desks=", ".join(step.desks))
    return desk


def not_possible(book: RuleBook, visit: Visit | None, application: Application, decision: str) -> DecisionNotPossible:
    """The refusal that names what is possible instead, at this visit or at the step the application is at."""
    step = visit.step if visit is not None else application.step
    possible = book.possible(step, visit.origin_step, visit.desk) if visit is not None else book.possible(step)
    label = book.workflow.label_of(step).id
    return DecisionNotPossible(
        number=application.number, step=label, decision=decision, possible=", ".join(possible) or "-"
    )
