"""Every rule about what the language can say: one thing is broken in the example of docs/workflow-language.md.

A ``»`` in what is put instead stands where the finding must point, line and column.
"""

import ast
import re
from pathlib import Path

import pytest

from routing.catalogue.findings import Finding
from routing.catalogue.office_files import OfficePlan, read_office
from routing.catalogue.workflow_files import check_files, default_folder, read_workflow

ROOT = Path(__file__).resolve().parents[2]
OFFICE_FOLDER = default_folder() / "office"
EXAMPLE = (ROOT / "docs/workflow-language.md").read_text(encoding="utf-8").split("```yaml\n")[-1].split("```")[0]

_REPORT = "      report:\n        label: {id: Laporkan, en: Report}\n        to: team\n"
_DEFAULT = "      - {desk: koordinator-tim, only_if: channel == 'village'}\n      - {desk: jadwal-survei}\n"
_CHOICES = "    choices:\n      field: {id: Lapangan, en: Field}\n      road: {id: Badan jalan, en: Road}\n"
_FIELD = "{label: {id: Kemiringan, en: Slope}, kind: number, unit: "
_PLAN = "plan: {label: {id: Denah, en: Plan}, formats: [pdf, jpeg]}"
_RESUME = "resume: {days: 180, to: verify, then: refused}"
_STOPPED = "{label: {id: Dihentikan, en: Stopped}, outcome: stopped, " + _RESUME + "}"
_ELSEWHERE = "outcome: referred, refers_to: izin-reklame}"
_PAID = "      paid: {label: {id: Lunas, en: Paid}, to: police}\n"
_CHARGE = "      charge: {label: {id: Tetapkan retribusi, en: Assess the levy}, to: pay, only_if: "
_OBJECT = "      object: {label: {id: Keberatan, en: Object}, to: assess, opinion: true, reason: required}\n"

