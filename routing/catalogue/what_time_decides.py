"""Whether the clock can do by itself what a route leaves to it: lapse, end for good, and what the law deems granted.

Nobody is there to ask when it does: what it says needs no choice, no finding and no desk that somebody names.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.catalogue.findings import Finding, Path, Say, shown
from routing.catalogue.route_graph import RouteGraph
from routing.domain.time_limits import LegalLimit
from routing.domain.workflow import ORIGIN, DecisionRule, Outcome, Reason, Step, Workflow

#: How an application may end because nobody asked for it in time.
_ENDS_OF_A_STOP = (Outcome.REFUSED, Outcome.WITHDRAWN)


def check_what_time_decides(graph: RouteGraph, say: Say) -> Iterator[Finding]:
    """Everything wrong with what follows when time is over. What is named is there."""
    workflow = graph.workflow
    for code, step in workflow.steps.items():
        if step.deadline is not None:
            yield from _deadline(graph, code, step, step.deadline.decision, say)
    for code, end in workflow.ends.items():
        if end.resume is not None and end.resume.then is not None:
            outcome = workflow.ends[end.resume.then].outcome
            if outcome not in _ENDS_OF_A_STOP:
                problem = f"What stays {shown(code)} ends as {shown(end.resume.then)}, which is {outcome}."
                way_out = "Name an end with outcome: refused or withdrawn, because nobody asked for more."
                yield say(("ends", code, "resume", "then"), "stop-ends-otherwise", problem, way_out)
    limit = workflow.legal_limit
    if limit is not None and limit.to is not None:
        yield from _deemed(workflow, limit, limit.to, say)


def _deadline(graph: RouteGraph, code: str, step: Step, decision: str, say: Say) -> Iterator[Finding]:
    """The decision of a deadline can be said by the clock."""
    lacks = _lacks(graph, code, step, step.decisions[decision])
    if lacks is not None:
        problem = f"When the applicant's time at {shown(code)} is over the clock says {shown(decision)}, but {lacks}."
        way_out = "Let the deadline name a decision that needs nobody, and decide the rest at the next step."
        yield say(("steps", code, "deadline", "decision"), "deadline-needs-somebody", problem, way_out)


def _lacks(graph: RouteGraph, code: str, step: Step, rule: DecisionRule) -> str | None:
    """What only somebody could bring along."""
    of_the_rule = (
        (any(field.required for field in rule.collects.values()), "that collects findings"),
        (bool(rule.reasons) and rule.reason is Reason.REQUIRED, "that takes a reason from a list"),
        (rule.names_requirements and bool(graph.workflow.requirements), "that names requirements"),
        (rule.only_if is not None, "that is possible only in some cases"),
        (bool(set(step.every_desk) - set(rule.desks or step.every_desk)), "that is not said at every desk of the step"),
    )
    found = next((problem for is_so, problem in of_the_rule if is_so), None)
    if found is not None or rule.to == ORIGIN:
        return found
    return next(filter(None, (_lacks_there(graph, code, target) for target in graph.lands_at(rule.to))), None)


def _lacks_there(graph: RouteGraph, code: str, target: str) -> str | None:
    """The same of a step that is led to; whoever has been there before has brought the papers then."""
    workflow = graph.workflow
    led_to = workflow.steps.get(target)
    if led_to is not None and _desk_is_named(led_to):
        return f"somebody has to name the desk of {shown(target)}"
    has_been_there = code in graph.after(target)
    if not has_been_there and any(need.due == target and need.required for need in workflow.requirements.values()):
        return f"papers have to be there for {shown(target)}"
    return None


def _deemed(workflow: Workflow, limit: LegalLimit, to: str, say: Say) -> Iterator[Finding]:
    """What is deemed granted comes to a desk where nothing but the grant and its ground can be written down."""
    path: Path = ("legal_limit", "to")
    step = workflow.steps[to]
    wrong = _not_simple(step, is_intake=to in workflow.intake)
    if wrong is not None:
        problem = f"What the law deems granted comes to {shown(to)}, but {wrong}."
        way_out = "Give it a step of its own: one desk of the office, without conditions."
        yield say(path, "deemed-without-desk", problem, way_out)
    for decision, rule in step.decisions.items():
        at: Path = ("steps", to, "decisions", decision)
        end = workflow.ends.get(rule.to)
        if end is None or end.outcome is not Outcome.GRANTED or rule.only_if is not None:
            problem = f"{shown(decision)} at {shown(to)} does not always grant what the law deems granted."
            way_out = "Let every decision there lead to an end with outcome: granted, without a condition."
            yield say((*at, "to"), "deemed-not-granted", problem, way_out)
        has_number = limit.deemed == "oss" and any(field.required for field in rule.collects.values())
        if rule.reason is not Reason.REQUIRED and not has_number:
            problem = f"{shown(decision)} at {shown(to)} grants without naming the ground."
            way_out = "Write reason: required; or, with deemed: oss, collect the number of what OSS issued."
            yield say(at, "deemed-without-ground", problem, way_out)


def _not_simple(step: Step, *, is_intake: bool) -> str | None:
    wrong = (
        (is_intake, "an application begins there"),
        (step.waits_for != "office", "it does not wait for the office"),
        (step.join is not None, "several desks work there at once"),
        (step.automatic is not None, "a program decides there"),
        (step.only_if is not None or step.otherwise is not None, "it is left out in some cases"),
        (_desk_is_named(step), "somebody has to name the desk"),
    )
    return next((problem for is_so, problem in wrong if is_so), None)


def _desk_is_named(step: Step) -> bool:
    return len(step.desks) > 1 and step.join is None and not step.desk_by
