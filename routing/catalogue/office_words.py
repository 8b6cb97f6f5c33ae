"""Whether the unit, desks and roles a route names are the office's, and the applicant meets only counters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from routing.catalogue.findings import Finding, Path, Say, instead_of, shown
from routing.catalogue.office_files import OfficePlan
from routing.domain.people import OFFICE_ROLES, SUPERVISOR
from routing.domain.workflow import Step, Workflow


def check_office_words(workflow: Workflow, office: OfficePlan, say: Say) -> Iterator[Finding]:
    """Everything named that this office has not."""
    if workflow.unit not in office.unit_by_code:
        yield _unknown(("unit",), "unit", workflow.unit, office.unit_by_code, say)
    for code, step in workflow.steps.items():
        for key, desks in (("desks", step.desks), ("stand_in", step.stand_in)):
            for position, desk in enumerate(desks):
                if desk not in office.desk_by_code:
                    yield _unknown(("steps", code, key, position), "desk", desk, office.desk_by_code, say)
        roles: list[tuple[Path, str]] = [
            (("steps", code, "roles", position), role) for position, role in enumerate(step.roles)
        ]
        for decision, rule in step.decisions.items():
            path: Path = ("steps", code, "decisions", decision, "roles")
            roles += [((*path, position), role) for position, role in enumerate(rule.roles)]
        yield from _roles(roles, office, say)
        yield from _counters(workflow, code, step, office, say)


def _roles(named: Iterable[tuple[Path, str]], office: OfficePlan, say: Say) -> Iterator[Finding]:
    at_desks = [role for role in office.role_by_code if role not in {*OFFICE_ROLES, SUPERVISOR}]
    for path, role in named:
        if role not in office.role_by_code:
            yield _unknown(path, "role", role, at_desks, say)
        elif role in OFFICE_ROLES:
            problem = f"The role {shown(role)} is held in the whole office and decides at no desk."
            yield say(path, "unknown-role", problem, f"Name one of: {', '.join(at_desks)}.")
        elif role == SUPERVISOR:
            problem = f"The role {shown(role)} watches over a desk and decides nothing there."
            yield say(path, "unknown-role", problem, f"Name one of: {', '.join(at_desks)}.")


def _counters(workflow: Workflow, code: str, step: Step, office: OfficePlan, say: Say) -> Iterator[Finding]:
    if workflow.imported_from is not None:  # Nobody comes to the counter of the past.
        return
    takes_in, waits = code in workflow.intake, step.waits_for == "applicant"
    for position, desk in enumerate(step.desks):
        here = office.desk_by_code.get(desk)
        if here is None or here.counter or not (takes_in or waits):
            continue
        rule = "intake-not-at-counter" if takes_in else "applicant-not-at-counter"
        why = "begins" if takes_in else "waits for the applicant"
        problem = f"{shown(code)} {why} at {shown(desk)}, which is no counter."
        way_out = "Name a desk with counter: true, because the public reaches no other."
        yield say(("steps", code, "desks", position), rule, problem, way_out)


def _unknown(path: Path, kind: str, name: str, known: Iterable[str], say: Say) -> Finding:
    problem = f"{shown(name)} is no {kind} of this office."
    return say(path, f"unknown-{kind}", problem, instead_of(name, known, otherwise=f"Or add it to {kind}s.yaml."))
