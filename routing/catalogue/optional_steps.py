"""Whether steps that are left out in some cases, and desks that are chosen by rule, make sense."""

from __future__ import annotations

from collections.abc import Iterator

from routing.catalogue.findings import Finding, Path, Say, instead_of, shown
from routing.domain.workflow import Step, Workflow


def check_optional_steps(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Everything wrong with ``only_if``, ``otherwise``, ``only_if_at`` and ``desk_by`` of single steps."""
    for code, step in workflow.steps.items():
        yield from _left_out(workflow, code, step, say)
        yield from _desks_asked(code, step, say)
        yield from _desk_by(code, step, say)
    yield from _loops(workflow, say)


def _left_out(workflow: Workflow, code: str, step: Step, say: Say) -> Iterator[Finding]:
    at: Path = ("steps", code)
    may_be_empty = bool(step.desks) and all(desk in step.only_if_at for desk in step.desks)
    if step.only_if is not None and step.otherwise is None:
        problem = f"{shown(code)} is gone through in some cases only, and nothing tells where to in the others."
        yield say((*at, "only_if"), "condition-without-otherwise", problem, 'Add "otherwise:" with a step or an end.')
    if step.otherwise is not None and step.only_if is None and not may_be_empty:
        problem = f"{shown(code)} tells where to go otherwise, but it is always gone through."
        yield say((*at, "otherwise"), "otherwise-without-condition", problem, 'Add "only_if:", or leave it out.')
    if may_be_empty and step.otherwise is None:
        problem = f"Every desk of {shown(code)} is asked in some cases only; in the others it is asked nowhere."
        way_out = 'Add "otherwise:" with a step or an end, or always ask one of them.'
        yield say((*at, "only_if_at"), "no-desk-asked", problem, way_out)
    if code in workflow.intake and (step.otherwise is not None or step.only_if is not None):
        problem = f"{shown(code)} is an intake, where nothing can be left out: the applicant stands there."
        key = "only_if" if step.only_if is not None else "otherwise"
        yield say((*at, key), "optional-intake", problem, "Begin with a step without a condition.")


def _desks_asked(code: str, step: Step, say: Say) -> Iterator[Finding]:
    for desk in step.only_if_at:
        at: Path = ("steps", code, "only_if_at", desk)
        if desk not in step.desks:
            yield say(at, "desk-not-of-step", f"{shown(code)} is not done at {shown(desk)}.",
                      instead_of(desk, step.desks))  # fmt: skip
    if step.only_if_at and step.join is None:
        problem = f"{shown(code)} asks one desk, not several at once, and yet says which of them are asked."
        way_out = "Add a join, or choose the desk with desk_by."
        yield say(("steps", code, "only_if_at"), "desks-without-join", problem, way_out)


def _desk_by(code: str, step: Step, say: Say) -> Iterator[Finding]:
    at: Path = ("steps", code, "desk_by")
    if not step.desk_by:
        return
    if step.join is not None or len(step.desks) < 2:
        why = "all of its desks work at once" if step.join is not None else "it has one desk"
        problem = f"{shown(code)} chooses a desk by rule, but {why}."
        yield say(at, "nothing-to-choose", problem, "Leave desk_by out, or name several desks and no join.")
    conditions: dict[str | None, int] = {}
    for place, choice in enumerate(step.desk_by):
        here: Path = (*at, place, "desk")
        if choice.desk not in step.desks:
            problem = f"{shown(code)} is not done at {shown(choice.desk)}."
            yield say(here, "desk-not-of-step", problem, instead_of(choice.desk, step.desks))
        if None in conditions or choice.only_if in conditions:
            earlier = conditions.get(None, conditions.get(choice.only_if, 0))
            problem = f"{shown(choice.desk)} is never chosen here: choice {earlier + 1} holds in the same cases."
            yield say(here, "choice-never-reached", problem, "Put the one with the narrower condition first.")
        conditions.setdefault(choice.only_if, place)
    if None not in conditions:
        problem = f"Where none of its conditions holds, nothing tells to which desk {shown(code)} goes."
        yield say(at, "no-desk-by-default", problem, "Let the last choice have no only_if.")
    for place, desk in enumerate(step.desks):
        if desk not in {choice.desk for choice in step.desk_by}:
            problem = f"No rule of {shown(code)} ever chooses {shown(desk)}."
            yield say(("steps", code, "desks", place), "desk-never-chosen", problem, "Choose it, or remove it.")


def _loops(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Steps that are left out for one another would send a document round without a desk."""
    for code, step in workflow.steps.items():
        passed = [code]
        target = step.otherwise
        while target in workflow.steps and target not in passed:
            passed.append(target)
            target = workflow.steps[target].otherwise
        if target == code and code == min(passed):
            problem = f"Left out for one another without end: {', '.join(passed)}."
            yield say(("steps", code, "otherwise"), "skip-loop", problem, "Let one of them lead on.")
