"""Whether a route's joins, desks of single decisions, programs and limits make sense."""

from __future__ import annotations

from collections.abc import Iterator

from routing.catalogue.findings import Finding, Path, Say, instead_of, shown
from routing.domain.workflow import DECISIONS_OF, Reason, Step, Workflow


def check_desks_at_once(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Everything wrong with how the desks of single steps work together."""
    for code, step in workflow.steps.items():
        yield from _desks_named(code, step, say)
        yield from _limits(code, step, say)
        if step.join is not None:
            yield from _join(workflow, code, step, say)
        else:
            yield from _opinions_without_join(code, step, say)
        if step.automatic is not None:
            yield from _program(code, step, say)


def _desks_named(code: str, step: Step, say: Say) -> Iterator[Finding]:
    named: list[tuple[Path, str]] = [(("steps", code, "working_days_at", desk), desk) for desk in step.working_days_at]
    for decision, rule in step.decisions.items():
        path: Path = ("steps", code, "decisions", decision, "desks")
        named += [((*path, position), desk) for position, desk in enumerate(rule.desks)]
    for path, desk in named:
        if desk not in step.every_desk:
            problem = f"{shown(code)} is not done at {shown(desk)}."
            yield say(path, "desk-not-of-step", problem, instead_of(desk, step.every_desk))
    for position, desk in enumerate(step.stand_in):
        if desk in step.desks:
            problem = f"{shown(desk)} cannot stand in at {shown(code)}: it is one of its desks already."
            yield say(("steps", code, "stand_in", position), "desk-twice", problem, "Name another desk.")


def _limits(code: str, step: Step, say: Say) -> Iterator[Finding]:
    if step.minutes is not None and (step.working_days is not None or step.working_days_at):
        problem = f"{shown(code)} has a limit in minutes and one in working days."
        yield say(("steps", code, "minutes"), "two-limits", problem, "Leave one of them out.")


def _join(workflow: Workflow, code: str, step: Step, say: Say) -> Iterator[Finding]:
    at: Path = ("steps", code, "join")
    if len(step.desks) < 2:
        yield say(at, "join-of-one", f"{shown(code)} has a join and one desk.", "Name every desk, or drop the join.")
    if step.opinions_needed > len(step.desks):
        problem = f"{shown(code)} waits for {step.opinions_needed} opinions of {len(step.desks)} desks."
        yield say(at, "join-too-large", problem, "Wait for fewer, or name more desks.")
    if code in workflow.intake:
        problem = f"{shown(code)} is an intake: an applicant stands at one counter, not at several."
        yield say(at, "join-at-intake", problem, "Begin with a step at one counter.")
    opinions = {decision: rule for decision, rule in step.decisions.items() if rule.opinion}
    if len({rule.to for rule in opinions.values()}) > 1:
        problem = f"The opinions at {shown(code)} lead to different steps, so that the last to speak would choose."
        yield say(("steps", code, "decisions"), "opinions-disagree", problem, "Let all of them lead to one step.")
    for position, desk in enumerate(step.every_desk):
        if not any(not rule.desks or desk in rule.desks for rule in opinions.values()):
            problem = f"At {shown(desk)} no opinion can be given, so that the join of {shown(code)} is never met."
            way_out = "Mark one of its decisions with opinion: true."
            key = "desks" if desk in step.desks else "stand_in"
            at_desk: Path = ("steps", code, key, position if key == "desks" else position - len(step.desks))
            yield say(at_desk, "no-opinion-at-desk", problem, way_out)
    if step.automatic is not None:
        problem = f"{shown(code)} has a join and a program; a program decides alone."
        yield say(("steps", code, "automatic"), "program-at-join", problem, "Give the program a step of its own.")


def _opinions_without_join(code: str, step: Step, say: Say) -> Iterator[Finding]:
    for decision, rule in step.decisions.items():
        if rule.opinion:
            problem = f"{shown(decision)} is an opinion, but {shown(code)} waits for no others."
            path: Path = ("steps", code, "decisions", decision, "opinion")
            yield say(path, "opinion-without-join", problem, "Add a join to the step, or leave the opinion out.")


def _program(code: str, step: Step, say: Say) -> Iterator[Finding]:
    if step.automatic is None:
        return
    for decision in DECISIONS_OF[step.automatic]:
        if decision not in step.decisions:
            problem = f"The program {shown(step.automatic)} says {shown(decision)}, which {shown(code)} does not know."
            yield say(("steps", code, "decisions"), "program-not-understood", problem, f"Add the decision {decision}.")
            continue
        rule = step.decisions[decision]
        if rule.collects or rule.names_requirements or rule.reason is Reason.REQUIRED:
            problem = f"{shown(decision)} is said by the program {shown(step.automatic)}, which fills in nothing."
            way_out = "Collect, name and reason at the next step, where somebody decides."
            yield say(("steps", code, "decisions", decision), "program-asked-to-write", problem, way_out)
