"""What a route leaves to the clock, the clock can do: one thing is broken in the permit with every limit."""

from copy import deepcopy
from typing import Any

import pytest

from routing.catalogue.checker import check_workflow
from routing.catalogue.workflow_files import check_files, default_folder, workflow_paths
from routing.domain.workflow import Workflow
from tests.domain.route_of_times import BROKEN, DEEMED, times
from tests.domain.small_routes import label

#: The rule, where it is broken, what is put there.
DEFECTS: list[tuple[str, tuple[str, ...], object]] = [
    ("deadline-needs-somebody", ("steps", "repair", "decisions", "lapse", "collects"),
     {"number": {"label": label("Nomor"), "kind": "reference"}}),
    ("deadline-needs-somebody", ("steps", "repair", "decisions", "lapse", "reasons"), {"late": label("Terlambat")}),
    ("deadline-needs-somebody", ("steps", "repair", "decisions", "lapse", "names_requirements"), True),
    ("deadline-needs-somebody", ("steps", "repair", "decisions", "lapse", "only_if"), "counts.returns < 3"),
    ("deadline-needs-somebody", ("steps", "sign", "desks"), ["kepala-dinas", "kepala-dpupr"]),
    ("deadline-needs-somebody", ("requirements", "deed", "due"), "sign"),
    ("deadline-needs-somebody", ("steps", "repair", "desks"), ["loket-pendaftaran", "loket-kukm"]),
    ("stop-ends-otherwise", ("ends", "stopped", "resume", "then"), "granted"),
    ("deemed-without-desk", ("legal_limit", "to"), "repair"),
    ("deemed-without-desk", ("legal_limit", "to"), "register"),
    ("deemed-without-desk", ("steps", "write-down", "desks"), ["kepala-dinas", "kepala-dpupr"]),
    ("deemed-without-desk", ("steps", "write-down", "join"), "all"),
    ("deemed-not-granted", ("steps", "write-down", "decisions", "issue-deemed", "to"), "refused"),
    ("deemed-not-granted", ("steps", "write-down", "decisions", "issue-deemed", "to"), "sign"),
    ("deemed-without-ground", ("steps", "write-down", "decisions", "issue-deemed", "reason"), "optional"),
    ("answer-not-said", ("steps", "sign", "decisions", "sign", "answers"), False),
    ("dangling-target", ("ends", "stopped", "resume", "then"), "gone"),
    ("dangling-target", ("legal_limit", "to"), "gone"),
]  # fmt: skip


def route() -> dict[str, Any]:
    """As a document, with a paper, and a deadline that leads to a desk."""
    found: dict[str, Any] = deepcopy(times(legal_limit=DEEMED).model_dump(mode="json", exclude_defaults=True))
    found["requirements"] = {"deed": {"label": label("Akta")}}
    return dict(in_english(found))


def in_english(document: Any) -> Any:
    """With other words in the other language, as the checker wants it."""
    if not isinstance(document, dict):
        return document
    if document.keys() == {"id", "en"}:
        return {"id": document["id"], "en": f"The {document['en']}"}
    return {key: in_english(value) for key, value in document.items()}


def findings(document: dict[str, Any]) -> list[str]:
    return [one.code for one in check_workflow(Workflow.model_validate(document), None)]


def put(document: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for part in path[:-1]:
        document = document[part]
    document[path[-1]] = value


def test_the_permit_with_every_limit_is_good() -> None:
    assert findings(route()) == []
    assert findings(in_english(times().model_dump(mode="json", exclude_defaults=True))) == []
    without_way = times(legal_limit=BROKEN).model_dump(mode="json", exclude_defaults=True)
    assert findings(in_english(without_way)) == ["unreachable-step"]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect[0]}: {'.'.join(defect[1])}")
def test_what_nobody_could_do_alone_is_found(defect: tuple[str, tuple[str, ...], object]) -> None:
    code, path, value = defect
    document = route()
    if path[0] in {"requirements", "steps"} and path[1] in {"deed", "sign"}:
        document["steps"]["repair"]["decisions"]["lapse"]["to"] = "sign"
        document["steps"]["verify"]["decisions"]["stop"] = {"label": label("Hentikan"), "to": "stopped"}
    if path[-1] == "desks" and path[1] == "repair":
        document["steps"]["repair"]["decisions"]["lapse"]["desks"] = ["loket-kukm"]
    put(document, path, value)
    assert code in findings(document)


def test_once_answered_nothing_is_returned_as_if_it_had_not_been() -> None:
    document = route()
    document["steps"]["verify"]["decisions"]["forward"]["answers"] = True
    assert findings(document) == []
    document["steps"]["sign"]["decisions"]["refuse"]["to"] = "repair"
    assert findings(document) == ["answer-returned"]


def test_where_oss_issues_its_number_is_ground_enough() -> None:
    document = route()
    document["legal_limit"]["deemed"] = "oss"
    rule = document["steps"]["write-down"]["decisions"]["issue-deemed"]
    rule["reason"] = "optional"
    assert "deemed-without-ground" in findings(document)
    rule["collects"] = {"oss_number": {"label": label("Nomor OSS"), "kind": "reference"}}
    assert findings(document) == []


def test_what_is_deemed_granted_is_no_way_out_of_a_dead_end() -> None:
    document = route()
    document["steps"]["sign"]["decisions"] = {"again": {"label": label("Ulang"), "to": "sign"}}
    document["steps"]["verify"]["decisions"].pop("refuse")
    document["steps"]["verify"]["decisions"].pop("return")
    document["steps"].pop("repair")
    for end in ("refused", "stopped", "lapsed"):
        document["ends"].pop(end)
    assert "dead-end" in findings(document)


def test_every_service_of_the_office_leaves_to_the_clock_what_it_can_do() -> None:
    assert check_files(workflow_paths(default_folder()), default_folder() / "office") == ()
