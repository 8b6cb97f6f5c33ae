"""An open application goes over to a new version: where it lies afterwards, what counts on, and who is left alone."""

import json
from datetime import timedelta

import pytest

from routing.domain.crossing import NoPlace
from routing.domain.errors import ApplicationEnded, StaleVersion
from routing.domain.marks import Mark
from routing.domain.stays import claim, reassign
from routing.domain.workflow import Workflow
from tests.domain.people_of_the_mall import (
    DEDI,
    IDA,
    JOKO,
    LINA,
    OMAR,
    TINI,
    Walk,
    person,
)
from tests.domain.two_versions import Crossed, permit

BOSS = person("boss", "technical-officer", "verifikasi")
PUTU = person("putu", "technical-officer", "satpol-pp")


def at_the_team(workflow: Workflow | None = None) -> Crossed:
    walk = Crossed(workflow or permit(), papers=())
    walk.decides(OMAR, "forward").arrives()
    return walk


def test_an_application_keeps_its_desk_where_the_step_still_has_it() -> None:
    walk = Crossed(permit(), papers=())
    walk.arrives()
    before = walk.open_visits
    walk.goes_over(permit(verify="examine", examine={"working_days": 5}), verify="examine")
    assert walk.lies_at == ["examine", "verifikasi"]
    (visit,) = walk.open_visits
    assert (visit.no, visit.arrived_at) == (before[0].no, before[0].arrived_at)
    assert visit.due_at == before[0].due_at + timedelta(days=7 - 2)
    assert walk.application.workflow == permit(verify="examine", examine={"working_days": 5}).content_hash
    # It goes on by the new version.
    walk.decides(OMAR, "forward")
    assert walk.lies_at == ["team", "pupr", "dishub", "bapenda"]


def test_one_entry_names_both_versions_the_mapping_and_the_letter() -> None:
    walk = Crossed(permit(), papers=())
    old = walk.application.workflow
    walk.arrives().goes_over(permit(verify="examine"), reason="Perda baru", verify="examine")
    (entry,) = walk.last.entries
    facts = json.loads(entry.body)
    assert entry.kind == "migrated"
    assert (facts["workflow_before"], facts["workflow"]) == (old, walk.application.workflow)
    assert (facts["step"], facts["to"], facts["mapping"]) == ("verify", "examine", {"verify": "examine"})
    assert (facts["instrument"], entry.actor) == ("800/12/2026", "admin")
    assert walk.last.note is not None
    assert walk.last.note.text == "Perda baru"
    assert "Perda" not in entry.body.decode()
    assert walk.last.after.version == walk.last.before.version + 1  # type: ignore[union-attr]


@pytest.mark.parametrize(("days", "is_marked"), [(30, True), (None, True), (10, False), (5, False)])
def test_a_version_that_gives_more_time_is_marked_and_tells_what_was_due(days: int | None, is_marked: bool) -> None:
    walk = Crossed(permit().model_copy(update={"working_days": 10}), papers=())
    walk.arrives()
    was = walk.application.promise_due
    assert was is not None
    walk.goes_over(permit(verify="examine").model_copy(update={"working_days": days}), verify="examine")
    told = json.loads(walk.last.entries[0].body)
    assert walk.marks == ([Mark.MOVED_LIMIT] if is_marked else [])
    assert told.get("due_before") == ({"promise": was.isoformat()} if is_marked else None)


def test_a_claim_holds_on() -> None:
    walk = Crossed(permit(), papers=())
    walk.arrives()
    taken = claim(walk.book, walk.application, walk.open_visits[0], person=OMAR, at=walk.at, lease=timedelta(hours=2))
    assert taken is not None
    walk._record(taken)
    walk.goes_over(permit(verify="examine"), verify="examine")
    (visit,) = walk.open_visits
    assert (visit.holder, visit.lease_until) == ("omar", walk.open_visits[0].lease_until)
    assert visit.lease_until is not None


def test_it_is_sent_to_the_steps_desk_where_its_own_is_none_any_more() -> None:
    walk = Crossed(permit(), papers=())
    walk.arrives().goes_over(permit(desk="dinas-kesehatan"))
    assert walk.lies_at == ["verify", "dinas-kesehatan"]
    (visit,) = walk.open_visits
    assert not visit.has_arrived
    assert [entry.kind for entry in walk.last.entries] == ["migrated", "recalled"]
    assert walk.last.sends


def test_who_looked_at_it_before_has_to_look_again() -> None:
    walk = Crossed(permit(), papers=())
    walk.arrives()
    seen = walk.application.version
    walk.goes_over(permit(verify="examine"), verify="examine")
    with pytest.raises(StaleVersion):
        walk.decides(OMAR, "forward", seen_version=seen)


