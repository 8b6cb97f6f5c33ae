"""A new version is held against every open application and every past decision, and nothing is changed by that."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from routing.actions.migrate import Migration, migrate
from routing.actions.publish import publish
from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.workshop.scenarios import run
from routing.workshop.stage import Stage
from routing.workshop.try_out import TryOut, try_out
from tests.clock import Clock
from tests.domain.permit_of_many_ways import many_ways
from tests.row_counts import row_counts
from tests.workshop.rehearsing import office_for, sheet
from tests.workshop.test_scenarios import EVERY_WAY

OFFICE, _ = read_office(default_folder() / "office")
SIP, _ = read_workflow(default_folder() / "sip-dokter.yaml", OFFICE)
REKLAME, _ = read_workflow(default_folder() / "izin-reklame.yaml", OFFICE)
Change = Callable[[dict[str, Any]], object]


def changed(workflow: Workflow | None, *changes: Change) -> Workflow:
    assert workflow is not None
    route = workflow.model_dump()
    for change in changes:
        change(route)
    return Workflow.model_validate(route)


def without_check(route: dict[str, Any]) -> None:
    """The signed decree goes straight to the hand-over."""
    del route["steps"]["check"]
    route["steps"]["sign"]["decisions"]["sign"]["to"] = "hand-over"


def decision(step: str, code: str, **said: object) -> Change:
    return lambda route: route["steps"][step]["decisions"][code].update(said)


WALKED = """
  - name: granted
    when:
      - {register: accept}
      - {at: verify, decide: forward}
      - {at: recommend, decide: recommend}
      - {at: number, decide: forward}
      - {at: sign, decide: sign}
      - {at: check, decide: forward}
      - {at: hand-over, decide: hand-over}
    then: {end: granted}
  - name: before the check
    when:
      - {register: accept}
      - {at: verify, decide: forward}
      - {at: recommend, decide: recommend}
      - {at: number, decide: forward}
      - {at: sign, decide: sign}
    then: {step: check}
  - name: with the applicant
    when:
      - {register: accept}
      - {at: verify, decide: return, requirements: [photo], reason: blurred}
    then: {step: repair}
  - name: withdrawn
    when:
      - {register: accept}
      - {at: verify, decide: return, requirements: [photo], reason: blurred}
      - {withdraw: works elsewhere}
    then: {end: withdrawn}
"""


def walked(office: Office, clock: Clock, folder: Path, workflow: Workflow | None, story: str) -> Office:
    """The story has happened in the office."""
    assert workflow is not None
    report = run(Stage(office, clock, office_for(workflow)), workflow, sheet(folder, workflow, story))
    assert [str(failure) for failure in report.failures] == []
    return office


def kinds(report: TryOut) -> dict[str, int]:
    return dict(report.differing)


def test_the_same_version_changes_nothing(office: Office, clock: Clock, tmp_path: Path) -> None:
    report = try_out(walked(office, clock, tmp_path, SIP, WALKED), changed(SIP))
    assert (report.applications, report.open_applications) == (4, 2)
    # Four registrations, each with its decision, and 6 + 4 + 1 + 1 decisions and a withdrawal behind them.
    assert report.moves == 4 + 4 + 13
    assert (report.changed, report.without_place, kinds(report)) == (0, 0, {})


def test_a_step_that_is_gone_leaves_open_applications_without_a_place(
    office: Office, clock: Clock, tmp_path: Path
) -> None:
    report = try_out(walked(office, clock, tmp_path, SIP, WALKED), changed(SIP, without_check))
    (case,) = report.cases
    assert (case.step, case.no_place) == ("check", ("there is no step check",))
    assert (report.changed, report.without_place) == (1, 1)
    assert kinds(report) == {"elsewhere": 2, "step-gone": 1}
    led = {one.decision: (one.was, one.would_be) for one in report.differences}
    assert led["sign"] == ("check (pengecekan-sk)", "hand-over (loket-penyerahan)")
    assert led["forward"] == ("hand-over (loket-penyerahan)", "there is no step check")


def test_what_would_be_otherwise_for_an_open_application_is_told(
    sqlite_office: Office, clock: Clock, tmp_path: Path
) -> None:
    story = "  - name: registered\n    when:\n      - {register: accept}\n    then: {step: verify}\n"
    report = try_out(
        walked(sqlite_office, clock, tmp_path, SIP, story),
        changed(
            SIP,
            lambda route: route.update(working_days=7),
            lambda route: route["steps"]["verify"].update(working_days=2),
            lambda route: route["steps"]["verify"]["decisions"].pop("return"),
            decision("verify", "forward", to="number"),
            lambda route: route["steps"]["verify"]["decisions"].update(
                refuse={"label": {"id": "Tolak", "en": "Refuse"}, "to": "refusal-letter"}
            ),
            lambda route: route["requirements"].update(map={"label": {"id": "Denah", "en": "Map"}}),
        ),
    )
    (case,) = report.cases
    assert case.no_place == ()
    assert (case.gone, case.added) == (("verify/return",), ("verify/refuse",))
    assert case.elsewhere == ("verify/forward: number (penomoran) instead of recommend (dinas-kesehatan)",)
    assert (case.owed, case.promise) == (("map",), "7 working days instead of 9 working days")
    assert case.due == ("verifikasi: 2026-11-04 23:59+07:00 instead of 2026-11-03 23:59+07:00",)
    assert kinds(report) == {"requirement_missing": 1}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (decision("sign", "sign", not_by=("number",)), {}),
        (decision("check", "forward", not_by=("check",)), {}),
        (decision("verify", "forward", only_if="form.beds > 10"), {"condition_not_met": 2}),
        (decision("verify", "forward", roles=("front-desk",)), {"not_allowed": 2}),
        (decision("verify", "return", reasons={"blurred": {"id": "Buram", "en": "Blurred"}}), {"reason_not_chosen": 2}),
        (
            decision("verify", "forward", collects={"beds": {"label": {"id": "TT", "en": "Beds"}, "kind": "number"}}),
            {"findings_not_filled_in": 2},
        ),
        (
            lambda route: route["steps"]["recommend"].update(desks=("dinas-kesehatan", "penomoran")),
            {"desk_not_named": 2},
        ),
        (lambda route: route["steps"]["number"].update(desks=("pengecekan-sk",)), {"other-desks": 2}),
    ],
)
def test_a_past_decision_that_would_not_be_possible_says_why(
    sqlite_office: Office, clock: Clock, tmp_path: Path, change: Change, kind: dict[str, int]
) -> None:
    office = walked(sqlite_office, clock, tmp_path, SIP, WALKED)
    assert kinds(try_out(office, changed(SIP, change))) == kind


def test_who_has_verified_would_not_have_recommended(office: Office, clock: Clock, tmp_path: Path) -> None:
    """The new version asks for four eyes, and one person has decided at both steps."""
    story = """
  - name: by two eyes
    when:
      - {register: accept}
      - {at: verify, decide: forward, by: ayu}
      - {at: recommend, decide: recommend, by: ayu}
    then: {step: number}
