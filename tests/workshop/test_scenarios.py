"""Scenarios are played on the real engine; what goes otherwise is told with its line, and what was never tried."""

from pathlib import Path

import pytest

from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.workshop.scenarios import ServiceReport, run
from routing.workshop.stage import Stage
from tests.clock import Clock
from tests.domain.permit_of_many_ways import many_ways
from tests.workshop.rehearsing import office_for, sheet

OFFICE, _ = read_office(default_folder() / "office")
SIP, _ = read_workflow(default_folder() / "sip-dokter.yaml", OFFICE)

EVERY_WAY = """
  - name: a small shop is surveyed by nobody and asked about by nobody
    given: {form: {area: 20}}
    when:
      - {register: accept}
      - {at: verify, decide: refer, refused: condition_not_met}
      - {at: verify, decide: forward, refused: requirement_due}
      - {papers: [insurance]}
      - {at: verify, decide: forward, by: head-of-office, refused: not_allowed}
      - {at: verify, decide: forward}
      - {at: sign, decide: sign}
    then: {end: granted, skipped: [survey, team]}

  - name: a business brings its deed, and who verified does not sign
    given: {form: {area: 60}, applicant: {kind: business}, papers: [form, plan]}
    when:
      - {register: accept}
      - {at: verify, decide: forward, by: ayu}
      - {at: team, decide: agree, papers: [insurance], refused: requirement_due}
      - {at: team, decide: agree, papers: [deed]}
      - {at: sign, decide: sign, by: ayu, refused: four_eyes}
      - {at: sign, decide: sign, by: made}
    then: {end: granted, skipped: [survey]}

  - name: a hall in a village is surveyed from the east, and unsafe
    given: {channel: village, form: {area: "1.250,5"}}
    when:
      - {register: accept}
      - {at: verify, decide: forward}
      - {at: survey, desk: survei-barat, decide: report, findings: {slope: 1, safe: true}, refused: not_at_this_desk}
      - {at: survey, decide: report, findings: {slope: steep, safe: true}, refused: findings_not_filled_in}
      - {at: survey, decide: report, findings: {slope: 12, safe: "no"}}
      - {at: team, desk: pupr, decide: agree}
      - {at: team, desk: dishub, decide: object}
      - {at: team, desk: dlh, decide: agree, papers: [insurance]}
      - {at: sign, decide: sign, refused: condition_not_met}
      - {at: sign, decide: refuse, reason: unsafe}
    then: {end: refused, fees: 0}

  - name: stopped when the applicant lets the time pass, and taken up again
    given: {form: {area: 10}}
    when:
      - {register: accept}
      - {at: verify, decide: return, reason: x, refused: requirements_not_named}
      - {at: verify, decide: return, defects: [{requirement: plan, reason: too small, repair: draw it at 1 to 100}]}
      - {wait: 4 working days}
      - {at: repair, decide: stop, refused: not_overdue_yet}
      - {wait: 2 working days}
      - {at: repair, decide: stop}
      - {wait: 100 days}
      - {resume: repair, by: another-clerk}
      - {at: repair, decide: resubmit, papers: [plan]}
      - {at: verify, decide: refuse, reasons: [zone]}
    then: {end: refused, desks: []}

  - name: a warehouse belongs elsewhere, and is not taken up again
    given: {form: {area: 20000}}
    when:
      - {register: accept}
      - {at: verify, decide: refuse, refused: reason_not_chosen}
      - {at: verify, decide: refer}
      - {resume: repair, refused: not_stopped}
    then: {end: elsewhere}
"""


def played(office: Office, clock: Clock, workflow: Workflow, folder: Path, scenarios: str) -> ServiceReport:
    stage = Stage(office, clock, office_for(workflow))
    return run(stage, workflow, sheet(folder, workflow, scenarios))


def sip() -> Workflow:
    assert SIP is not None
    return SIP


def test_every_way_of_the_language_can_be_told(office: Office, clock: Clock, tmp_path: Path) -> None:
    route = many_ways(channels=["counter", "village"])
    report = played(office, clock, route, tmp_path, EVERY_WAY)
    assert [str(failure) for failure in report.failures] == []
    assert (report.passed, report.coverage, report.missing) == (5, 100, ())


STRAIGHT = "  - name: on its way\n    when:\n      - {register: accept}\n"
#: What the scenario says after the registration, and then; what is told of it, and the line.
OTHERWISE = [
    (
        "      - {at: recommend, decide: recommend}\n    then: {step: number}\n",
        ('"on its way" expected that the document is at recommend.', "it is at verify (verifikasi)"),
        7,
    ),
    (
        "      - {at: verify, decide: forward, by: head-of-office}\n    then: {step: recommend}\n",
        ("expected that it is possible", "not_allowed: head-of-office may not decide at verifikasi"),
        7,
    ),
    (
        "      - {at: verify, decide: forward, refused: four_eyes}\n    then: {step: recommend}\n",
        ("expected the refusal four_eyes", "nothing against it; it is at recommend (dinas-kesehatan)"),
        7,
    ),
    (
        "      - {at: verify, decide: return, refused: four_eyes}\n    then: {step: verify}\n",
        (
            "expected the refusal four_eyes",
            "requirements_not_named: ",
            "Possible: at verify (verifikasi): forward, return.",
        ),
        7,
    ),
    ("    then:\n      end: granted\n", ("that it has ended at granted", "it is at verify"), 8),
    ("    then:\n      step: verify\n      desks: [penomoran]\n", ("lies at penomoran", "it lies at verifikasi"), 9),
    ("    then:\n      step: verify\n      fees: 5000\n", ("5000 rupiah are charged", "charged: 0"), 9),
    ("    then:\n      step: verify\n      skipped:\n        - verify\n", ("never at verify", "has been there"), 9),
]


