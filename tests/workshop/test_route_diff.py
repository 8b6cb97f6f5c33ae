"""What differs between two versions is said in words, all of it, and nothing that does not differ."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from routing.catalogue.workflow_files import default_folder, read_workflow, workflow_paths
from routing.domain.workflow import Workflow
from routing.workshop.route_diff import differences, renamed_steps
from tests.domain.small_routes import disposisi, label


def edited(workflow: Workflow, **values: Any) -> Workflow:
    """``steps__assess__working_days=3``: the same route with that changed."""
    said = workflow.model_dump(mode="json", exclude_defaults=True)
    for path, value in values.items():
        *way, last = path.split("__")
        place = said
        for code in way:
            place = place.setdefault(code.replace("_", "-") if code not in place else code, {})
        if value is None:
            del place[last]
        else:
            place[last] = value
    return Workflow.model_validate(said)


def told(old: Workflow, new: Workflow) -> list[str]:
    return [str(difference) for difference in differences(old, new)]


def renamed(workflow: Workflow, was: str, is_now: str) -> Workflow:
    return Workflow.model_validate_json(workflow.canonical.replace(f'"{was}"'.encode(), f'"{is_now}"'.encode()))


@pytest.mark.parametrize("path", workflow_paths(default_folder()), ids=lambda path: path.stem)
def test_a_version_does_not_differ_from_itself(path: Path) -> None:
    workflow, _ = read_workflow(path, None)
    assert workflow is not None
    assert differences(workflow, Workflow.model_validate_json(workflow.canonical)) == ()


def test_each_change_is_one_line_that_names_thing_field_and_both_values() -> None:
    old = disposisi()
    assert told(old, edited(old, steps__assess__working_days=3)) == ["changed: step assess: working days: none -> 3"]
    assert told(old, edited(old, steps__assess__roles=["assessor"])) == [
        "changed: step assess: roles: assessor, senior -> assessor"
    ]
    assert told(old, edited(old, steps__assess__desks=["arsitektur", "mep", "struktur"])) == [
        "reordered: step assess: desks: arsitektur, struktur, mep -> arsitektur, mep, struktur"
    ]
    assert told(old, edited(old, steps__assess__decisions__approve__only_if="form.area > 3")) == [
        "changed: step assess, decision approve: condition: none -> form.area > 3"
    ]
    assert told(old, edited(old, ends__granted__label={"id": "Terbit", "en": "Issued"})) == [
        "changed: end granted: label (en): Terbit -> Issued"
    ]


def test_what_becomes_of_the_clock_and_of_the_legal_limit_is_told_key_by_key() -> None:
    old = edited(disposisi(), legal_limit={"working_days": 10, "basis": "Perda 1/2026 pasal 3"})
    assert told(old, edited(old, clock__pauses="restart", clock__received_until="14:00:00")) == [
        "changed: clock: received until: none -> 14:00:00",
        "changed: clock: a pause: pause -> restart",
    ]
    assert told(old, edited(old, legal_limit__working_days=5)) == ["changed: legal limit: working days: 10 -> 5"]
    (added,) = told(disposisi(), old)
    assert added.startswith("changed: service: legal limit: none -> working days 10;")
    assert "legal basis Perda 1/2026 pasal 3" in added


def test_what_came_and_went_is_told_by_its_label() -> None:
    old = disposisi()
    need = {"label": {"id": "Denah", "en": "Plan"}}
    area = {"label": label("Luas"), "kind": "number", "unit": "m2"}
    new = edited(old, requirements={"plan": need}, form={"area": area}, sources=["Perda 1"])
    assert sorted(told(old, new)) == [
        "added: field area (Luas / Luas)",
        "added: requirement plan (Denah / Plan)",
        "added: source (Perda 1)",
    ]
    assert sorted(told(new, old)) == [
        "removed: field area (Luas / Luas)",
        "removed: requirement plan (Denah / Plan)",
        "removed: source (Perda 1)",
    ]
    assert told(old, edited(old, **{"steps__assess__decisions__pass-on": None})) == [
        "removed: step assess, decision pass-on (Disposisi / Disposisi, leads to assess)"
    ]


def test_a_step_under_a_new_code_looks_renamed_and_what_follows_from_that_is_not_told() -> None:
    old = disposisi()
    new = renamed(old, "assess", "examine")
    assert renamed_steps(old, new) == {"assess": "examine"}
    assert told(old, new) == ["looks renamed: step assess is now step examine"]
    assert told(old, edited(new, steps__examine__working_days=2)) == [
        "looks renamed: step assess is now step examine",
        "changed: step examine: working days: none -> 2",
    ]


def test_a_step_that_became_two_alike_is_no_renaming() -> None:
    old = disposisi()
    said = renamed(old, "assess", "examine").model_dump(mode="json", exclude_defaults=True)
    said["steps"]["examine-again"] = said["steps"]["examine"]
    assert renamed_steps(old, Workflow.model_validate(said)) == {}


def test_the_order_in_which_the_office_writes_is_part_of_the_version() -> None:
    old = disposisi()
    said = old.model_dump(mode="json", exclude_defaults=True)
    steps = said["steps"]["assess"]
    steps["decisions"] = dict(reversed(steps["decisions"].items()))
    (line,) = told(old, Workflow.model_validate(said))
    assert line.startswith("reordered: step assess: order of decisions: approve, pass-on")


def test_nothing_that_changes_the_content_hash_goes_unsaid() -> None:
    workflow, _ = read_workflow(default_folder() / "izin-reklame.yaml", None)
    assert workflow is not None
    said = workflow.model_dump(mode="json", exclude_defaults=True)
    places = list(leaves(said))
    assert len(places) > 150
    for holder, key in places:
        value = holder[key]
        holder[key] = another(value)
        try:
            new = Workflow.model_validate(said)
        except ValueError:
            continue  # No route, so no version.
        finally:
            holder[key] = value
        assert (new.content_hash != workflow.content_hash) == bool(differences(workflow, new)), (key, value)


def leaves(node: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        if isinstance(value, dict | list):
            yield from leaves(value)
        else:
            yield node, key


def another(value: object) -> object:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}x"