def test_a_desk_that_is_new_in_the_team_is_asked_and_what_was_said_still_counts() -> None:
    walk = at_the_team()
    walk.decides(DEDI, "recommend")
    walk.goes_over(permit(team=("pupr", "dishub", "bapenda", "satpol-pp")))
    assert walk.lies_at == ["team", "dishub", "bapenda", "satpol-pp"]
    assert walk.spoken == {"opinions.team.recommend": 1}
    for by in (TINI, JOKO):
        walk.decides(by, "recommend")
    assert walk.lies_at == ["team", "satpol-pp"]
    walk.decides(PUTU, "object")
    assert walk.lies_at == ["report", "koordinator-tim"]


def test_a_desk_that_has_left_the_team_is_recalled_and_the_others_go_on() -> None:
    walk = at_the_team()
    walk.goes_over(permit(team=("pupr", "dishub")))
    assert walk.lies_at == ["team", "pupr", "dishub"]
    assert [(entry.kind, entry.desk) for entry in walk.last.entries] == [("migrated", None), ("recalled", "bapenda")]
    walk.decides(DEDI, "recommend").decides(TINI, "recommend")
    assert walk.lies_at == ["report", "koordinator-tim"]


def test_what_a_desk_said_that_has_left_the_team_does_not_count_for_another() -> None:
    walk = at_the_team()
    walk.decides(JOKO, "object")
    walk.goes_over(permit(team=("pupr", "dishub")))
    assert (walk.lies_at, walk.spoken) == (["team", "pupr", "dishub"], {})
    walk.decides(DEDI, "recommend")
    # Not two of two yet.
    assert walk.lies_at == ["team", "dishub"]


def test_where_all_have_spoken_by_the_new_rule_the_document_goes_on() -> None:
    walk = at_the_team()
    walk.decides(DEDI, "recommend").decides(TINI, "recommend")
    walk.goes_over(permit(team=("pupr", "dishub")))
    assert walk.lies_at == ["report", "koordinator-tim"]
    assert walk.spoken == {"opinions.team.recommend": 2}
    assert json.loads(walk.last.entries[0].body)["to"] == "report"
    any_one = at_the_team()
    any_one.decides(DEDI, "recommend").goes_over(permit(join="any"))
    assert any_one.lies_at == ["report", "koordinator-tim"]
    assert [entry.desk for entry in any_one.last.entries if entry.kind == "recalled"] == ["dishub", "bapenda"]


def test_an_opinion_nobody_can_hold_any_more_is_asked_for_again() -> None:
    walk = at_the_team()
    walk.decides(DEDI, "object")
    new = permit()
    said = new.model_dump(mode="json", exclude_defaults=True)
    del said["steps"]["team"]["decisions"]["object"]
    walk.goes_over(Workflow.model_validate(said))
    assert (walk.lies_at, walk.spoken) == (["team", "dishub", "bapenda", "pupr"], {})


def test_a_repair_goes_back_to_the_desk_that_asked_under_its_new_step() -> None:
    walk = Crossed(permit(), papers=())
    walk.decides(OMAR, "return").arrives()
    walk.goes_over(permit(verify="examine"), verify="examine")
    assert walk.lies_at == ["repair", "loket-pendaftaran"]
    walk.decides(IDA, "resubmit")
    assert walk.lies_at == ["examine", "verifikasi"]


def test_a_repair_for_one_desk_of_a_team_goes_on_while_the_team_changes() -> None:
    walk = at_the_team()
    walk.decides(DEDI, "return").decides(TINI, "recommend").arrives()
    walk.goes_over(permit(team=("pupr", "dishub", "satpol-pp")))
    assert sorted(walk.lies_at[1:]) == ["loket-pendaftaran", "satpol-pp"]
    walk.decides(PUTU, "recommend").decides(IDA, "resubmit").decides(DEDI, "recommend")
    assert walk.lies_at == ["report", "koordinator-tim"]


def test_a_repair_for_a_desk_that_has_left_the_team_is_not_waited_for() -> None:
    walk = at_the_team()
    walk.decides(JOKO, "return").arrives()
    walk.goes_over(permit(team=("pupr", "dishub")))
    assert walk.lies_at == ["team", "pupr", "dishub"]


def test_a_repair_taken_in_at_another_counter_is_sent_there_and_goes_back_to_the_same_desk() -> None:
    walk = at_the_team()
    walk.decides(DEDI, "return").arrives()
    was = next(visit for visit in walk.open_visits if visit.step == "repair")
    walk.goes_over(permit(repair={"desks": ["loket-penyerahan"]}))
    assert sorted(walk.lies_at[1:]) == ["bapenda", "dishub", "loket-penyerahan"]
    (now,) = (visit for visit in walk.open_visits if visit.step == "repair")
    assert (now.origin_step, now.origin_desk) == ("team", "pupr")
    assert json.loads(walk.last.entries[0].body)["sent"] == [
        {"visit": now.no, "step": "repair", "desk": "loket-penyerahan", "instead_of": was.no}
    ]