@pytest.mark.parametrize(("story", "told", "line"), OTHERWISE, ids=[str(told[0][:40]) for _, told, _ in OTHERWISE])
def test_what_goes_otherwise_is_told_with_its_line(
    sqlite_office: Office, clock: Clock, tmp_path: Path, story: str, told: tuple[str, ...], line: int
) -> None:
    report = played(sqlite_office, clock, sip(), tmp_path, STRAIGHT + story)
    (failure,) = report.failures
    assert [part for part in told if part not in str(failure)] == []
    assert str(failure).startswith(f"{tmp_path / 'sip-dokter.yaml'}:{line}: ")
    assert not report.is_good


def test_one_scenario_that_fails_disturbs_no_other(sqlite_office: Office, clock: Clock, tmp_path: Path) -> None:
    wrong = STRAIGHT + "      - {at: verify, decide: return}\n    then: {step: verify}\n"
    right = STRAIGHT.replace("on its way", "the next") + "    then: {step: verify, desks: [verifikasi]}\n"
    report = played(sqlite_office, clock, sip(), tmp_path, wrong + right)
    assert (report.scenarios, report.passed) == (2, 1)


def test_what_no_scenario_went_through_is_named(sqlite_office: Office, clock: Clock, tmp_path: Path) -> None:
    report = played(sqlite_office, clock, sip(), tmp_path, STRAIGHT + "    then: {step: verify}\n")
    assert report.failures == ()
    # The counter's step and decision, and the verifier's step without its decisions.
    assert len(report.missing) == 28 - 3
    assert {"decision verify/forward", "step recommend", "end withdrawn"} <= set(report.missing)
    assert "step verify" not in report.missing
    assert report.coverage == 100 * 3 // 28


def test_a_route_that_does_otherwise_is_caught(sqlite_office: Office, clock: Clock, tmp_path: Path) -> None:
    """The signed decree goes straight to the counter: no rule of the checker is broken by that."""
    changed = sip().model_dump()
    changed["steps"]["sign"]["decisions"]["sign"]["to"] = "hand-over"
    route = Workflow.model_validate(changed)
    text = (default_folder() / "tests" / "sip-dokter.yaml").read_text(encoding="utf-8")
    scenarios = text.split("scenarios:\n")[1]
    report = played(sqlite_office, clock, route, tmp_path, scenarios)
    assert [failure.scenario for failure in report.failures] == ["granted on the straight way"]
    assert "it is at hand-over" in report.failures[0].said


def test_a_route_without_a_step_that_is_told_of_is_caught(sqlite_office: Office, clock: Clock, tmp_path: Path) -> None:
    read = sheet(tmp_path, sip(), STRAIGHT + "      - {at: verify, decide: forward}\n    then: {step: recommend}\n")
    changed = sip().model_dump()
    changed["steps"]["verify"]["decisions"]["pass"] = changed["steps"]["verify"]["decisions"].pop("forward")
    stage = Stage(sqlite_office, clock, office_for(sip()))
    (failure,) = run(stage, Workflow.model_validate(changed), read).failures
    assert (failure.line, failure.said) == (7, '"forward" is no decision at "verify".')


def test_the_clock_of_each_scenario_begins_anew(sqlite_office: Office, clock: Clock, tmp_path: Path) -> None:
    wait = STRAIGHT + "      - {wait: 9000 days}\n    then: {step: verify}\n"
    played(sqlite_office, clock, sip(), tmp_path, wait + STRAIGHT.replace("on", "in") + "    then: {step: verify}\n")
    # Two applications were registered, each in a millisecond of its own.
    assert clock.now.isoformat() == "2026-11-02T08:00:00.002000+07:00"


def test_a_quota_begins_unused_in_every_scenario(office: Office, clock: Clock, tmp_path: Path) -> None:
    route = many_ways(quota={"most": 2, "every": "month"})
    twice = """
      - {register: accept}
      - {register: accept}
      - {register: accept, refused: quota_used_up}
      - {wait: 40 days}
      - {register: accept}
    then: {step: verify}
"""
    scenarios = "".join(f"  - name: no {no}\n    given: {{form: {{area: 20}}}}\n    when:{twice}" for no in (1, 2))
    report = played(office, clock, route, tmp_path, scenarios)
    assert [str(failure) for failure in report.failures] == []


def test_the_time_of_a_window_is_waited_for(sqlite_office: Office, clock: Clock, tmp_path: Path) -> None:
    route = many_ways(windows=[{"opens": "12-01", "closes": "12-24"}])
    story = """
  - name: in December
    given: {form: {area: 20}}
    when:
      - {register: accept, refused: outside_window}
      - {wait: 30 days}
      - {register: accept}
    then: {step: verify}
  - name: never
    given: {form: {area: 20}}
    when:
      - {wait: 60 days}
      - {register: accept, refused: outside_window}
    then: {}
"""
    assert played(sqlite_office, clock, route, tmp_path, story).failures == ()


def test_more_waiting_than_the_calendar_has_is_told(sqlite_office: Office, clock: Clock, tmp_path: Path) -> None:
    wait = STRAIGHT + "      - {wait: 9999 working days}\n" * 300 + "    then: {step: verify}\n"
    (failure,) = played(sqlite_office, clock, sip(), tmp_path, wait).failures
    assert "a day the calendar knows" in failure.expected
