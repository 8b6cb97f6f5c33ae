"""Every service is what its scenarios say it is, on both databases, and nothing of its route is left untried."""

from pathlib import Path

import pytest

from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow, workflow_paths
from routing.office import Office
from routing.workshop.rehearsal import Piece, rehearse_one
from routing.workshop.stage import Stage
from routing.workshop.try_out import try_out
from tests.clock import Clock

FOLDER = default_folder()
PLAN, _ = read_office(FOLDER / "office")


@pytest.mark.parametrize("route", workflow_paths(FOLDER), ids=lambda path: path.stem)
def test_a_service_is_what_its_scenarios_say(route: Path, office: Office, clock: Clock) -> None:
    assert PLAN is not None
    stage = Stage(office, clock, PLAN)
    report, findings = rehearse_one(stage, PLAN, Piece(route=route, office=FOLDER / "office"))
    assert [str(finding) for finding in findings] == []
    assert report is not None
    assert [str(failure) for failure in report.failures] == []
    assert report.missing == (), f"{report.coverage} % of the route are gone through"
    workflow, _ = read_workflow(route, PLAN)
    assert workflow is not None
    tried = try_out(office, workflow)
    assert (tried.changed, tried.differences) == (0, []), "a version changes nothing for what was done under itself"


def test_every_scenario_file_belongs_to_a_route() -> None:
    routes = {path.name for path in workflow_paths(FOLDER)}
    assert {path.name for path in workflow_paths(FOLDER / "tests")} <= routes
