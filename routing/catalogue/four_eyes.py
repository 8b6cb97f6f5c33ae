"""Whether what is reserved to some can be said by somebody: four eyes, roles, and decisions that look alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from routing.catalogue.findings import Finding, Path, Say, instead_of, shown
from routing.catalogue.route_graph import RouteGraph
from routing.domain.workflow import DECISIONS_OF, DecisionRule, Reason, Step


def check_four_eyes(graph: RouteGraph, say: Say) -> Iterator[Finding]:
    """Everything wrong with who may say what."""
    workflow = graph.workflow
    for code, step in workflow.steps.items():
        for decision, rule in step.decisions.items():
            yield from _other_eyes(graph, code, decision, rule, say)
            yield from _roles(code, step, decision, rule, say)
            if code in workflow.intake:
                yield from _with_registration(code, decision, rule, say)
        if workflow.imported_from is None:
            yield from _alike(code, step, say)


def _other_eyes(graph: RouteGraph, code: str, decision: str, rule: DecisionRule, say: Say) -> Iterator[Finding]:
    """The steps it looks back at come before it, so that there are other eyes to ask for."""
    for place, earlier in enumerate(rule.not_by):
        path: Path = ("steps", code, "decisions", decision, "not_by", place)
        if earlier == code:
            problem = f"{shown(decision)} at {shown(code)} asks for other eyes than those of the same step."
            yield say(path, "four-eyes-itself", problem, "Name the step whose decision is to be looked at again.")
        elif code not in graph.after(earlier):
            problem = f"{shown(earlier)} is never before {shown(code)}, so its eyes are no second pair."
            yield say(path, "four-eyes-never-before", problem, "Name a step that comes before it.")


def _roles(code: str, step: Step, decision: str, rule: DecisionRule, say: Say) -> Iterator[Finding]:
    for place, role in enumerate(rule.roles):
        if role not in step.roles:
            path: Path = ("steps", code, "decisions", decision, "roles", place)
            problem = f"{shown(role)} may say {shown(decision)}, but is no role of {shown(code)}."
            yield say(path, "role-not-of-step", problem, instead_of(role, step.roles, otherwise="Or add it there."))


def _with_registration(code: str, decision: str, rule: DecisionRule, say: Say) -> Iterator[Finding]:
    """The counter's decision comes with the registration, which carries neither words nor findings of its own."""
    at: Path = ("steps", code, "decisions", decision)
    asked = [(*at, "reason")] if rule.reason is Reason.REQUIRED else []
    asked += [(*at, "names_requirements")] if rule.names_requirements else []
    asked += [(*at, "collects", name) for name, field in rule.collects.items() if field.required]
    for path in asked:
        problem = f"{shown(decision)} is said with the registration, which carries no {path[4]}."
        yield say(path, "registration-says-more", problem, "Ask for it in the form, or at a step of its own after it.")


def _alike(code: str, step: Step, say: Say) -> Iterator[Finding]:
    """No two decisions are the same to whoever is to choose between them."""
    for (earlier, one), (decision, other) in combinations(step.decisions.items(), 2):
        if not _at_once(step, one, other):
            continue
        path: Path = ("steps", code, "decisions", decision)
        for language in ("id", "en"):
            if one.label.in_language(language) == other.label.in_language(language):
                problem = f"{shown(decision)} at {shown(code)} is called like {shown(earlier)}."
                yield say((*path, "label", language), "same-label", problem, "Give it a name that tells them apart.")
        # Opinions differ by what is counted, a deadline's decision by when it can be said, a program's by itself.
        is_late = step.deadline is not None and step.deadline.decision in (earlier, decision)
        is_programs = step.automatic is not None and {earlier, decision} <= set(DECISIONS_OF[step.automatic])
        if not (other.opinion or is_late or is_programs) and _does(one) == _does(other):
            problem = f"{shown(decision)} at {shown(code)} does the same as {shown(earlier)}."
            yield say(path, "same-decision", problem, "Remove one of them, or let it lead elsewhere.")


def _does(rule: DecisionRule) -> dict[str, object]:
    return rule.model_dump(exclude={"label", "reason", "desks", "roles"})


def _at_once(step: Step, one: DecisionRule, other: DecisionRule) -> bool:
    """Whether somebody can have both before them."""
    desks = set(one.desks or step.every_desk) & set(other.desks or step.every_desk)
    roles = set(one.roles or step.roles) & set(other.roles or step.roles)
    is_either_or = None not in (one.only_if, other.only_if) and one.only_if != other.only_if
    return bool(desks and roles) and not is_either_or
