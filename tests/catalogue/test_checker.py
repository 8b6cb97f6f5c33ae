"""Every rule of the checker: break one thing in the doctor's permit; the finding names it and its line."""

import re
from pathlib import Path

import pytest

from routing.catalogue.checker import check_workflow
from routing.catalogue.findings import Finding
from routing.catalogue.office_files import OfficePlan, read_office
from routing.catalogue.workflow_files import check_files, default_folder, read_workflow, workflow_paths
from routing.domain.desks import Desk, Label, Role, Unit
from routing.domain.workflow import Workflow

SIP = (default_folder() / "sip-dokter.yaml").read_text(encoding="utf-8")
OFFICE_FOLDER = default_folder() / "office"

#: What stands there, what is put instead, the rule, what stands on the line of the finding, the way out.
DEFECTS = [
    ("working_days: 9", "workng_days: 9", "unknown-key", "workng_days", '"working_days"'),
    ("names_requirements", "names_requirement", "unknown-key", "names_requirement:", "names_"),
    ("        to: verify\n", "", "missing-key", "accept:", 'Add "to:"'),
    ("label: {id: Selesai, en: Granted}", "label: {id: Selesai}", "missing-key", "Selesai", "en:"),
    ("working_days: 9", 'working_days: "9"', "wrong-value", "working_days", "without quotes"),
    ("working_days: 9", "working_days: true", "wrong-value", "working_days", "Write digits"),
    ("working_days: 9", "working_days: -1", "wrong-value", "working_days", "At least 0"),
    ("en: Granted", "en: 5", "wrong-value", "en: 5", 'in quotes: "5"'),
    ("[verifikasi]", "verifikasi", "wrong-value", "desks: verifikasi", "[verifikasi]"),
    ("[verifikasi]", "[]", "wrong-value", "desks: []", "at least 1"),
    ("outcome: granted", "outcome:", "wrong-value", "outcome:", "granted"),
    ("outcome: granted", "outcome: gone", "wrong-value", "gone", "'withdrawn'"),
    ("waits_for: applicant", "waits_for: godot", "wrong-value", "godot", "'applicant'"),
    ("  verify:\n", "  Verify:\n", "wrong-value", "Verify", "lower-case"),
    ("  verify:\n", "  '@verify':\n", "reserved-code", "@verify", "lower-case"),
    ("  check:\n", "  origin:\n", "reserved-code", "  origin:", "another code"),
    ("      accept:\n", "      origin:\n", "reserved-code", "      origin:", "another"),
    ("to: recommend", "to: recomend", "dangling-target", "recomend", '"recommend"'),
    ("[register]", "[registre]", "dangling-target", "[registre]", '"register"'),
    ("[verify, ", "[verifi, ", "dangling-target", "[verifi,", '"verify"'),
    ("  to: withdrawn\n  f", "  to: withdrwan\n  f", "dangling-target", "drwan", '"withdrawn"'),
    ("  to: withdrawn\n  f", "  to: check\n  f", "dangling-target", "  to: check", "Known"),
    ("[verifikasi]", "[verifikas]", "unknown-desk", "[verifikas]", '"verifikasi"'),
    ("[verifier]", "[verifyer]", "unknown-role", "[verifyer]", '"verifier"'),
    ("[verifier]", "[auditor]", "unknown-role", "[auditor]", "verifier"),
    ("unit: dpmptsp", "unit: dpmtsp", "unknown-unit", "dpmtsp", '"dpmptsp"'),
    ("        to: hand-over", "        to: granted", "unreachable-step", "  hand-over:", "Lead"),
    ("        to: refused", "        to: granted", "unreachable-end", "  refused:", "Lead there"),
    ("        to: granted", "        to: check", "dead-end", "  check:", "leads on"),
    ("        to: refused", "        to: origin", "origin-without-return", "to: origin", ""),
    ("  refused:\n", "  sign:\n", "same-code", "  sign:", "another code"),
    ("[loket-pendaftaran]", "[verifikasi]", "intake-not-at-counter", "[verifikasi]", ""),
]


@pytest.fixture(scope="module")
def office() -> OfficePlan:
    plan, findings = read_office(OFFICE_FOLDER)
    assert findings == ()
    assert plan is not None
    return plan


def findings_of(text: str, folder: Path, office: OfficePlan) -> tuple[Finding, ...]:
    path = folder / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    workflow, findings = read_workflow(path, office)
    assert (workflow is None) == bool(findings)
    return findings


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect[2]}: {defect[1].strip()}")
def test_a_defect_is_named_with_its_line_its_rule_and_the_way_out(
    defect: tuple[str, str, str, str, str], tmp_path: Path, office: OfficePlan
) -> None:
    old, new, code, on_line, way_out = defect
    assert old in SIP
    text = SIP.replace(old, new, 1)
    findings = findings_of(text, tmp_path, office)
    found = [finding for finding in findings if finding.code == code]
    assert found, [str(finding) for finding in findings]
    lines = text.splitlines()
    on_its_line = [finding for finding in found if on_line in lines[finding.line - 1]]
    assert on_its_line, [str(finding) for finding in found]
    assert way_out in on_its_line[0].way_out
    assert on_its_line[0].column > 0
    printed = rf"\S+broken\.yaml:{on_its_line[0].line}:{on_its_line[0].column}: {code}: .+\. .+"
    assert re.fullmatch(printed, str(on_its_line[0])), str(on_its_line[0])


def test_every_route_in_the_repository_is_good() -> None:
    paths = workflow_paths(default_folder())
    assert [path.name for path in paths] == sorted(path.name for path in paths)
    assert "sip-dokter.yaml" in {path.name for path in paths}
    assert check_files(paths, OFFICE_FOLDER) == ()


