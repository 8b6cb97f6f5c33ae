"""Where a document goes when facts decide: optional steps, asked desks, rules for desks, four eyes, time over."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from routing.domain.conditions import ConditionNotMet, FourEyes, NotOverdueYet
from routing.domain.defects import Defect
from routing.domain.errors import DeskNotOffered, NotAllowed, ReasonMissing, UnknownRequirement
from routing.domain.facts import with_papers
from routing.domain.fields import Fact
from routing.domain.people import Assignment
from routing.domain.preconditions import ReasonNotChosen, RequirementDue
from routing.domain.resumption import NotStopped, TooLateToResume
from routing.domain.workflow import Outcome
from tests.domain.people_of_the_mall import IDA, LAST_YEAR, OMAR, RATNA, Walk, person
from tests.domain.permit_of_many_ways import STEPS, many_ways

WEST = person("west", "surveyor", "survei-barat")
EAST = person("east", "surveyor", "survei-timur")
ADI = person("adi", "expert", "pupr")
BELA = person("bela", "expert", "dishub")
CANDRA = person("candra", "expert", "dlh")
PAPERS = ("form", "plan", "insurance", "deed")


def walk(area: Fact = 20, papers: tuple[str, ...] = PAPERS, channel: str = "counter") -> Walk:
    """An application for so many square metres, registered."""
    facts = {"form.area": area} if area is not None else {}
    return Walk(many_ways(), facts=facts, papers=papers, channel=channel)


def said_last(walked: Walk) -> dict[str, object]:
    said: dict[str, object] = json.loads(walked.last.entries[0].body)
    return said


def test_a_small_building_goes_straight_to_the_signature() -> None:
    assert walk(20).decides(OMAR, "forward").where == ("sign", "kepala-dinas")


def test_a_step_whose_condition_cannot_be_told_is_passed_by() -> None:
    assert walk(None).decides(OMAR, "forward").where == ("sign", "kepala-dinas")


@pytest.mark.parametrize(("channel", "desk"), [("counter", "survei-barat"), ("village", "survei-timur")])
def test_the_rule_of_a_step_chooses_its_desk(channel: str, desk: str) -> None:
    assert walk(300, channel=channel).decides(OMAR, "forward").where == ("survey", desk)


def test_nobody_sends_a_document_past_the_rule_that_chooses_the_desk() -> None:
    with pytest.raises(DeskNotOffered, match="survei-barat"):
        walk(300).decides(OMAR, "forward", next_desk="survei-timur")


@pytest.mark.parametrize(
    ("area", "desks"), [(60, ("pupr",)), (300, ("pupr", "dishub")), (900, ("pupr", "dishub", "dlh"))]
)
def test_only_the_agencies_concerned_are_asked(area: int, desks: tuple[str, ...]) -> None:
    walked = walk(area).decides(OMAR, "forward")
    if area >= 100:
        walked.decides(WEST, "report", findings={"slope": 3, "safe": True})
    assert walked.where == ("team", *desks)


def test_a_join_is_met_when_all_who_were_asked_have_spoken() -> None:
    walked = walk(300).decides(OMAR, "forward").decides(WEST, "report", findings={"slope": 3, "safe": True})
    walked.decides(BELA, "agree")
    assert walked.where == ("team", "pupr")
    assert walked.decides(ADI, "agree").where == ("sign", "kepala-dinas")


def test_an_objection_counts_as_an_opinion_and_forbids_the_signature() -> None:
    walked = walk(60).decides(OMAR, "forward").decides(ADI, "object")
    with pytest.raises(ConditionNotMet, match="it is false"):
        walked.decides(RATNA, "sign")
    assert walked.decides(RATNA, "refuse", reason="keberatan PUPR").application.outcome is Outcome.REFUSED


def test_what_a_survey_found_is_kept_told_and_decided_by() -> None:
    walked = walk(110).decides(OMAR, "forward").decides(WEST, "report", findings={"slope": "7,5", "safe": "no"})
    assert said_last(walked)["findings"] == {"slope": 7.5, "safe": False}
    assert walked.application.facts["findings.slope"] == 7.5
    walked.decides(ADI, "agree")
    with pytest.raises(ConditionNotMet):
        walked.decides(RATNA, "sign")


def test_a_decision_whose_condition_does_not_hold_names_it() -> None:
    with pytest.raises(ConditionNotMet, match=r"form\.area > 10000"):
        walk(20).decides(OMAR, "refer")


def test_what_cannot_be_told_does_not_hold_and_says_what_is_missing() -> None:
    with pytest.raises(ConditionNotMet, match="area is not known"):
        walk(None).decides(OMAR, "refer")


def test_an_application_of_another_service_ends_as_referred() -> None:
    assert walk(20_000).decides(OMAR, "refer").application.outcome is Outcome.REFERRED


def test_whoever_verified_does_not_sign() -> None:
    both = replace(OMAR, assignments=(*OMAR.assignments, _head()))
    walked = walk(20).decides(both, "forward")
    with pytest.raises(FourEyes, match=r'omar has decided on .* at "Verifikasi"'):
        walked.decides(both, "sign")
    assert walked.decides(RATNA, "sign").application.outcome is Outcome.GRANTED


def test_whoever_verified_may_still_refuse_where_the_route_says_nothing_of_it() -> None:
    both = replace(OMAR, assignments=(*OMAR.assignments, _head()))
    walked = walk(20).decides(both, "forward").decides(both, "refuse", reason="tidak layak")
    assert walked.application.outcome is Outcome.REFUSED


def test_a_refusal_names_a_reason_of_its_list() -> None:
    with pytest.raises(ReasonNotChosen, match="zone, unsafe"):
        walk().decides(OMAR, "refuse", reason="di luar zona")
    with pytest.raises(ReasonNotChosen):
        walk().decides(OMAR, "refuse", reasons=("ugly",))
    walked = walk().decides(OMAR, "refuse", reasons=("zone",))
    assert said_last(walked)["reasons"] == ["zone"]
    assert walked.last.note is None


def test_a_return_lists_every_defect_at_once() -> None:
    wrong = (
        Defect(requirement="plan", reason="tanpa skala", repair="gambar ulang 1:100"),
        Defect(requirement="form", reason="tanpa tanda tangan"),
    )
    walked = walk().decides(OMAR, "return", defects=wrong)
    assert said_last(walked)["requirements"] == ["plan", "form"]
    assert walked.last.note is not None
    assert walked.last.note.text == "Denah: tanpa skala → gambar ulang 1:100\nFormulir: tanpa tanda tangan"
    assert walked.decides(IDA, "resubmit").where == ("verify", "verifikasi")


def test_a_return_without_a_word_is_refused() -> None:
    with pytest.raises(ReasonMissing):
        walk().decides(OMAR, "return", defects=(Defect(requirement="plan"),))
    with pytest.raises(UnknownRequirement):
        walk().decides(OMAR, "return", defects=(Defect(requirement="photo", reason="?"),))


def test_a_second_return_for_what_was_there_at_the_first_is_marked() -> None:
    walked = walk().decides(OMAR, "return", requirements=("plan",), reason="tanpa skala").decides(IDA, "resubmit")
    assert "repeated" not in said_last(walked)
    walked.decides(OMAR, "return", requirements=("plan", "form"), reason="masih")
    assert said_last(walked)["repeated"] == ["form"]


def test_a_second_return_for_a_paper_that_came_anew_is_no_repetition() -> None:
    walked = walk().decides(OMAR, "return", requirements=("plan",), reason="tanpa skala").decides(IDA, "resubmit")
    walked.application = replace(walked.application, facts=with_papers(walked.application.facts, ["form"]))
    walked.decides(OMAR, "return", requirements=("form",), reason="halaman hilang")
    assert "repeated" not in said_last(walked)


def test_what_is_due_later_is_asked_for_before_that_step_and_not_at_the_counter() -> None:
    walked = walk(20, papers=("form", "plan"))
    with pytest.raises(RequirementDue, match="Polis"):
        walked.decides(OMAR, "forward")
    walked.brought("insurance", by=OMAR)
    assert walked.decides(OMAR, "forward").where == ("sign", "kepala-dinas")


def test_a_business_owes_its_deed_too() -> None:
    facts: dict[str, Fact] = {"form.area": 20, "applicant.kind": "business"}
    walked = Walk(many_ways(), facts=facts, papers=("form", "plan", "insurance"))
    with pytest.raises(RequirementDue, match="Akta"):
        walked.decides(OMAR, "forward")


def test_an_applicant_is_not_given_up_before_their_time_is_over() -> None:
    walked = walk().decides(OMAR, "return", requirements=("plan",), reason="tanpa skala").arrives()
    with pytest.raises(NotOverdueYet):
        walked.decides(IDA, "stop")
    walked.at += timedelta(days=8)
    assert walked.decides(IDA, "stop").application.outcome is Outcome.STOPPED


def test_what_was_stopped_is_taken_up_where_it_was_and_goes_back_to_the_desk_that_asked() -> None:
    walked = _stopped()
    walked.at += timedelta(days=100)
    walked.resumed()
    assert walked.where == ("repair", "loket-pendaftaran")
    assert walked.application.outcome is None
    assert walked.decides(IDA, "resubmit").where == ("verify", "verifikasi")


def test_desks_that_were_recalled_by_a_stop_are_all_asked_anew() -> None:
    steps: dict[str, Any] = deepcopy(STEPS)
    steps["team"]["decisions"]["return"] = {**steps["verify"]["decisions"]["return"]}
    walked = Walk(many_ways(steps=steps), facts={"form.area": 900}, papers=PAPERS)
    walked.decides(OMAR, "forward").decides(WEST, "report", findings={"slope": 3, "safe": True}).decides(BELA, "agree")
    walked.decides(ADI, "return", requirements=("plan",), reason="tanpa skala").arrives()
    walked.at += timedelta(days=8)
    repair = next(visit.no for visit in walked.open_visits if visit.step == "repair")
    assert walked.decides(IDA, "stop", visit=repair).application.outcome is Outcome.STOPPED
    walked.resumed().decides(IDA, "resubmit")
    assert walked.where == ("team", "pupr", "dishub", "dlh")
    for expert in (ADI, BELA):
        walked.decides(expert, "agree")
    assert walked.decides(CANDRA, "agree").where == ("sign", "kepala-dinas")


def test_what_was_stopped_too_long_ago_stays_stopped() -> None:
    walked = _stopped()
    walked.at += timedelta(days=181)
    with pytest.raises(TooLateToResume):
        walked.resumed()


def test_only_what_was_stopped_is_taken_up_again() -> None:
    with pytest.raises(NotStopped):
        walk().resumed()
    with pytest.raises(NotAllowed):
        _stopped().resumed(OMAR)


def test_what_is_stopped_while_two_repair_goes_back_to_the_desk_that_asked() -> None:
    steps: dict[str, Any] = deepcopy(STEPS)
    steps["team"]["decisions"]["return"] = {**steps["verify"]["decisions"]["return"]}
    walked = Walk(many_ways(steps=steps), facts={"form.area": 900}, papers=PAPERS)
    walked.decides(OMAR, "forward").decides(WEST, "report", findings={"slope": 3, "safe": True})
    walked.decides(ADI, "return", requirements=("plan",), reason="tanpa skala")
    walked.decides(BELA, "return", requirements=("form",), reason="tanpa tanda tangan").arrives()
    first, second = (visit.no for visit in walked.open_visits if visit.step == "repair")
    walked.decides(IDA, "resubmit", visit=second).arrives()
    walked.at += timedelta(days=8)
    walked.decides(IDA, "stop", visit=first).resumed()
    (repair,) = walked.open_visits
    assert (repair.origin_step, repair.origin_desk) == ("team", "pupr")
    walked.decides(IDA, "resubmit")
    assert walked.where == ("team", "pupr", "dishub", "dlh")


def test_a_return_that_is_passed_by_to_an_end_ends_it_even_inside_a_join() -> None:
    steps: dict[str, Any] = deepcopy(STEPS)
    steps["team"]["decisions"]["return"] = {**steps["verify"]["decisions"]["return"]}
    steps["repair"] |= {"only_if": "counts.returns < 1", "otherwise": "refused"}
    walked = Walk(many_ways(steps=steps), facts={"form.area": 60}, papers=PAPERS)
    walked.decides(OMAR, "forward").decides(ADI, "return", requirements=("plan",), reason="tanpa skala")
    walked.decides(IDA, "resubmit").decides(ADI, "return", requirements=("plan",), reason="masih tanpa skala")
    assert walked.application.outcome is Outcome.REFUSED


def test_nothing_is_taken_up_again_of_an_applicant_who_was_erased() -> None:
    walked = _stopped()
    walked.application = replace(walked.application, erased_at=walked.at)
    with pytest.raises(NotStopped):
        walked.resumed()


def test_a_paper_that_came_later_was_not_there_at_the_first_return() -> None:
    walked = walk(papers=("form", "plan")).decides(OMAR, "return", requirements=("plan",), reason="tanpa skala")
    walked.decides(IDA, "resubmit")
    walked.brought("insurance", "deed", by=OMAR)
    walked.decides(OMAR, "return", requirements=("insurance",), reason="kedaluwarsa")
    assert "repeated" not in said_last(walked)


def test_returns_are_counted() -> None:
    steps: dict[str, Any] = deepcopy(STEPS)
    steps["verify"]["decisions"]["return"]["only_if"] = "counts.returns < 1"
    route = many_ways(steps=steps)
    walked = Walk(route, facts={"form.area": 20}, papers=PAPERS)
    walked.decides(OMAR, "return", requirements=("plan",), reason="tanpa skala").decides(IDA, "resubmit")
    with pytest.raises(ConditionNotMet, match=r"counts\.returns < 1"):
        walked.decides(OMAR, "return", requirements=("form",), reason="lagi")


def _stopped() -> Walk:
    walked = walk().decides(OMAR, "return", requirements=("plan",), reason="tanpa skala").arrives()
    walked.at += timedelta(days=8)
    return walked.decides(IDA, "stop")


def _head() -> Assignment:
    return Assignment(role="head-of-office", desk="kepala-dinas", since=LAST_YEAR)