"""
    walked(office, clock, tmp_path, SIP, story)
    report = try_out(office, changed(SIP, decision("recommend", "recommend", not_by=("verify",))))
    (one,) = report.differences
    assert (one.kind, one.step, one.was) == ("four_eyes", "recommend", "number (penomoran)")
    assert "ayu" in one.would_be


def test_several_desks_at_once_have_no_place_at_a_step_without_a_join(
    office: Office, clock: Clock, tmp_path: Path
) -> None:
    story = """
  - name: with the team
    given: {form: {kind: billboard, height: 7.5}}
    when:
      - {register: accept}
      - {at: verify, decide: forward}
      - {at: schedule, decide: invite}
      - {at: team, desk: pupr, decide: return, requirements: [structure], reason: the calculation is missing}
      - {at: team, desk: bapenda, decide: assess}
    then: {step: team}
"""
    walked(office, clock, tmp_path, REKLAME, story)
    assert kinds(try_out(office, changed(REKLAME))) == {}

    def alone(route: dict[str, Any]) -> None:
        route["steps"]["team"].update(join=None, desks=("pupr",))

    report = try_out(office, changed(REKLAME, alone))
    (case,) = report.cases
    assert case.no_place == (
        "it is at several desks at once, and team has no join",
        "team is not done at dishub",
        "team is not done at satpol-pp",
    )
    # The invitation went to four desks; the tax was assessed where it would not be.
    assert kinds(report) == {"other-desks": 1, "elsewhere": 2} | {}


def test_a_join_of_fewer_would_have_led_on_earlier(office: Office, clock: Clock, tmp_path: Path) -> None:
    route = many_ways(channels=["counter", "village"])
    walked(office, clock, tmp_path, route, EVERY_WAY)
    assert kinds(try_out(office, route)) == {}, (
        "conditions, opinions, deadlines and resumptions are judged as they were"
    )
    before = row_counts(office.database)
    report = try_out(office, changed(route, lambda said: said["steps"]["team"].update(join="any")))
    assert kinds(report) == {"requirement_due": 2}
    assert row_counts(office.database) == before


def test_what_went_over_to_another_version_is_judged_by_the_words_of_its_time(
    sqlite_office: Office, clock: Clock, tmp_path: Path
) -> None:
    def renamed(route: dict[str, Any]) -> None:
        route["steps"] = {{"check": "control"}.get(code, code): step for code, step in route["steps"].items()}
        route["steps"]["sign"]["decisions"]["sign"]["to"] = "control"

    office = walked(sqlite_office, clock, tmp_path, SIP, WALKED)
    new = changed(SIP, renamed)
    publish(office, new, by="tests")
    order = Migration(service="sip-dokter", to=new.content_hash, mapping={"check": "control"}, by="tests")
    assert len([one for one in migrate(office, order) if one.refusal is None]) == 2
    # Nothing changes for what is open; the two signatures of before led to the step's old code, and one went on there.
    report = try_out(office, new)
    assert (report.changed, kinds(report)) == (0, {"elsewhere": 2, "step-gone": 1})
    report = try_out(office, changed(SIP))
    assert (report.without_place, kinds(report)) == (1, {})