def test_the_route_taught_in_the_readme_is_good(tmp_path: Path, office: OfficePlan) -> None:
    readme = (default_folder() / "README.md").read_text(encoding="utf-8")
    example = readme.split("```yaml\n")[1].split("```")[0]
    assert findings_of(example, tmp_path, office) == ()


def test_a_step_that_waits_for_the_applicant_is_at_a_counter(tmp_path: Path, office: OfficePlan) -> None:
    before, repair = SIP.split("  repair:\n")
    text = before + "  repair:\n" + repair.replace("[loket-pendaftaran]", "[verifikasi]", 1)
    assert [finding.code for finding in findings_of(text, tmp_path, office)] == ["applicant-not-at-counter"]


def test_origin_needs_a_step_that_returns_to_the_applicant(tmp_path: Path, office: OfficePlan) -> None:
    text = SIP.replace("intake: [register]", "intake: [register, repair]").replace("to: repair", "to: refusal-letter")
    assert "origin-without-return" in {finding.code for finding in findings_of(text, tmp_path, office)}


def test_origin_is_not_lost_by_going_round_in_repair(tmp_path: Path, office: OfficePlan) -> None:
    remind = "      remind:\n        label: {id: Ingatkan, en: Remind}\n        to: repair\n"
    text = SIP.replace("      resubmit:\n", remind + "      resubmit:\n")
    findings = findings_of(text, tmp_path, office)
    assert [finding.code for finding in findings] == ["origin-without-return"]
    assert "without a loop" in findings[0].way_out


def test_that_the_applicant_may_give_up_is_no_way_out_of_a_route(tmp_path: Path, office: OfficePlan) -> None:
    """Almost every step of this loop can be withdrawn from, and yet the office could never finish."""
    text = SIP.replace("        to: granted", "        to: number").replace("to: refusal-letter", "to: number")
    text = text.replace("        to: withdrawn", "        to: number")
    found = findings_of(text, tmp_path, office)
    stuck = {text.splitlines()[finding.line - 1].strip(" :") for finding in found if finding.code == "dead-end"}
    assert stuck == {"register", "verify", "recommend", "number", "sign", "check", "hand-over", "repair"}


def test_two_files_with_one_service_are_told_at_the_second(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(SIP, encoding="utf-8")
    second.write_text(SIP, encoding="utf-8")
    (finding,) = check_files([first, second], OFFICE_FOLDER)
    assert (finding.code, finding.file) == ("duplicate-service", str(second))
    assert SIP.splitlines()[finding.line - 1] == "service: sip-dokter"
    assert str(first) in finding.problem


def test_without_an_office_the_route_itself_is_still_checked(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(SIP.replace("to: recommend", "to: recomend", 1), encoding="utf-8")
    codes = [finding.code for finding in check_files([path], tmp_path / "nowhere")]
    assert codes == ["no-file", "no-file", "no-file", "dangling-target"]


def test_a_hundred_findings_are_enough(tmp_path: Path, office: OfficePlan) -> None:
    text = SIP + "".join(f"word-{number}: 1\n" for number in range(500))
    findings = findings_of(text, tmp_path, office)
    assert len(findings) == 101
    assert findings[-1].code == "more-findings"


def test_a_finding_as_json_has_all_its_parts(tmp_path: Path, office: OfficePlan) -> None:
    (finding,) = findings_of(SIP.replace("[verifier]", "[verifyer]", 1), tmp_path, office)
    assert finding.as_json() == {
        "file": str(tmp_path / "broken.yaml"),
        "line": finding.line,
        "column": finding.column,
        "code": "unknown-role",
        "problem": '"verifyer" is no role of this office.',
        "way_out": 'Did you mean "verifier"? Or add it to roles.yaml.',
    }


def from_a_log(steps: int, decisions: int) -> tuple[Workflow, OfficePlan]:
    label = {"id": "Een activiteit", "en": "Een activiteit"}
    drawn = {
        f"step-{here}": {
            "label": label,
            "desks": ["general"],
            "roles": ["resource"],
            "decisions": {
                f"to-step-{(here * 7 + there) % steps}": {
                    "label": label,
                    "to": f"step-{(here * 7 + there) % steps}",
                }
                for there in range(decisions)
            }
            | {"next": {"label": label, "to": f"step-{(here + 1) % steps}"}},
        }
        for here in range(steps)
    }
    drawn["step-5"]["decisions"]["end"] = {"label": label, "to": "closed"}  # type: ignore[index]
    workflow = Workflow.model_validate(
        {
            "service": "a-log",
            "label": label,
            "unit": "log",
            "intake": ["step-0"],
            "steps": drawn,
            "ends": {"closed": {"label": label, "outcome": "closed"}},
            "imported_from": "a-log.xes",
        }
    )
    both = Label.model_validate(label)
    plan = OfficePlan(
        units=(Unit(code="log", label=both),),
        desks=(Desk(code="general", label=both, unit="log"),),
        roles=(Role(code="resource", label=both),),
    )
    return workflow, plan


def test_a_route_from_a_log_is_checked_without_a_file_and_begins_at_no_counter() -> None:
    workflow, plan = from_a_log(12, 3)
    assert check_workflow(workflow, plan) == ()
    without_role = OfficePlan(units=plan.units, desks=plan.desks, roles=())
    findings = check_workflow(workflow, without_role)
    assert {(finding.file, finding.line, finding.code) for finding in findings} == {("a-log.xes", 0, "unknown-role")}


def test_four_hundred_steps_are_checked_at_once() -> None:
    import time

    workflow, plan = from_a_log(400, 11)
    assert sum(len(step.decisions) for step in workflow.steps.values()) > 4_700
    started = time.perf_counter()
    assert check_workflow(workflow, plan) == ()
    assert time.perf_counter() - started < 1.0