#: The rule, what stands there, what is put instead.
DEFECTS = [
    # What is named
    ("dangling-target", "otherwise: team", "otherwise: »teem"),
    ("dangling-target", "resume: {days: 180, to: verify,", "resume: {days: 180, to: »granted,"),
    ("dangling-target", "due: sign", "due: »signature"),
    ("dangling-target", "not_by: [verify, assess]", "not_by: [verify, »asess]"),
    ("dangling-target", "decision: stop}", "decision: »stopp}"),
    # Conditions
    ("program-asked-to-write", _PAID, _PAID.replace("paid:", "»paid:").replace("police}", "police, reason: required}")),
    ("broken-condition", "form.area > 4000", "»form.area >"),
    ("broken-condition", "form.area > 4000", '»"papers.all(a, papers.all(b, papers.all(c, a == b)))"'),
    ("unknown-fact", "form.area > 4000", "»form.aera > 4000"),
    ("unknown-fact", "form.area > 4000", "»from.area > 4000"),
    ("unknown-fact", "form.area > 4000", "»findings.area > 4000"),
    ("unknown-fact", "counts.returns < 3", "»counts.retruns < 3"),
    ("unknown-fact", "opinions['team']['object'] < 2", "opinions['team']['objekt'] < 2"),
    ("unknown-fact", "opinions['team']['object'] < 2", "opinions['survey']['object'] < 2"),
    ("unknown-fact", "opinions['team']['object'] < 2", "opinions['team']['refuse'] < 2"),
    ("personal-fact", "form.area > 4000", "»form.organiser == 'PT Ria'"),
    ("personal-fact", "{label: {id: Luas, en: Area}, kind: number, unit: m2, least: 1, most: 5000}",
     "{label: {id: Luas, en: Area}, kind: number, unit: m2, least: 1, most: 5000, sealed: true}"),
    ("unknown-choice", "form.place == 'road'", "»form.place == 'raod'"),
    ("unknown-choice", "channel == 'village'", "»channel == 'market'"),
    ("unknown-choice", '"applicant.kind == \'business\'"}\n  place', "»applicant.kind == 'company'}\n  place"),
    ("unknown-choice", "form.area > 4000", "»\"'plam' in papers\""),
    ("condition-fails", "form.area > 4000", "»form.area > '4000'"),
    ("condition-fails", "form.area > 4000", "»form.place"),
    ("condition-fails", "form.area > 4000", "»area(form.area) > 4000"),
    ("condition-fails", "form.area > 4000", "»form.area + 1.0 > 4000"),
    ("condition-never-holds", "form.area > 4000", "»form.area > 5000"),
    ("condition-never-holds", "form.area > 4000", "»form.area > 4000 && form.area < 4000"),
    ("fact-not-yet-known", "form.area > 4000", "»findings.slope > 40"),
    ("fact-not-yet-known", "only_if: form.rides, due: sign", "only_if: »findings.slope > 40"),
    ("fact-not-yet-known", "only_if: form.rides, due: sign",
     "only_if: »\"opinions['team']['object'] > 0\", due: survey"),
    ("no-decision-possible", "to: team\n        collects", "to: team\n        only_if: form.rides\n        collects"),
    # Amounts
    ("no-amount", '"double(form.area) * 2500.0"', "»form.area * 2500"),
    ("no-amount", '"double(form.area) * 2500.0"', "»form.turnover / 100"),
    ("no-amount", '"double(form.area) * 2500.0"', "»form.place"),
    ("fee-without-basis", "  - label: {id: Jaminan", "  - »label: {id: Jaminan"),
    ("fee-without-basis", "basis: Peraturan daerah tentang ketertiban umum\n\n", 'basis: »" "\n\n'),
    ("fee-without-amount", "  - label: {id: Jaminan", "  - »label: {id: Jaminan"),
    ("fee-with-two-amounts", '    computed: "double', '    amount: 1\n    computed: »"double'),
    # What is asked
    ("key-of-another-kind", "kind: date}", "kind: date, unit: »m2}"),
    ("key-of-another-kind", "kind: date}", "kind: date, »choices: {a: {id: A, en: A}}}"),
    ("choice-without-choices", "kind: choice\n" + _CHOICES, "kind: »choice\n"),
    ("kbli-without-edition", 'kind: kbli, edition: "2020"', "kind: »kbli"),
    ("bounds-crossed", "least: 1, most: 5000}", "least: 1, most: »0.5}"),
    ("personal-finding", "kind: reference}", "kind: »phone}"),
    ("personal-finding", "kind: reference}", "kind: reference, sealed: »true}"),
    ("never-asked", "required: false, until: 2027-12-31", "since: 2028-01-01, until: »2027-12-31"),
    ("formats-without-document", "kind: fact}", "kind: fact, »formats: [pdf]}"),
    ("due-at-intake", "due: sign", "due: »register"),
    ("no-channel", "channels: [counter, village, online]", "channels: »[]"),
    ("no-such-day", 'closes: "10-31"', 'closes: »"09-31"'),
    ("unknown-field", "per: village", "per: »vilage"),
    ("personal-fact", "per: village", "per: »organiser"),
    ("personal-fact", "Village}, kind: region}", "Village}, kind: region, sealed: true}"),
    ("two-limits", "working_days: 12\n", "working_days: 12\nminutes: »30\n"),
    # Steps that are left out, desks that are chosen
    ("condition-without-otherwise", "    only_if: form.rides || form.area > 500\n    otherwise: team\n",
     "    only_if: »form.rides || form.area > 500\n"),
    ("otherwise-without-condition", "    only_if: form.rides || form.area > 500\n    otherwise: team\n",
     "    otherwise: »team\n"),
    ("no-desk-asked", "    only_if_at:\n", "    »only_if_at:\n      satpol-pp: form.rides\n"),
    ("optional-intake", "    working_days: 0\n",
     "    working_days: 0\n    only_if: »form.rides\n    otherwise: verify\n"),
    ("desk-not-of-step", "      dishub: form.place", "      dishup: »form.place"),
    ("desks-without-join", "    join: 2\n    only_if_at:\n", "    »only_if_at:\n"),
    ("nothing-to-choose", "desks: [jadwal-survei, koordinator-tim]\n    desk_by",
     "desks: [jadwal-survei]\n    »desk_by"),
    ("desk-not-of-step", "{desk: jadwal-survei}", "{desk: »jadwal}"),
    ("choice-never-reached", _DEFAULT, "      - {desk: jadwal-survei}\n      - {desk: »koordinator-tim}\n"),
    ("choice-never-reached", _DEFAULT, _DEFAULT.replace("      - {desk: jad", "      - {desk: »jadwal-survei, only_if: "
                                       "channel == 'village'}\n      - {desk: jad")),
    ("no-desk-by-default", "    desk_by:\n" + _DEFAULT,
     "    »desk_by:\n" + _DEFAULT.replace("survei}", "survei, only_if: form.rides}")),
    ("desk-never-chosen", "desks: [jadwal-survei, koordinator-tim]", "desks: [jadwal-survei, koordinator-tim, »pupr]"),
    ("skip-loop", "    roles: [licensing-analyst]\n    working_days: 1\n",
     "    roles: [licensing-analyst]\n    working_days: 1\n    only_if: form.rides\n    otherwise: »assess\n"),
    # Who decides
    ("four-eyes-itself", "desks: [satpol-pp]}", "desks: [satpol-pp], not_by: [»team]}"),
    ("four-eyes-itself", "not_by: [verify, assess]", "not_by: [verify, »sign]"),
    ("four-eyes-never-before", "to: verify}\n\n  verify", "to: verify, not_by: [»sign]}\n\n  verify"),
    ("registration-says-more", "en: Accept}, to: verify}", "en: Accept}, to: verify, reason: »required}"),
    ("role-not-of-step", "roles: [head-of-office]}", "roles: [»verifier]}"),
    ("same-decision", _PAID, _PAID + "      »settled: {label: {id: Sudah, en: Settled}, to: police}\n"),
    ("same-label", "{id: Teruskan, en: Forward}", "{id: Kembalikan, en: Forward}"),
    ("same-label", "{id: Hentikan, en: Stop}", "{id: Hentikan, en: »Take in}"),
    # Desks at once
    ("join-too-large", "join: 2", "join: »4"),
    ("no-opinion-at-desk", "true}\n" + _OBJECT,
     "true, desks: [pupr, dishub]}\n" + _OBJECT.replace("reason", "desks: [pupr, dishub], reason")),
    # Waiting and ending
    ("pause-without-waiting", "waits_for: outside\n    pause: ", "pause: »"),
    ("pause-without-waiting", "waits_for: outside\n    pause: outside-agency",
     "waits_for: outside\n    pause: »repair"),
    ("deadline-without-applicant", "    waits_for: outside\n",
     "    »deadline: {working_days: 5, decision: received}\n"),
    ("closed-without-outcome", "outcome: refused}", "outcome: »closed}"),
    ("outcome-other-than-code", "outcome: refused}", "outcome: »withdrawn}"),
    ("stopped-without-resume", _STOPPED,
     _STOPPED.replace(f", {_RESUME}", "").replace(": stopped", ": »stopped")),
    ("resume-not-stopped", _STOPPED, _STOPPED.replace("outcome: stopped, ", "outcome: refused, »")),
    ("referred-without-service", _ELSEWHERE, "outcome: »referred}"),
    ("service-not-referred", _ELSEWHERE, "outcome: refused, refers_to: »izin-reklame}"),
    ("referred-to-itself", _ELSEWHERE, "outcome: referred, refers_to: »pasar-malam}"),
    ("withdrawal-not-withdrawn", "withdrawal:\n  to: withdrawn", "withdrawal:\n  to: »refused"),
    ("withdrawn-by-the-office", "to: refused, reason: required, desks",
     "to: »withdrawn, reason: required, desks"),
    ("withdrawal-at-intake", "from_steps: [verify,", "from_steps: [»register, verify,"),
    # The promise
    ("promise-too-short", "working_days: 12\n", "working_days: »8\n"),
    # How time is counted
    ("missing-key", "  basis: Peraturan daerah tentang ketertiban umum, pasal 4\n", ""),
    ("limit-without-basis", "  basis: Peraturan daerah tentang ketertiban umum, pasal 4\n", '  basis: »"   "\n'),
    ("promise-beyond-limit", "working_days: 12\n", "working_days: »21\n"),
    ("promise-beyond-limit", "legal_limit:\n  working_days: 20\n",
     "legal_limit:\n  working_days: 15\n  counts: calendar-days\n"),
    ("wrong-value", "clock:\n", "»clock:\n  extended_by: 3\n"),
    ("wrong-value", "pauses: pause\n", "pauses: extend-once\n"),
    ("wrong-value", "most_paused: 40\n", "most_paused: »-1\n"),
    ("clock-without-effect", "pauses: pause\n  most_paused: 40\n",
     "pauses: extend-once\n  extended_by: 3\n  most_paused: »40\n"),
    ("received-before-opening", 'received_until: "14:00"', 'received_until: »"07:00"'),
    ("clock-of-a-log", "pauses: pause\n", "pauses: pause\n  due_fact: »deadline\n"),
    ("limit-without-bound", "  most_suspended: 10\n", ""),
    ("clock-without-effect", "  most_suspended: 10\n", "  pauses: false\n  most_suspended: »10\n"),
    # The answer, and the complete file
    ("mark-passed-by", "agree: {label: {id: Setuju, en: Agree}, to: assess, opinion: true",
     "agree: {label: {id: Setuju, en: Agree}, to: assess, opinion: true, answers: »true"),
    ("mark-passed-by", "en: Take in}, to: origin", "en: Take in}, to: origin, completes: »true"),
    ("deadline-too-long", "deadline: {working_days: 5,", "deadline: {working_days: »41,"),
    ("deadline-too-long", "legal_limit:\n  working_days: 20\n", "legal_limit:\n  pauses: false\n  working_days: 5\n"),
    # Both languages, and the standard
    ("missing-translation", "{id: Laporkan, en: Report}", '{id: Laporkan, en: »" "}'),
    ("missing-translation", "en: A levy by the area}", "en: »Retribusi menurut luas lahan}"),
    ("standard-incomplete", "  cost: {id: Retribusi menurut luas lahan, en: A levy by the area}\n", ""),
    ("standard-incomplete", "en: A levy by the area}", 'en: »""}'),
]  # fmt: skip


