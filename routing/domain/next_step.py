"""Which rule a decision falls under, who may say it, and at which desk the next visit is."""

from __future__ import annotations

from routing.domain.application import Application
from routing.domain.errors import DecisionNotPossible, DeskNotNamed, DeskNotOffered, UnknownDecision
from routing.domain.facts import guard_facts
from routing.domain.guards import compiled
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import DecisionRule, Step, Workflow


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


def way_on(workflow: Workflow, application: Application, target: str) -> str:
    """The step or end a document really goes to: steps whose condition does not hold are passed by."""
    passed: set[str] = set()
    while target in workflow.steps and target not in passed:
        step = workflow.steps[target]
        if step.otherwise is None or (_is_gone_through(workflow, application, step)):
            return target
        passed.add(target)
        target = step.otherwise
    return target


def desks_asked(workflow: Workflow, application: Application, step: Step) -> tuple[str, ...]:
    """The desks of a step with a join that are asked in this case; all of them where none would be."""
    if not step.only_if_at:
        return step.desks
    facts = guard_facts(workflow, application)
    asked = tuple(
        desk for desk in step.desks if desk not in step.only_if_at or compiled(step.only_if_at[desk]).judge(facts).holds
    )
    return asked or step.desks


def desk_sent_to(
    workflow: Workflow, application: Application, step: Step, *, origin: str | None, named: str | None
) -> str:
    """The desk of the next visit: the one it came from, the one the step's rules choose, the one named, the only one.

    Raises DeskNotNamed, DeskNotOffered.
    """
    by_rule = desk_by_rule(workflow, application, step) if origin is None else None
    offered = (by_rule,) if by_rule is not None else step.desks
    chosen = origin or named or (offered[0] if len(offered) == 1 else None)
    if chosen is None:
        raise DeskNotNamed(step=step.label.id, desks=", ".join(offered))
    if chosen not in (offered if by_rule is not None else step.every_desk):
        raise DeskNotOffered(step=step.label.id, desk=chosen, desks=", ".join(offered))
    return chosen


def desk_by_rule(workflow: Workflow, application: Application, step: Step) -> str | None:
    """The desk the step's rules choose; None: it has none, or none of them holds."""
    if not step.desk_by:
        return None
    facts = guard_facts(workflow, application)
    holding = (one.desk for one in step.desk_by if one.only_if is None or compiled(one.only_if).judge(facts).holds)
    return next(holding, None)


def not_possible(book: RuleBook, visit: Visit | None, application: Application, decision: str) -> DecisionNotPossible:
    """The refusal that names what is possible instead, at this visit or at the step the application is at."""
    step = visit.step if visit is not None else application.step
    facts = guard_facts(book.workflow, application) if book.workflow.has_conditions else None
    origin, desk = (visit.origin_step, visit.desk) if visit is not None else (None, None)
    possible = book.possible(step, origin, desk, facts)
    label = book.workflow.label_of(step).id
    return DecisionNotPossible(
        number=application.number, step=label, decision=decision, possible=", ".join(possible) or "-"
    )


def _is_gone_through(workflow: Workflow, application: Application, step: Step) -> bool:
    facts = guard_facts(workflow, application)
    if step.only_if is not None and not compiled(step.only_if).judge(facts).holds:
        return False
    # A step at which every desk has a condition is passed by where none of them holds.
    conditions = [step.only_if_at.get(desk) for desk in step.desks]
    return None in conditions or any(compiled(one).judge(facts).holds for one in conditions if one is not None)
