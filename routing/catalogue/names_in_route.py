"""Whether the steps, ends and decisions a route names are there, and no two things bear one code."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from routing.catalogue.findings import Finding, Path, Say, instead_of, shown
from routing.domain.workflow import ORIGIN, Step, Workflow


def check_codes(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """No step shares its code with an end, and nothing bears the engine's own word as its name."""
    for code in workflow.ends:
        if code in workflow.steps:
            problem = f"{shown(code)} is both a step and an end."
            yield say(("ends", code), "same-code", problem, "Give one of them another code.")
    named: list[tuple[Path, Collection[str]]] = [(("steps",), workflow.steps), (("ends",), workflow.ends)]
    named += [(("steps", code, "decisions"), step.decisions) for code, step in workflow.steps.items()]
    for path, codes in named:
        if ORIGIN in codes:
            problem = f'"{ORIGIN}" means the step that sent the document here; nothing else can be named so.'
            yield say((*path, ORIGIN), "reserved-code", problem, "Give it another code.")


def check_targets(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Whatever is named is there."""
    steps = workflow.steps
    for code, step in steps.items():
        yield from _of_step(workflow, code, step, say)
    others: list[tuple[Path, str, str, Iterable[str]]] = [
        (("intake", place), "The intake names", code, steps) for place, code in enumerate(workflow.intake)
    ]
    if workflow.withdrawal is not None:
        others += [
            (("withdrawal", "from_steps", place), "The withdrawal names", code, steps)
            for place, code in enumerate(workflow.withdrawal.from_steps)
        ]
        others.append((("withdrawal", "to"), "The withdrawal leads to", workflow.withdrawal.to, workflow.ends))
    for path, thing, name, known in [*others, *_of_time(workflow)]:
        if name not in known:
            yield _dangling(path, thing, name, known, say)


def _of_time(workflow: Workflow) -> Iterator[tuple[Path, str, str, Iterable[str]]]:
    """What follows when something has been waited for, as (where, what names it, the name, what it can be)."""
    steps = workflow.steps
    for code, end in workflow.ends.items():
        if end.resume is not None:
            yield ("ends", code, "resume", "to"), f"{shown(code)} goes on at", end.resume.to, steps
            if end.resume.then is not None:
                thing = f"Not taken up again, {shown(code)} ends as"
                yield ("ends", code, "resume", "then"), thing, end.resume.then, workflow.ends
    for code, need in workflow.requirements.items():
        if need.due is not None:
            yield ("requirements", code, "due"), f"{shown(code)} must be there for", need.due, steps
    limit = workflow.legal_limit
    if limit is not None and limit.to is not None:
        yield ("legal_limit", "to"), "What is deemed granted goes to", limit.to, steps


def _of_step(workflow: Workflow, code: str, step: Step, say: Say) -> Iterator[Finding]:
    at: Path = ("steps", code)
    everywhere = {*workflow.steps, *workflow.ends}
    if step.otherwise is not None and step.otherwise not in everywhere:
        yield _dangling(
            (*at, "otherwise"), f"{shown(code)} is left out for", step.otherwise, [*workflow.steps, *workflow.ends], say
        )
    if step.deadline is not None and step.deadline.decision not in step.decisions:
        path: Path = (*at, "deadline", "decision")
        thing = f"After its deadline {shown(code)} names"
        yield _dangling(path, thing, step.deadline.decision, step.decisions, say)
    for decision, rule in step.decisions.items():
        path = (*at, "decisions", decision)
        if rule.to != ORIGIN and rule.to not in everywhere:
            thing = f"{shown(decision)} at {shown(code)} leads to"
            yield _dangling((*path, "to"), thing, rule.to, [*workflow.steps, *workflow.ends], say)
        for place, earlier in enumerate(rule.not_by):
            if earlier not in workflow.steps:
                thing = f"{shown(decision)} at {shown(code)} looks back at"
                yield _dangling((*path, "not_by", place), thing, earlier, workflow.steps, say)


def _dangling(path: Path, thing: str, name: str, known: Iterable[str], say: Say) -> Finding:
    problem = f"{thing} {shown(name)}, which is not there."
    return say(path, "dangling-target", problem, instead_of(name, known, otherwise="Or add it."))
