"""Rehearses services: their routes and their scenarios are read, and played on a throwaway database of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from routing.catalogue.findings import Finding, shown
from routing.catalogue.office_files import OfficePlan, read_office
from routing.catalogue.workflow_files import read_workflow, workflow_paths
from routing.domain.errors import UnknownService
from routing.settings import Settings
from routing.workshop.scenario_files import read_scenarios
from routing.workshop.scenarios import ServiceReport, run, without_scenarios
from routing.workshop.stage import Stage, throwaway_stage

#: The folder of scenario files, beside the routes; a file there is called as its route's is.
TESTS = "tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A route and the scenarios that belong to it."""

    route: Path
    #: units, desks and roles it relies on
    office: Path

    @property
    def scenarios(self) -> Path:
        """Its scenario file, which may be missing."""
        return self.route.parent / TESTS / self.route.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What came of it."""

    reports: tuple[ServiceReport, ...]
    #: what is wrong in the files themselves
    findings: tuple[Finding, ...]

    @property
    def is_good(self) -> bool:
        """Whether everything could be read, went as it was said, and was gone through."""
        return not self.findings and all(report.is_good for report in self.reports)


def pieces_named(named: Sequence[str], folder: Path) -> tuple[list[Piece], list[Finding]]:
    """What is meant: files of routes, of scenarios, or codes of services in the folder; nothing named: all in there.

    Raises UnknownService.
    """
    if not named:
        return [_piece(path, folder) for path in workflow_paths(folder)], list(_orphans(folder))
    known = {path.stem: path for path in workflow_paths(folder)}
    pieces = []
    for name in named:
        path = Path(name)
        if path.suffix == ".yaml" or path.exists():
            is_scenario = path.absolute().parent.name == TESTS
            pieces.append(_piece(path.absolute().parents[1] / path.name if is_scenario else path, folder))
        elif name in known:
            pieces.append(_piece(known[name], folder))
        else:
            raise UnknownService(service=name, known=", ".join(known) or "-")
    return list(dict.fromkeys(pieces)), []


def rehearse(pieces: Iterable[Piece], settings: Settings) -> Rehearsal:
    """Plays every scenario of these, one database for all that share an office."""
    reports: list[ServiceReport] = []
    findings: list[Finding] = []
    for office, group in groupby(sorted(pieces, key=lambda one: (one.office, one.route)), lambda one: one.office):
        plan, wrong = read_office(office)
        findings += wrong
        if plan is None:
            continue
        with throwaway_stage(plan, settings) as stage:
            for piece in group:
                report, wrong = rehearse_one(stage, plan, piece)
                findings += wrong
                reports += [report] if report is not None else []
    return Rehearsal(reports=tuple(reports), findings=tuple(findings))


def rehearse_one(stage: Stage, plan: OfficePlan, piece: Piece) -> tuple[ServiceReport | None, tuple[Finding, ...]]:
    """The report on one service; None: its files cannot be used, and why."""
    workflow, findings = read_workflow(piece.route, plan)
    if workflow is None:
        return None, findings
    if not piece.scenarios.exists():
        return without_scenarios(workflow), findings
    sheet, wrong = read_scenarios(piece.scenarios, {workflow.service: workflow})
    if sheet is None:
        return None, findings + wrong
    return run(stage, workflow, sheet), findings + wrong


def _piece(route: Path, folder: Path) -> Piece:
    beside = route.parent / "office"
    return Piece(route=route, office=beside if beside.is_dir() else folder / "office")


def _orphans(folder: Path) -> Iterator[Finding]:
    routes = {path.name for path in workflow_paths(folder)}
    for path in workflow_paths(folder / TESTS):
        if path.name not in routes:
            yield Finding(
                file=str(path),
                line=1,
                column=1,
                code="no-route",
                problem=f"There is no route {shown(path.name)} in {folder}.",
                way_out="Call the file as the file of its route.",
            )