def test_a_stand_in_keeps_the_say_of_the_desk_it_stands_in_for() -> None:
    walk = at_the_team()
    visit = next(one for one in walk.open_visits if one.desk == "bapenda")
    walk._record(reassign(walk.book, walk.application, visit, desk="verifikasi", person=JOKO, at=walk.at))
    walk.arrives()
    both = ("pupr", "dishub", "bapenda", "satpol-pp")
    kept = Crossed.__new__(Crossed)
    kept.__dict__ |= {**walk.__dict__, "visits": dict(walk.visits), "entries": list(walk.entries)}
    kept.goes_over(permit(team=both))
    assert kept.lies_at == ["team", "pupr", "dishub", "verifikasi", "satpol-pp"]
    walk.decides(BOSS, "recommend").goes_over(permit(team=both))
    assert walk.lies_at == ["team", "pupr", "dishub", "satpol-pp"]
    assert walk.spoken == {"opinions.team.recommend": 1}


def test_four_eyes_know_who_decided_at_a_step_that_has_another_code_now() -> None:
    walk = at_the_team()
    walk.goes_over(permit(verify="examine"), verify="examine")
    assert [visit.step for visit in walk.visits.values() if visit.desk == "verifikasi"] == ["examine"]


def test_a_team_that_becomes_one_desk_goes_on_at_a_desk_that_is_still_there() -> None:
    walk = at_the_team()
    walk.goes_over(permit(team=("dishub",), join=None))
    assert walk.lies_at == ["team", "dishub"]
    assert sorted(entry.desk or "" for entry in walk.last.entries) == ["", "bapenda", "pupr"]
    walk.decides(TINI, "recommend")
    assert walk.lies_at == ["report", "koordinator-tim"]


def test_a_team_that_becomes_one_desk_while_all_of_it_is_repaired_waits_for_the_applicant() -> None:
    walk = at_the_team(permit(team=("pupr", "dishub")))
    walk.decides(DEDI, "return").decides(TINI, "return").arrives()
    walk.goes_over(permit(team=("pupr",), join=None, repair={"desks": ["loket-penyerahan"]}))
    assert walk.lies_at == ["repair", "loket-penyerahan"]
    assert walk.open_visits[0].origin_desk == "pupr"


def test_a_repair_for_a_desk_that_is_a_team_now_keeps_its_version() -> None:
    walk = at_the_team(permit(team=("pupr",), join=None))
    walk.decides(DEDI, "return")
    stays_with_its_version(walk.arrives(), permit(), "asks several desks at once now")


def test_one_desk_that_becomes_a_team_asks_the_others_too() -> None:
    walk = at_the_team(permit(team=("dishub",), join=None))
    walk.goes_over(permit())
    assert walk.lies_at == ["team", "dishub", "pupr", "bapenda"]
    for by in (TINI, DEDI, JOKO):
        walk.decides(by, "recommend")
    assert walk.lies_at == ["report", "koordinator-tim"]


def test_an_application_whose_step_is_no_more_keeps_its_version() -> None:
    stays_with_its_version(Crossed(permit(), papers=()).arrives(), permit(verify="examine"), "no step verify")


def test_an_application_nobody_could_say_where_to_send_keeps_its_version() -> None:
    new = {"desks": ["pengecekan-sk", "penomoran"]}
    stays_with_its_version(Crossed(permit(), papers=()).arrives(), permit(verify_step=new), "one of several desks")
    stays_with_its_version(at_the_team(permit(team=("dlh", "satpol-pp"))), permit(join=None), "one of several desks")


def test_a_repair_that_could_not_go_back_keeps_its_version() -> None:
    walk = Crossed(permit(), papers=())
    walk.decides(OMAR, "return")
    stays_with_its_version(walk.arrives(), permit(verify="examine"), "could go back to")


def test_an_application_on_which_nothing_could_be_decided_keeps_its_version() -> None:
    only_there = {"accept": {"label": {"id": "x", "en": "x"}, "to": "team", "desks": ["penomoran"]}}
    new = permit(verify_step={"desks": ["verifikasi", "penomoran"], "decisions": only_there})
    stays_with_its_version(Crossed(permit(), papers=()).arrives(), new, "nothing could be decided")


def stays_with_its_version(walk: Walk, new: Workflow, problem: str) -> None:
    before = walk.application
    assert isinstance(walk, Crossed)
    with pytest.raises(NoPlace, match=problem):
        walk.goes_over(new)
    assert walk.application == before


def test_an_application_that_has_ended_stays_as_it_is() -> None:
    walk = at_the_team(permit(team=("pupr",)))
    walk.decides(DEDI, "recommend").decides(LINA, "agree")
    with pytest.raises(ApplicationEnded):
        walk.goes_over(permit())