@pytest.fixture(scope="module")
def office() -> OfficePlan:
    plan, findings = read_office(OFFICE_FOLDER)
    assert findings == ()
    assert plan is not None
    return plan


def findings_of(text: str, folder: Path, office: OfficePlan) -> tuple[Finding, ...]:
    path = folder / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    return read_workflow(path, office)[1]


def test_the_example_is_good(tmp_path: Path, office: OfficePlan) -> None:
    assert findings_of(EXAMPLE, tmp_path, office) == ()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect[0]}: {defect[2].strip()[:60]}")
def test_a_defect_is_found_at_its_place(defect: tuple[str, str, str], tmp_path: Path, office: OfficePlan) -> None:
    code, old, new = defect
    assert old in EXAMPLE
    marked = EXAMPLE.replace(old, new, 1)
    if code == "fee-without-basis" and "Jaminan" in new:
        marked = re.sub(r"(Jaminan.*\n.*\n)    basis: .*\n", r"\1", marked)
    if code == "fee-without-amount":
        marked = marked.replace("    amount: 250000\n", "")
    found = findings_of(marked.replace("»", ""), tmp_path, office)
    here = [one for one in found if one.code == code]
    assert here, [str(one) for one in found]
    assert all(one.problem.endswith(".") and one.way_out.endswith((".", "?")) for one in here), here
    if "»" in marked:
        before = marked.partition("»")[0]
        place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        assert place in {(one.line, one.column) for one in here}, ([str(one) for one in here], place)


