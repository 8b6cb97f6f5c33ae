"""A scenario file with something wrong in it is not played; what is wrong is told with its line and a way out."""

from pathlib import Path

import pytest

from routing.catalogue.findings import Finding
from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.workshop.scenario_files import read_scenarios

OFFICE, _ = read_office(default_folder() / "office")
REKLAME, _ = read_workflow(default_folder() / "izin-reklame.yaml", OFFICE)

GOOD = """service: izin-reklame
begins: 2026-11-02T08:00:00+07:00
scenarios:
  - name: granted
    given: {channel: counter, papers: [form]}
    when:
      - {register: accept}
      - {at: verify, decide: return, requirements: [land], defects: [{requirement: site}], reason: x}
      - {wait: 3 working days}
      - {at: repair, decide: resubmit, papers: [land]}
      - {at: pay, program: paid}
      - {withdraw: changed his mind}
    then: {end: withdrawn, skipped: [report]}
"""
#: What stands there, what is put instead, the rule, what stands on the line of the finding, the way out.
DEFECTS = [
    ("service: izin-reklame", "service: izin-reklam", "unknown-service", "izin-reklam", '"izin-reklame"'),
    ("begins: 2026-11-02T08:00:00+07:00\n", "", "missing-key", "service:", '"begins:"'),
    ("T08:00:00+07:00", "T08:00:00", "wrong-value", "begins", "timezone"),
    ("2026-11-02", "2026-02-30", "wrong-value", "begins", "day"),
    ("2026-11-02", "9999-11-02", "wrong-value", "begins", ""),
    ("name: granted", "nam: granted", "unknown-key", "nam:", '"name"'),
    ("register: accept", "registr: accept", "unknown-key", "registr", '"register"'),
    ("    then: {end: withdrawn, skipped: [report]}\n", "", "missing-key", "name: granted", '"then:"'),
    ("{end: withdrawn, skipped: [report]}", "{}", "no-outcome", "then", '"end:"'),
    ("{end: withdrawn, ", "{end: withdrawn, step: pay, ", "no-outcome", "then", '"end:"'),
    ("end: withdrawn", "end: withdraw", "unknown-end", "end: withdraw", '"withdrawn"'),
    ("end: withdrawn", "step: verfy", "unknown-step", "step: verfy", '"verify"'),
    ("skipped: [report]", "skipped: [reprot]", "unknown-step", "reprot", '"report"'),
    ("skipped: [report]", "desks: [pemomoran]", "unknown-desk", "pemomoran", '"penomoran"'),
    ("at: verify", "at: verifi", "unknown-step", "verifi", '"verify"'),
    ("at: verify, ", "", "no-step", "decide: return", "at: STEP"),
    ("decide: return", "decide: retrun", "unknown-decision", "retrun", '"return"'),
    ("decide: return", "decide: sign", "unknown-decision", "decide: sign", "Known: forward, return"),
    ("register: accept", "register: forward", "unknown-decision", "register: forward", "accept"),
    ("requirements: [land]", "requirements: [lnad]", "unknown-requirement", "lnad", '"land"'),
    ("requirement: site", "requirement: sight", "unknown-requirement", "sight", '"site"'),
    ("papers: [land]", "papers: [lnad]", "unknown-requirement", "lnad", '"land"'),
    ("papers: [form]", "papers: [from]", "unknown-requirement", "from", '"form"'),
    ("papers: [form]", "form: {hight: 7}", "unknown-field", "hight", ""),
    ("reason: x", "reasons: [zone]", "unknown-reason", "zone", ""),
    ("reason: x", "findings: {slope: 7}", "unknown-field", "slope", ""),
    ("reason: x", "desk: verifikas", "unknown-desk", "verifikas", '"verifikasi"'),
    ("program: paid", "decide: paid, program: paid", "one-thing-at-a-time", "at: pay", "exactly one"),
    ("      - {at: pay, program: paid}", "      - {at: pay}", "one-thing-at-a-time", "at: pay", "register, decide"),
    ("at: pay, program: paid", "at: repair, program: resubmit", "no-program", "program: resubmit", '"decide:"'),
    ("{wait: 3 working days}", "{wait: 3 working days, by: me}", "out-of-place", "by: me", "Remove it"),
    ("{wait: 3 working days}", "{clock: strikes}", "wrong-value", "strikes", "'passes'"),
    ("{wait: 3 working days}", "{clock: passes, by: me}", "out-of-place", "by: me", "Remove it"),
    ("3 working days", "a while", "wrong-value", "a while", '"2 hours"'),
    ("3 working days", "0 days", "wrong-value", "0 days", '"2 hours"'),
    ("3 working days", "99999 days", "wrong-value", "99999", '"2 hours"'),
    ("      - {register: accept}\n", "", "no-registration", "at: verify", "register"),
    ("channel: counter", "channel: pigeon", "wrong-value", "pigeon", "'counter'"),
    ("[land], defects", "land, defects", "wrong-value", "land", "[land]"),
    ("    then:", "    then:\n\t", "not-yaml", "", "spaces"),
    ("service:", "service: &a", "not-yaml", "service", "Write it out"),
    ("name: granted", "name: granted\n    name: twice", "duplicate-key", "twice", "Remove"),
]


