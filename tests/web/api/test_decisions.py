"""What a program can say with a decision: findings, reasons, defects; and what was stopped, taken up again."""

from datetime import timedelta

from tests.web.api.programs import Program, problem
from tests.web.many_ways import new_permit, opens_many_ways
from tests.web.visitors import WebMall


def test_findings_are_read_as_the_form_is_and_every_fault_is_told_at_once(any_mall: WebMall) -> None:
    opens_many_ways(any_mall)
    omar, surya = Program(any_mall, "omar"), Program(any_mall, "surya")
    number = Program(any_mall, "ida").registers(**new_permit())
    assert omar.decides(number, "forward").json()["desks"] == ["survei-barat"]
    told = problem(
        surya.decides(number, "report", findings={"slope": "curam", "depth": 3}), 422, "findings_not_filled_in"
    )
    assert {one["where"] for one in told["errors"]} == {f"body.findings.{one}" for one in ("slope", "safe", "depth")}
    assert surya.decides(number, "report", findings={"slope": 7.5, "safe": True}).json()["desks"] == ["pupr"]
    assert surya.decides(number, "agree").json()["step"] == "sign"


def test_a_condition_that_does_not_hold_is_a_problem_with_its_rule(mall: WebMall) -> None:
    opens_many_ways(mall)
    number = Program(mall, "ida").registers(**new_permit(20))
    told = problem(Program(mall, "omar").decides(number, "refer"), 409, "condition_not_met")
    assert "form.area > 10000" in told["detail"]


def test_defects_and_reasons_are_taken_and_unknown_ones_refused(mall: WebMall) -> None:
    opens_many_ways(mall)
    ida, omar = Program(mall, "ida"), Program(mall, "omar")
    number = ida.registers(**new_permit(20))
    problem(omar.decides(number, "refuse", reasons=["ugly"]), 422, "reason_not_chosen")
    problem(omar.decides(number, "return", defects=[{"requirement": "photo"}]), 422, "unknown_requirement")
    defects = [{"requirement": "plan", "reason": "tanpa skala", "repair": "gambar ulang"}]
    assert omar.decides(number, "return", defects=defects).json()["step"] == "repair"
    assert ida.decides(number, "resubmit").json()["step"] == "verify"
    assert omar.decides(number, "refuse", reasons=["zone"]).json()["outcome"] == "refused"


def test_what_was_stopped_goes_on_once_however_often_it_is_asked_for(any_mall: WebMall) -> None:
    opens_many_ways(any_mall)
    ida, omar = Program(any_mall, "ida"), Program(any_mall, "omar")
    number = ida.registers(**new_permit(20))
    omar.decides(number, "return", defects=[{"requirement": "plan", "reason": "tanpa skala"}])
    problem(ida.decides(number, "stop"), 409, "not_overdue_yet")
    any_mall.clock.now += timedelta(days=10)
    stopped = ida.decides(number, "stop").json()
    assert (stopped["outcome"], stopped["desks"]) == ("stopped", [])
    problem(omar.post(f"/applications/{number}/resume", seen=stopped["version"]), 403, "not_allowed")
    first = ida.post(f"/applications/{number}/resume", seen=stopped["version"], key="once")
    again = ida.post(f"/applications/{number}/resume", seen=stopped["version"], key="once")
    assert first.json() == again.json()
    assert (first.json()["outcome"], first.json()["desks"]) == (None, ["loket-pendaftaran"])
    any_mall.carry()
    assert ida.decides(number, "resubmit").json()["step"] == "verify"