def rules_in_the_code() -> set[str]:
    """The codes that are said: the second word of every ``say``, and of what makes a finding itself."""
    codes: set[str] = set()
    for path in (ROOT / "routing/catalogue").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            by_keyword = [one.value for one in node.keywords if one.arg == "code"]
            said = node.args[1:2] if getattr(node.func, "id", "") == "say" else by_keyword
            codes |= {str(one.value) for one in said if isinstance(one, ast.Constant)}
    # Those that are put together, chosen of two, or handed on.
    composed = {"unknown-unit", "unknown-desk", "unknown-role", "intake-not-at-counter", "applicant-not-at-counter"}
    return codes | composed | {"not-yaml", "reserved-code"}


def test_every_rule_is_in_the_readme_and_has_a_test() -> None:
    table = (default_folder() / "README.md").read_text(encoding="utf-8").partition("| rule |")[2]
    listed = {
        code for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for code in re.findall(r"`(.*?)`", row)
    }
    assert listed == rules_in_the_code()
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    tests += (ROOT / "tests/cli/test_publishing.py").read_text(encoding="utf-8")
    assert [code for code in sorted(listed) if f'"{code}"' not in tests] == []


def test_a_referral_leads_to_a_service_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "fair.yaml"
    path.write_text(EXAMPLE, encoding="utf-8")
    (finding,) = check_files([path], OFFICE_FOLDER)
    assert (finding.code, finding.line) == (
        "unknown-service",
        EXAMPLE[: EXAMPLE.index("elsewhere: {label")].count("\n") + 1,
    )
    (tmp_path / "reklame.yaml").write_text("service: izin-reklame\n", encoding="utf-8")
    assert check_files([path], OFFICE_FOLDER) == ()


