"""What leads an application on is told from what sends it back, or out."""

from pathlib import Path
from typing import Any

import pytest

from routing.catalogue.workflow_files import default_folder, read_workflow, workflow_paths
from routing.domain.onward import decisions_asked_for
from routing.domain.workflow import Workflow
from tests.domain.route_of_times import STEPS, times
from tests.domain.small_routes import label


def route(**decisions: Any) -> Workflow:
    """The permit, with these decisions of the head, too."""
    sign = STEPS["sign"] | {"decisions": {**STEPS["sign"]["decisions"], **decisions}}
    return times(steps={code: one for code, one in STEPS.items() if code != "write-down"} | {"sign": sign})


def asked(workflow: Workflow, step: str = "sign", origin: str | None = None) -> tuple[str, ...]:
    return decisions_asked_for(workflow, step, origin, tuple(workflow.steps[step].decisions))


def test_a_signature_that_takes_other_eyes_is_asked_for_and_neither_a_refusal_nor_a_return() -> None:
    sign = {"label": label("Tanda tangani"), "to": "granted", "not_by": ["verify"]}
    back = {"label": label("Kembalikan"), "to": "verify"}
    assert asked(route(sign=sign, back=back)) == ("sign",)
    other = {"label": label("Terbitkan sementara"), "to": "granted"}
    assert asked(route(sign=sign, other=other)) == ("sign", "other")
    # A refusal that is signed by other eyes is what is asked for where nothing else takes them.
    assert asked(route(refuse={"label": label("Tolak"), "to": "refused", "not_by": ["verify"]})) == ("refuse",)


def test_where_nothing_takes_other_eyes_whatever_is_possible_will_do() -> None:
    assert asked(times()) == ("sign", "refuse")
    assert asked(times(), "repair", "verify") == ("resubmit", "lapse")


@pytest.mark.parametrize("path", workflow_paths(default_folder()), ids=lambda path: path.stem)
def test_in_every_service_what_takes_other_eyes_is_asked_for(path: Path) -> None:
    workflow, _ = read_workflow(path, None)
    assert workflow is not None
    for code, step in workflow.steps.items():
        guarded = {decision for decision, rule in step.decisions.items() if rule.not_by}
        assert guarded & set(asked(workflow, code)) if guarded else True, code