def read(folder: Path, text: str | bytes) -> tuple[bool, tuple[Finding, ...]]:
    assert REKLAME is not None
    path = folder / "izin-reklame.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    sheet, findings = read_scenarios(path, {"izin-reklame": REKLAME})
    return sheet is not None, findings


@pytest.mark.parametrize(
    ("old", "new", "rule", "on_line", "way_out"), DEFECTS, ids=[f"{d[2]}:{d[1][:30]}" for d in DEFECTS]
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, rule: str, on_line: str, way_out: str
) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    is_read, findings = read(tmp_path, text)
    assert not is_read
    assert rule in [finding.code for finding in findings]
    finding = next(finding for finding in findings if finding.code == rule)
    assert on_line in text.splitlines()[finding.line - 1]
    assert way_out in finding.way_out
    assert finding.column > 0


def test_a_good_file_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == (True, ())


def test_two_scenarios_have_two_names(tmp_path: Path) -> None:
    twice = GOOD + GOOD.split("scenarios:\n")[1]
    is_read, (finding,) = read(tmp_path, twice)
    assert not is_read
    assert (finding.code, finding.line) == ("duplicate-name", 14)


def test_what_is_to_be_refused_may_be_wrong_in_every_way_but_one(tmp_path: Path) -> None:
    wrong = (
        "at: verify, decide: return, requirements: [lnad], desk: nowhere, reasons: [zone], refused: unknown_requirement"
    )
    text = GOOD.replace(
        "at: verify, decide: return, requirements: [land], defects: [{requirement: site}], reason: x", wrong
    )
    assert read(tmp_path, text) == (True, ())
    is_read, (finding,) = read(tmp_path, text.replace("decide: return", "decide: retrun"))
    assert not is_read
    assert finding.code == "unknown-decision"


def test_a_file_without_a_scenario_and_a_scenario_without_an_event_are_no_use(tmp_path: Path) -> None:
    head = GOOD.split("scenarios:", maxsplit=1)[0]
    assert [one.code for one in read(tmp_path, head + "scenarios: []\n")[1]] == ["no-scenario"]
    empty = head + "scenarios: [{name: x, when: [], then: {}}]\n"
    assert [one.code for one in read(tmp_path, empty)[1]] == ["no-registration"]


@pytest.mark.parametrize("cut", range(0, len(GOOD), 23))
def test_a_file_that_was_cut_off_is_never_half_played(tmp_path: Path, cut: int) -> None:
    is_read, findings = read(tmp_path, GOOD[:cut])
    assert not is_read
    assert findings


def test_a_file_that_is_not_there_or_no_text_is_told_as_such(tmp_path: Path) -> None:
    assert REKLAME is not None
    _, (finding,) = read_scenarios(tmp_path / "gone.yaml", {"izin-reklame": REKLAME})
    assert finding.code == "no-file"
    assert [one.code for one in read(tmp_path, b"\xff\xfe\x00")[1]] == ["not-yaml"]
