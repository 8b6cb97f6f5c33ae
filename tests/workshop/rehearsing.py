"""What rehearsals in tests need: an office made for a route, and scenarios written down as an office would."""

from pathlib import Path

from routing.catalogue.findings import Finding
from routing.catalogue.office_files import OfficePlan
from routing.domain.desks import Desk, Label, Role, Unit
from routing.domain.workflow import Workflow
from routing.workshop.scenario_files import ScenarioSheet, read_scenarios

HEAD = "service: {service}\nbegins: 2026-11-02T08:00:00+07:00\nscenarios:\n"


def office_for(workflow: Workflow) -> OfficePlan:
    """Exactly the units, desks and roles the route names."""
    steps = workflow.steps.values()
    desks = dict.fromkeys(desk for step in steps for desk in step.every_desk)
    said = (role for step in steps for rule in step.decisions.values() for role in rule.roles)
    roles = dict.fromkeys([*(role for step in steps for role in step.roles), *said])
    return OfficePlan(
        units=(Unit(code=workflow.unit, label=_label(workflow.unit)),),
        desks=tuple(
            Desk(code=desk, label=_label(desk), unit=workflow.unit, counter=desk.startswith("loket")) for desk in desks
        ),
        roles=tuple(Role(code=role, label=_label(role)) for role in roles),
    )


def written(folder: Path, workflow: Workflow, scenarios: str) -> tuple[ScenarioSheet | None, tuple[Finding, ...]]:
    """The scenarios in a file of their own, read."""
    path = folder / f"{workflow.service}.yaml"
    path.write_text(HEAD.format(service=workflow.service) + scenarios, encoding="utf-8")
    return read_scenarios(path, {workflow.service: workflow})


def sheet(folder: Path, workflow: Workflow, scenarios: str) -> ScenarioSheet:
    """The same, where nothing is wrong with it."""
    read, findings = written(folder, workflow, scenarios)
    assert read is not None, [str(finding) for finding in findings]
    return read


def _label(code: str) -> Label:
    return Label(id=code, en=code)
