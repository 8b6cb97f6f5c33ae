"""Whether the steps, ends and decisions a route names are there, and no two things bear one code."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from routing.catalogue.findings import Finding, Path, Say, instead_of, shown
from routing.domain.workflow import ORIGIN, Step, Workflow

#: Where a name stands, what it is of, the name, and what there is to be named.
_Named = tuple[Path, str, str, Iterable[str]]


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
    steps, everywhere = workflow.steps, [*workflow.steps, *workflow.ends]
    named: list[_Named] = [(("intake", place), "The intake names", code, steps)
                           for place, code in enumerate(workflow.intake)]  # fmt: skip
    named += _of_withdrawal(workflow)
    for code, step in steps.items():
        named += _of_step(code, step, steps, everywhere)
    for code, end in workflow.ends.items():
        if end.resume is not None:
            named.append((("ends", code, "resume", "to"), f"{shown(code)} goes on at", end.resume.to, steps))
    for code, need in workflow.requirements.items():
        if need.due is not None:
            named.append((("requirements", code, "due"), f"{shown(code)} must be there for", need.due, steps))
    for path, thing, name, known in named:
        if name not in known:
            yield _dangling(path, thing, name, known, say)


def _of_withdrawal(workflow: Workflow) -> list[_Named]:
    withdrawal = workflow.withdrawal
    if withdrawal is None:
        return []
    named: list[_Named] = [(("withdrawal", "from_steps", place), "The withdrawal names", code, workflow.steps)
                           for place, code in enumerate(withdrawal.from_steps)]  # fmt: skip
    return [*named, (("withdrawal", "to"), "The withdrawal leads to", withdrawal.to, workflow.ends)]


def _of_step(code: str, step: Step, steps: Iterable[str], everywhere: Iterable[str]) -> Iterator[_Named]:
    at: Path = ("steps", code)
    if step.otherwise is not None:
        yield (*at, "otherwise"), f"{shown(code)} is left out for", step.otherwise, everywhere
    if step.deadline is not None:
        path: Path = (*at, "deadline", "decision")
        yield path, f"After its deadline {shown(code)} names", step.deadline.decision, step.decisions
    for decision, rule in step.decisions.items():
        said = f"{shown(decision)} at {shown(code)}"
        path = (*at, "decisions", decision)
        if rule.to != ORIGIN:
            yield (*path, "to"), f"{said} leads to", rule.to, everywhere
        for place, earlier in enumerate(rule.not_by):
            yield (*path, "not_by", place), f"{said} looks back at", earlier, steps


def _dangling(path: Path, thing: str, name: str, known: Iterable[str], say: Say) -> Finding:
    problem = f"{thing} {shown(name)}, which is not there."
    return say(path, "dangling-target", problem, instead_of(name, known, otherwise="Or add it."))