def test_an_office_says_for_all_services_only_what_is_the_same_for_all(tmp_path: Path) -> None:
    for file in OFFICE_FOLDER.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "standard.yaml").open("a", encoding="utf-8") as standard:
        standard.write("cost: {id: Gratis, en: Free}\n")
    plan, (finding,) = read_office(tmp_path)
    assert plan is None
    lines = (tmp_path / "standard.yaml").read_text(encoding="utf-8").splitlines()
    assert (finding.code, finding.line, finding.column) == ("not-office-wide", len(lines), 1)


def test_what_the_office_says_for_all_services_is_in_each_that_leaves_it_out(
    tmp_path: Path, office: OfficePlan
) -> None:
    path = tmp_path / "fair.yaml"
    own = EXAMPLE.replace("  cost:", "  safety: {id: Dijaga polisi, en: Guarded by the police}\n  cost:", 1)
    path.write_text(own, encoding="utf-8")
    workflow, findings = read_workflow(path, office)
    assert findings == ()
    assert workflow is not None
    assert workflow.standard is not None
    assert workflow.standard.supervision == office.standard.supervision
    assert workflow.standard.safety.en == "Guarded by the police"


def test_a_route_of_two_ways_takes_the_longer_one_and_returns_add_nothing(tmp_path: Path, office: OfficePlan) -> None:
    """Survey, team, assessment and signature take 9 days together; what comes before the file is complete, and sending
    back to the assessment, take no further day.
    """
    for days, expected in ((9, []), (8, ["promise-too-short"])):
        text = EXAMPLE.replace("working_days: 12", f"working_days: {days}", 1)
        assert [one.code for one in findings_of(text, tmp_path, office)] == expected


