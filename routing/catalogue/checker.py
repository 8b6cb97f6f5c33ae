"""Whether a route makes sense: what it names exists, every step can be reached, and from every step some end.

Works on a ``Workflow``, be it from a file or derived from a log; ``locate`` says where its parts stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from routing.catalogue.desks_at_once import check_desks_at_once
from routing.catalogue.findings import Finding, Locate, Path, first_findings, instead_of, nowhere, shown
from routing.catalogue.office_files import OfficePlan
from routing.domain.people import OFFICE_ROLES
from routing.domain.workflow import ORIGIN, Step, Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """A route being checked."""

    workflow: Workflow
    file: str
    locate: Locate

    def finding(self, path: Path, code: str, problem: str, way_out: str) -> Finding:
        line, column = self.locate(path)
        return Finding(file=self.file, line=line, column=column, code=code, problem=problem, way_out=way_out)


def check_workflow(
    workflow: Workflow, office: OfficePlan | None, *, file: str | None = None, locate: Locate = nowhere
) -> tuple[Finding, ...]:
    """Everything wrong with the route; without an office, what only the office knows stays unchecked."""
    check = _Check(workflow=workflow, file=file or workflow.imported_from or workflow.service, locate=locate)
    in_office = _office_words(check, office) if office is not None else ()
    findings = first_findings(chain(_codes(check), _targets(check), _entrances(check), in_office))
    # A target that does not exist makes half the route look unreachable: first things first.
    at_once = check_desks_at_once(workflow, check.finding)
    return findings or first_findings(chain(_reach(check), _ways_out(check), _origins(check), at_once))


def _codes(check: _Check) -> Iterator[Finding]:
    """No step shares its code with an end, and nothing bears the engine's own word as its name."""
    workflow = check.workflow
    for code in workflow.ends:
        if code in workflow.steps:
            problem = f"{shown(code)} is both a step and an end."
            yield check.finding(("ends", code), "same-code", problem, "Give one of them another code.")
    named: list[tuple[Path, Collection[str]]] = [(("steps",), workflow.steps), (("ends",), workflow.ends)]
    named += [(("steps", code, "decisions"), step.decisions) for code, step in workflow.steps.items()]
    for path, codes in named:
        if ORIGIN in codes:
            problem = f'"{ORIGIN}" means the step that sent the document here; nothing else can be named so.'
            yield check.finding((*path, ORIGIN), "reserved-code", problem, "Give it another code.")


def _targets(check: _Check) -> Iterator[Finding]:
    """Wherever a decision leads, there is something."""
    workflow = check.workflow
    known = [*workflow.steps, *workflow.ends]
    for code, step in workflow.steps.items():
        for decision, rule in step.decisions.items():
            if rule.to != ORIGIN and rule.to not in workflow.steps and rule.to not in workflow.ends:
                path: Path = ("steps", code, "decisions", decision, "to")
                thing = f"{shown(decision)} at {shown(code)} leads to the step or end"
                yield _dangling(check, path, thing, rule.to, known)


def _entrances(check: _Check) -> Iterator[Finding]:
    """What the intake and the withdrawal name is there."""
    workflow = check.workflow
    named: list[tuple[Path, str, str]] = [
        (("intake", position), "The intake names the step", code) for position, code in enumerate(workflow.intake)
    ]
    if workflow.withdrawal is not None:
        named += [
            (("withdrawal", "from_steps", position), "The withdrawal names the step", code)
            for position, code in enumerate(workflow.withdrawal.from_steps)
        ]
    for path, thing, code in named:
        if code not in workflow.steps:
            yield _dangling(check, path, thing, code, workflow.steps)
    if workflow.withdrawal is not None and workflow.withdrawal.to not in workflow.ends:
        to = workflow.withdrawal.to
        yield _dangling(check, ("withdrawal", "to"), "The withdrawal leads to the end", to, workflow.ends)


def _dangling(check: _Check, path: Path, thing: str, target: str, known: Iterable[str]) -> Finding:
    problem = f"{thing} {shown(target)}, which is not there."
    way_out = instead_of(target, known, otherwise="Or add it.")
    return check.finding(path, "dangling-target", problem, way_out)


def _office_words(check: _Check, office: OfficePlan) -> Iterator[Finding]:
    """The unit, desks and roles are the office's, and the applicant meets only counters."""
    workflow = check.workflow
    if workflow.unit not in office.unit_by_code:
        yield _unknown(check, ("unit",), "unit", workflow.unit, office.unit_by_code)
    for code, step in workflow.steps.items():
        for key, desks in (("desks", step.desks), ("stand_in", step.stand_in)):
            for position, desk in enumerate(desks):
                if desk not in office.desk_by_code:
                    yield _unknown(check, ("steps", code, key, position), "desk", desk, office.desk_by_code)
        roles: list[tuple[Path, str]] = [
            (("steps", code, "roles", position), role) for position, role in enumerate(step.roles)
        ]
        for decision, rule in step.decisions.items():
            path: Path = ("steps", code, "decisions", decision, "roles")
            roles += [((*path, position), role) for position, role in enumerate(rule.roles)]
        yield from _roles(check, roles, office)
        yield from _counters(check, code, step, office)


