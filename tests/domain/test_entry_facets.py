"""What an entry is found by, read from what it says."""

import pytest

from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.domain.entry_facets import EntryFacets, facets_of
from routing.domain.workflow import Workflow


@pytest.fixture(scope="module")
def workflow() -> Workflow:
    found, _ = read_workflow(default_folder() / "sip-dokter.yaml", None)
    assert found is not None
    return found


def test_a_decision_that_ends_it_is_found_by_decision_outcome_and_reasons(workflow: Workflow) -> None:
    end, rule = next((code, one) for code, one in workflow.ends.items() if one.outcome.value == "refused")
    said = {"kind": "decided", "decision": "refuse", "to": end, "reasons": ["no-land", "late", "late"]}
    assert facets_of(said, workflow) == EntryFacets(
        decision="refuse", outcome=rule.outcome.value, reasons=("no-land", "late")
    )


def test_a_decision_that_leads_on_has_no_outcome(workflow: Workflow) -> None:
    assert facets_of({"decision": "forward", "to": "verify"}, workflow) == EntryFacets(decision="forward")


def test_why_the_time_stands_still_and_why_data_was_destroyed_are_reasons(workflow: Workflow) -> None:
    assert facets_of({"kind": "paused", "pause": "force-majeure"}, workflow).reasons == ("force-majeure",)
    assert facets_of({"kind": "key-destroyed", "basis": "request"}, workflow).reasons == ("request",)
    assert facets_of({"kind": "deemed", "basis": "UU 30/2014"}, workflow).reasons == ()


@pytest.mark.parametrize(
    "said", [None, {}, {"decision": 7, "to": ["x"], "reasons": "late", "pause": {}}, {"reasons": [None, "two words"]}]
)
def test_what_is_no_code_is_passed_over(workflow: Workflow, said: dict | None) -> None:
    assert facets_of(said, workflow) == EntryFacets()