def test_whoever_counts_otherwise_than_is_the_custom_says_by_what_right(tmp_path: Path, office: OfficePlan) -> None:
    anew = EXAMPLE.replace("pauses: pause", "pauses: restart", 1)
    assert findings_of(anew, tmp_path, office) == ()
    nothing_said = re.sub(r"^(sources|choices): .*\n", "", anew, flags=re.MULTILINE)
    (finding,) = findings_of(nothing_said, tmp_path, office)
    assert (finding.code, nothing_said.splitlines()[finding.line - 1]) == ("custom-without-source", "  pauses: restart")


def test_where_a_counter_hands_over_the_route_says_which_decision_is_the_answer(
    tmp_path: Path, office: OfficePlan
) -> None:
    text = (default_folder() / "sip-dokter.yaml").read_text(encoding="utf-8").replace("        answers: true\n", "")
    (finding,) = findings_of(text, tmp_path, office)
    assert finding.code == "answer-not-said"
    assert text.splitlines()[finding.line - 1].strip() in {"hand-over:", "label: {id: Serahkan, en: Hand over}"}
    waiting = text.replace("\nworking_days: 9\n", "\nminutes: 90\n")
    assert "answer-not-said" not in {one.code for one in findings_of(waiting, tmp_path, office)}


def test_a_service_of_minutes_or_of_nothing_says_nothing_of_days(tmp_path: Path, office: OfficePlan) -> None:
    text = (default_folder() / "nib.yaml").read_text(encoding="utf-8")
    slow = text.replace("minutes: 60\n", 'minutes: 60\nclock: {received_until: "14:00", day_one: same}\n', 1)
    assert [one.code for one in findings_of(slow, tmp_path, office)] == ["clock-without-effect"] * 2
    nothing = text.replace("minutes: 60\n", "clock: {day_one: same}\n", 1)
    assert [one.code for one in findings_of(nothing, tmp_path, office)] == ["clock-without-effect"]


def test_a_promise_is_held_to_the_limit_in_the_days_the_law_counts(tmp_path: Path, office: OfficePlan) -> None:
    """Twelve working days take two weeks and two days at least."""
    for days, codes in ((15, ["promise-beyond-limit"]), (16, [])):
        text = EXAMPLE.replace("  working_days: 20\n", f"  working_days: {days}\n  counts: calendar-days\n", 1)
        found = [one.code for one in findings_of(text, tmp_path, office)]
        assert found == codes, days


def test_a_service_of_minutes_has_no_desk_of_days(tmp_path: Path, office: OfficePlan) -> None:
    text = (default_folder() / "nib.yaml").read_text(encoding="utf-8")
    assert [one.code for one in findings_of(text.replace("minutes: 60", "minutes: 59"), tmp_path, office)] == [
        "promise-too-short"
    ]
    slow = text.replace("    minutes: 10\n", "    working_days: 1\n")
    (finding,) = findings_of(slow, tmp_path, office)
    assert (finding.code, slow.splitlines()[finding.line - 1]) == ("promise-too-short", "    working_days: 1")


def test_conditions_may_divide_all_cases_among_them(tmp_path: Path, office: OfficePlan) -> None:
    skip = "      skip:\n        label: {id: Lewati, en: Skip}\n        to: team\n        only_if: '!form.rides'\n"
    both = EXAMPLE.replace("      report:\n", f"{skip}      report:\n").replace(
        "to: team\n        collects", "to: team\n        only_if: form.rides\n        collects"
    )
    assert findings_of(both, tmp_path, office) == ()


def test_what_was_surely_found_out_may_decide_every_case(tmp_path: Path, office: OfficePlan) -> None:
    """Where the survey can be left out, its finding can be missing, and then neither condition holds."""
    conditions = EXAMPLE.replace("\"opinions['team']['object'] < 2\"", "findings.slope < 30")
    conditions = conditions.replace("required}\n\n  pay:", "required, only_if: findings.slope >= 30}\n\n  pay:")
    assert [one.code for one in findings_of(conditions, tmp_path, office)] == ["no-decision-possible"]
    always = conditions.replace("    only_if: form.rides || form.area > 500\n    otherwise: team\n", "")
    assert findings_of(always, tmp_path, office) == ()
