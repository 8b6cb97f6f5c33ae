"""What the checker finds where desks work together, and where programs decide."""

from collections.abc import Callable
from typing import Any

import pytest

from routing.catalogue.checker import check_workflow
from routing.domain.workflow import Workflow
from tests.domain.test_desks_at_once import together

Change = Callable[[dict[str, Any]], object]

_NOT_THERE: dict[str, Any] = {
    "recommend": {
        "label": {"id": "Ya", "en": "Yes"}, "to": "granted", "opinion": True, "desks": ["pupr", "dishub", "bapenda"],
    },
    "return": {"label": {"id": "Kembali", "en": "Back"}, "to": "repair"},
    "refuse": {"label": {"id": "Tolak", "en": "No"}, "to": "refused"},
}  # fmt: skip
_ONE: dict[str, Any] = {
    "recommend": {"label": {"id": "Ya", "en": "Yes"}, "to": "granted", "opinion": True},
    "return": {"label": {"id": "Kembali", "en": "Back"}, "to": "repair"},
    "refuse": {"label": {"id": "Tolak", "en": "No"}, "to": "refused"},
}


def found(change: Change) -> set[str]:
    route = together().model_dump(mode="json")
    change(route)
    return {finding.code for finding in check_workflow(Workflow.model_validate(route), None)}


def test_the_route_itself_is_sound() -> None:
    assert found(lambda route: None) == set()


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("join-too-large", lambda team: team.update(join=4)),
        ("join-of-one", lambda team: team.update(desks=["pupr"], working_days_at={}, decisions=_ONE)),
        ("opinions-disagree", lambda team: team["decisions"]["assess"].update(to="refused")),
        ("no-opinion-at-desk", lambda team: team["decisions"]["assess"].update(opinion=False)),
        ("opinion-without-join", lambda team: team.update(join=None)),
        ("desk-not-of-step", lambda team: team["decisions"]["assess"].update(desks=["bappeda"])),
        ("desk-not-of-step", lambda team: team.update(working_days_at={"bappeda": 3})),
        ("no-opinion-at-desk", lambda team: team.update(stand_in=["bappeda"], decisions=_NOT_THERE)),
        ("desk-twice", lambda team: team.update(stand_in=["pupr"])),
        ("two-limits", lambda team: team.update(minutes=5)),
        ("program-at-join", lambda team: team.update(automatic="oss")),
        ("program-not-understood", lambda team: team.update(automatic="payment")),
    ],
)
def test_a_mistake_between_desks_is_found(code: str, change: Change) -> None:
    assert code in found(lambda route: change(route["steps"]["team"]))


def test_nobody_begins_at_several_desks_at_once() -> None:
    assert "join-at-intake" in found(lambda route: route.update(intake=["register", "team"]))
