"""Plays the scenarios of a service on the real engine and tells what went otherwise, and what they never touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from routing.domain.workflow import Workflow
from routing.workshop.coverage import Coverage
from routing.workshop.scenario_files import ScenarioSheet, unknown_words
from routing.workshop.scenario_language import Scenario
from routing.workshop.scenario_walk import Mismatch, play
from routing.workshop.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A scenario that went otherwise than it says."""

    scenario: str
    file: str
    #: where the scenario says so
    line: int
    expected: str
    #: what the engine said or did
    said: str
    #: where the document lay, and what could have been decided there
    possible: str

    def __str__(self) -> str:
        told = f'{self.file}:{self.line}: "{self.scenario}" expected {self.expected}. The engine: {self.said}'
        return f"{told.rstrip('.')}. Possible: {self.possible}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReport:
    """What came of the scenarios of one service."""

    service: str
    scenarios: int
    passed: int
    failures: tuple[Failure, ...]
    #: how many of a hundred steps, decisions and ends were gone through
    coverage: int
    #: those that never were
    missing: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether everything went as it was said, and everything was gone through."""
        return not self.failures and not self.missing

    def as_json(self) -> dict[str, Any]:
        """The report as ``--json`` prints it."""
        failures = [{name: getattr(one, name) for name in Failure.__dataclass_fields__} for one in self.failures]
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {
            "failures": failures,
            "missing": list(self.missing),
        }


def run(stage: Stage, workflow: Workflow, sheet: ScenarioSheet) -> ServiceReport:
    """Every scenario of the file, each with an application of its own, under this version of the route."""
    coverage = Coverage(workflow)
    failures: list[Failure] = []
    failed = 0
    for no, scenario in enumerate(sheet.said.scenarios):
        route = workflow if workflow.quota is None else _under_another_name(workflow, no)
        found = _not_in_route(scenario, workflow)
        if not found:
            stage.begins(sheet.said.begins)
            stage.puts_on(route)
            found = play(stage, route, scenario, coverage)
        failures += (_failure(sheet, no, one) for one in found)
        failed += bool(found)
    return ServiceReport(
        service=workflow.service,
        scenarios=len(sheet.said.scenarios),
        passed=len(sheet.said.scenarios) - failed,
        failures=tuple(failures),
        coverage=coverage.percent,
        missing=coverage.missing,
    )


def without_scenarios(workflow: Workflow) -> ServiceReport:
    """The report on a service that has none."""
    coverage = Coverage(workflow)
    return ServiceReport(
        service=workflow.service,
        scenarios=0,
        passed=0,
        failures=(),
        coverage=coverage.percent,
        missing=coverage.missing,
    )


def _not_in_route(scenario: Scenario, workflow: Workflow) -> list[Mismatch]:
    """Where the file was read with another version, this one may not have all it names."""
    unknown = unknown_words(scenario, workflow)
    if unknown is None:
        return []
    path, problem = unknown
    return [Mismatch(path=path, expected="what the route has", said=problem, possible="nothing")]


def _under_another_name(workflow: Workflow, no: int) -> Workflow:
    """The same route as a service of its own: a quota counts by service, and each scenario begins with none used."""
    # Not model_copy, which would take the content hash of the original along.
    return Workflow.model_validate({**workflow.model_dump(), "service": f"{workflow.service}-{no + 1}"})


def _failure(sheet: ScenarioSheet, no: int, mismatch: Mismatch) -> Failure:
    return Failure(
        scenario=sheet.said.scenarios[no].name,
        file=sheet.file,
        line=sheet.line_of(("scenarios", no, *mismatch.path)),
        expected=mismatch.expected,
        said=mismatch.said,
        possible=mismatch.possible,
    )
