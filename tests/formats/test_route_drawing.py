"""A drawing shows every step, end, desk and decision, and nothing an office writes can break it."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from routing.catalogue.workflow_files import default_folder, read_workflow, workflow_paths
from routing.domain.workflow import ORIGIN, Workflow
from routing.formats.diagrams import CannotDraw, svg_of
from routing.formats.route_drawing import draw_route
from routing.formats.route_in_words import told_route
from tests.domain.small_routes import disposisi, label

SVG = "{http://www.w3.org/2000/svg}"


def route(name: str) -> Workflow:
    workflow, findings = read_workflow(default_folder() / f"{name}.yaml", None)
    assert workflow is not None, findings
    return workflow


def drawn(workflow: Workflow, language: str = "id") -> ET.Element:
    svg = svg_of(draw_route(workflow, language=language), title="Judul", description="Uraian")
    return ET.fromstring(svg)  # noqa: S314 - our own


def ids(drawing: ET.Element) -> list[str]:
    return [found for group in drawing.iter(f"{SVG}g") if (found := group.get("id")) is not None]


def words(drawing: ET.Element) -> str:
    return " ".join(" ".join(text.itertext()) for text in drawing.iter(f"{SVG}text"))


def changed(workflow: Workflow, step: str, **values: Any) -> Workflow:
    said = workflow.model_dump(mode="json", exclude_defaults=True)
    said["steps"][step] |= values
    return Workflow.model_validate(said)


@pytest.mark.parametrize("path", workflow_paths(default_folder()), ids=lambda path: path.stem)
def test_every_step_end_desk_and_decision_of_every_service_is_drawn_under_its_own_id(path: Path) -> None:
    workflow = route(path.stem)
    found = ids(drawn(workflow))
    assert len(found) == len(set(found))
    wanted = {f"step-{code}" for code in workflow.steps} | {f"end-{code}" for code in workflow.ends}
    wanted |= {f"edge-start_{code}" for code in workflow.intake}
    for code, step in workflow.steps.items():
        wanted |= {f"edge-{code}_{one}" for one, rule in step.decisions.items() if rule.to != ORIGIN}
        wanted |= {f"step-{code}_{desk}" for desk in step.desks if step.join is not None}
    assert wanted <= set(found)


def test_what_leads_back_to_the_desk_that_asked_is_the_other_head_of_the_return() -> None:
    drawing = drawn(route("sip-dokter"))
    classes = {group.get("id"): group.get("class", "") for group in drawing.iter(f"{SVG}g")}
    assert "edge-repair_resubmit_verify" in classes["edge-verify_return"]
    assert "edge-repair_resubmit_recommend" in classes["edge-recommend_return"]


def test_a_return_is_told_by_its_line_and_not_by_its_colour_alone() -> None:
    for group in drawn(route("izin-reklame")).iter(f"{SVG}g"):
        if group.get("id") in ("edge-verify_return", "edge-sign_send-back", "edge-verify_forward"):
            is_dashed = [path.get("stroke-dasharray") is not None for path in group.iter(f"{SVG}path")]
            assert is_dashed == [group.get("id") != "edge-verify_forward"], group.get("id")


def test_every_way_has_its_words_also_along_a_row_of_boxes() -> None:
    workflow = route("izin-reklame")
    for group in drawn(workflow).iter(f"{SVG}g"):
        if group.get("class", "").startswith("edge") and not group.get("id", "").startswith(("edge-start", "edge2")):
            if group.find(f"{SVG}path") is None:
                continue
            assert group.find(f"{SVG}text") is not None, group.get("id")


def test_desks_at_work_at_once_stand_in_one_frame_with_their_days() -> None:
    drawing = drawn(route("izin-reklame"))
    frame = next(group for group in drawing.iter(f"{SVG}g") if group.get("id") == "step-team")
    assert frame.get("class") == "cluster"
    assert "semua meja sekaligus" in words(drawing)
    assert "semua meja sekaligus" not in words(drawn(route("sip-dokter")))


def test_labels_are_in_the_language_that_is_asked_for() -> None:
    assert "Verifikasi berkas" in words(drawn(route("sip-dokter")))
    english = words(drawn(route("sip-dokter"), "en"))
    assert "File verification" in english
    assert "Verifikasi" not in english


def test_whatever_stands_in_a_label_is_text() -> None:
    wicked = '<script>alert("1")</script>&amp; \\n ] ; "x" -> "y" \x07\u202e'
    workflow = changed(disposisi(), "assess", label=label(wicked))
    drawing = drawn(workflow)
    assert {element.tag for element in drawing.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "g", "title", "desc", "path", "polygon", "polyline", "ellipse", "text")
    }
    # Wherever the lines were broken.
    assert '<script>alert("1")</script>&amp;\\n];"x"->"y"' in re.sub(r"\s+", "", words(drawing))


def test_a_drawing_refers_to_nothing_outside_itself_and_tells_what_it_is() -> None:
    svg = svg_of(draw_route(route("izin-reklame")), title="Izin <Reklame>", description="Langkah & meja")
    assert set(re.findall(r"https?://[^\"\s<]+", svg)) == {"http://www.w3.org/2000/svg"}
    # The policy of the pages allows no inline style.
    assert "style=" not in svg
    drawing = ET.fromstring(svg)  # noqa: S314 - our own
    assert (drawing.findtext(f"{SVG}title"), drawing.findtext(f"{SVG}desc")) == ("Izin <Reklame>", "Langkah & meja")
    assert drawing.get("role") == "img"


def test_conditions_skips_deadlines_and_referrals_are_written_beside_their_ways() -> None:
    said = disposisi().model_dump(mode="json", exclude_defaults=True)
    said["steps"]["assess"] |= {"only_if": "form.area > 100", "otherwise": "granted", "working_days": 3}
    said["steps"]["assess"]["decisions"]["refuse"]["only_if"] = "counts.returns >= 2"
    said["steps"]["repair"]["deadline"] = {"working_days": 10, "decision": "give-up"}
    said["steps"]["repair"]["decisions"]["give-up"] = {"label": label("Hentikan"), "to": "stopped"}
    resume = {"days": 180, "to": "assess"}
    said["ends"]["stopped"] = {"label": label("Berhenti"), "outcome": "stopped", "resume": resume}
    said["ends"]["referred"] = {"label": label("Dirujuk"), "outcome": "referred", "refers_to": "lain"}
    drawing = drawn(Workflow.model_validate(said))
    told = re.sub(r"[\s\u00a0]+", " ", words(drawing))
    assert {"edge-assess_otherwise", "edge-stopped_resume"} <= set(ids(drawing))
    assert "edge-assess_otherwise" not in ids(drawn(disposisi()))
    for part in ("hanya jika form.area > 100", "dilewati", "jika counts.returns >= 2", "setelah 10 hari kerja",
                 "dilanjutkan dalam 180 hari", "ke layanan lain", "salah satu:"):  # fmt: skip
        assert part in told, part


def test_the_route_is_told_in_sentences_for_whoever_does_not_see_it() -> None:
    told = told_route(route("sip-dokter"), language="en", names={"verifikasi": "Verification desk"})
    assert told[1] == (
        "File verification (Verification desk, 1 working day): Forward → Technical recommendation; "
        "Return to the applicant → Repair by the applicant."
    )
    assert "back to the desk that returned it" in next(line for line in told if line.startswith("Repair"))


def test_what_time_does_by_itself_is_drawn() -> None:
    assert {"edge-stopped_resume", "edge-stopped_then"} <= set(ids(drawn(route("ukl-upl"))))
    deemed = words(drawn(route("surat-penelitian")))
    assert "setelah batas hukum lewat" in deemed
    assert "UU 30/2014 pasal 53" in deemed


def test_the_time_is_told_where_it_is_counted_otherwise_and_where_the_law_sets_it() -> None:
    limit = {"working_days": 10, "basis": "UU 30/2014 pasal 53", "counts": "calendar-days"}
    clock = {"day_one": "same", "received_until": "14:00", "pauses": "extend-once", "extended_by": 3}
    plain = disposisi().model_dump(mode="json", exclude_defaults=True)
    assert len(told_route(disposisi())) == len(disposisi().steps)
    workflow = Workflow.model_validate(plain | {"clock": clock, "legal_limit": limit})
    *_, promise, legal = told_route(workflow, language="en")
    assert promise == (
        "The promise: the day the file is complete is day 1; complete after 14.00: counts as the next day; "
        "the first pause adds 3 working days."
    )
    assert legal == "Legal limit: 10 calendar days (UU 30/2014 pasal 53); once it passes, the office is late."
    assert "Batas hukum: 10 hari kalender" in told_route(workflow)[-1]
    assert "Batas hukum: 10 hari kalender" in words(drawn(workflow))


def test_the_same_route_is_the_same_drawing() -> None:
    assert draw_route(route("izin-reklame")) == draw_route(route("izin-reklame"))


def test_what_cannot_be_drawn_is_a_fault_that_says_so() -> None:
    with pytest.raises(CannotDraw):
        svg_of("digraph {", title="", description="")
