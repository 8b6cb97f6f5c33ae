"""Units, desks and roles of the office, and what is wrong with them."""

from pathlib import Path

import pytest

from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder
from routing.domain.people import OFFICE_ROLES

OFFICE = default_folder() / "office"

DEFECTS = [
    ("desks.yaml", "code: verifikasi", "code: penomoran", "duplicate-code", "code: penomoran"),
    ("roles.yaml", "code: verifier", "code: back-office", "duplicate-code", "code: back-office"),
    ("units.yaml", "code: dinkes", "code: dpmptsp", "duplicate-code", "code: dpmptsp"),
    ("desks.yaml", "unit: dinkes", "unit: dinkse", "unknown-unit", "unit: dinkse"),
    ("desks.yaml", "  counter: true", "  conter: true", "unknown-key", "conter: true"),
    ("desks.yaml", "  counter: true", "  counter: 'true'", "wrong-value", "counter: 'true'"),
    ("desks.yaml", "  unit: dinkes\n", "", "missing-key", "- code: dinas-kesehatan"),
    ("roles.yaml", "code: auditor", "code: auditeur", "missing-role", "#"),
    ("units.yaml", "- code: dpmptsp", "- code: DPMPTSP", "wrong-value", "- code: DPMPTSP"),
]


def copied(folder: Path) -> Path:
    for path in OFFICE.glob("*.yaml"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def test_the_office_of_the_repository_reads_as_it_is_written() -> None:
    plan, findings = read_office(OFFICE)
    assert findings == ()
    assert plan is not None
    assert [unit.code for unit in plan.units][:2] == ["dpmptsp", "dinkes"]
    counters = {desk.code for desk in plan.desks if desk.counter}
    assert counters >= {"loket-pendaftaran", "loket-penyerahan", "loket-pembayaran"}
    assert "verifikasi" not in counters
    assert plan.desk_by_code["dinas-kesehatan"].unit == "dinkes"
    assert plan.role_by_code.keys() >= OFFICE_ROLES


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect[3]}: {defect[2].strip()}")
def test_a_defect_in_an_office_file_is_named_with_its_line(
    defect: tuple[str, str, str, str, str], tmp_path: Path
) -> None:
    file, old, new, code, on_line = defect
    path = copied(tmp_path) / file
    text = path.read_text(encoding="utf-8").replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    plan, findings = read_office(tmp_path)
    assert plan is None
    found = [finding for finding in findings if finding.code == code]
    assert found, [str(finding) for finding in findings]
    assert found[0].file == str(path)
    assert on_line in text.splitlines()[found[0].line - 1]


def test_an_office_without_files_is_three_findings(tmp_path: Path) -> None:
    plan, findings = read_office(tmp_path)
    assert plan is None
    assert [finding.code for finding in findings] == ["no-file"] * 3


def test_a_table_where_a_list_is_asked_for_is_told(tmp_path: Path) -> None:
    (copied(tmp_path) / "units.yaml").write_text("dpmptsp: {label: x}\n", encoding="utf-8")
    _, (finding, *_) = read_office(tmp_path)
    assert finding.code == "wrong-value"
    assert "a list" in finding.problem