def _roles(check: _Check, named: Iterable[tuple[Path, str]], office: OfficePlan) -> Iterator[Finding]:
    at_desks = [role for role in office.role_by_code if role not in OFFICE_ROLES]
    for path, role in named:
        if role not in office.role_by_code:
            yield _unknown(check, path, "role", role, at_desks)
        elif role in OFFICE_ROLES:
            problem = f"The role {shown(role)} is held in the whole office and decides at no desk."
            yield check.finding(path, "unknown-role", problem, f"Name one of: {', '.join(at_desks)}.")


def _counters(check: _Check, code: str, step: Step, office: OfficePlan) -> Iterator[Finding]:
    if check.workflow.imported_from is not None:  # Nobody comes to the counter of the past.
        return
    takes_in, waits = code in check.workflow.intake, step.waits_for == "applicant"
    for position, desk in enumerate(step.desks):
        here = office.desk_by_code.get(desk)
        if here is None or here.counter or not (takes_in or waits):
            continue
        rule = "intake-not-at-counter" if takes_in else "applicant-not-at-counter"
        why = "begins" if takes_in else "waits for the applicant"
        problem = f"{shown(code)} {why} at {shown(desk)}, which is no counter."
        way_out = "Name a desk with counter: true, because the public reaches no other."
        yield check.finding(("steps", code, "desks", position), rule, problem, way_out)


def _unknown(check: _Check, path: Path, kind: str, name: str, known: Iterable[str]) -> Finding:
    problem = f"{shown(name)} is no {kind} of this office."
    way_out = instead_of(name, known, otherwise=f"Or add it to {kind}s.yaml.")
    return check.finding(path, f"unknown-{kind}", problem, way_out)


def _reach(check: _Check) -> Iterator[Finding]:
    """Every step and every end can be reached."""
    workflow = check.workflow
    reached = _spread(workflow.intake, _leads_to(workflow))
    if workflow.withdrawal is not None and reached.intersection(workflow.withdrawal.from_steps):
        reached.add(workflow.withdrawal.to)
    for code in workflow.steps:
        if code not in reached:
            problem = f"No decision leads to the step {shown(code)}."
            yield check.finding(("steps", code), "unreachable-step", problem, "Lead there, or remove it.")
    for code in workflow.ends:
        if code not in reached:
            problem = f"No application can end as {shown(code)}."
            yield check.finding(("ends", code), "unreachable-end", problem, "Lead there, or remove it.")


def _ways_out(check: _Check) -> Iterator[Finding]:
    """From every step that can be reached, some end can; that the applicant may give up is not enough."""
    workflow = check.workflow
    leads_to = _leads_to(workflow)
    came_from = _turned(leads_to)
    for code, step in workflow.steps.items():
        if any(rule.to == ORIGIN for rule in step.decisions.values()):
            leads_to[code] += came_from[code]
    ending = _spread(workflow.ends, _turned(leads_to))
    reached = _spread(workflow.intake, leads_to)
    for code in workflow.steps:
        if code in reached and code not in ending:
            problem = f"From the step {shown(code)} no end can be reached, whatever is decided."
            yield check.finding(("steps", code), "dead-end", problem, "Add a decision that leads on.")


def _origins(check: _Check) -> Iterator[Finding]:
    """``origin`` is said only where it stays known which desk asked."""
    came_from = _turned(_leads_to(check.workflow))
    for code, step in check.workflow.steps.items():
        for decision, rule in step.decisions.items():
            if rule.to != ORIGIN:
                continue
            wrong = _wrong_origin(check.workflow, code, came_from[code])
            if wrong is not None:
                path: Path = ("steps", code, "decisions", decision, "to")
                problem = f"{shown(decision)} leads back to {ORIGIN}, but {wrong[0]}."
                yield check.finding(path, "origin-without-return", problem, wrong[1])


def _wrong_origin(workflow: Workflow, code: str, before: Collection[str]) -> tuple[str, str] | None:
    """Why nothing would be known of an origin at this step, and the way out."""
    if workflow.steps[code].waits_for != "applicant":
        way_out = "Name the step it goes to, or write waits_for: applicant."
        return f"{shown(code)} does not wait for the applicant", way_out
    if not any(other != code for other in before):
        return f"no other step sends documents to {shown(code)}", "Name the step it goes to."
    if any(workflow.steps[step].waits_for == "applicant" for step in before):
        way_out = "Then it is not known any more which desk asked: make one step of it, without a loop."
        return f"{shown(code)} is also reached from a step that waits for the applicant", way_out
    return None


def _leads_to(workflow: Workflow) -> dict[str, list[str]]:
    """From every step, the steps and ends its decisions name."""
    return {
        code: [rule.to for rule in step.decisions.values() if rule.to != ORIGIN]
        for code, step in workflow.steps.items()
    }


def _turned(leads_to: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """From every step or end, the steps before it."""
    came_from: dict[str, list[str]] = defaultdict(list)
    for code, targets in leads_to.items():
        for target in dict.fromkeys(targets):
            came_from[target].append(code)
    return came_from


def _spread(start: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be reached from ``start``."""
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        code = waiting.pop()
        if code not in reached:
            reached.add(code)
            waiting.extend(edges.get(code, ()))
    return reached
