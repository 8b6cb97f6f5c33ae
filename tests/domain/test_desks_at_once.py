"""A step at which several desks work at once: opinions, joins, refusals, and what one desk returns."""

import json
from datetime import timedelta

import pytest

from routing.domain.errors import DecisionNotPossible, DeskNotOffered, StaleVersion
from routing.domain.people import MANAGER
from routing.domain.stays import reassign, reassignable
from routing.domain.visits import VisitNotNamed
from routing.domain.workflow import Outcome, Workflow
from tests.domain.people_of_the_mall import IDA, Walk, person
from tests.domain.small_routes import label

ADI = person("adi", "expert", "pupr")
BELA = person("bela", "expert", "dishub")
CANDRA = person("candra", "expert", "bapenda")
EXPERTS = (ADI, BELA, CANDRA)
HARI = person("hari", MANAGER, None)


def together(join: str | int = "all", stand_in: tuple[str, ...] = ()) -> Workflow:
    """Three agencies look at it at once; one of them only assesses the tax."""
    return Workflow.model_validate(
        {
            "service": "team",
            "label": label("Tim"),
            "unit": "dpmptsp",
            "intake": ["register"],
            "steps": {
                "register": {
                    "label": label("Pendaftaran"),
                    "desks": ["loket-pendaftaran"],
                    "roles": ["front-desk"],
                    "decisions": {"accept": {"label": label("Terima"), "to": "team"}},
                },
                "team": {
                    "label": label("Tim"),
                    "desks": ["pupr", "dishub", "bapenda"],
                    "join": join,
                    "stand_in": stand_in,
                    "roles": ["expert"],
                    "working_days_at": {"pupr": 5, "dishub": 4},
                    "decisions": {
                        "recommend": {"label": label("Ya"), "to": "granted", "opinion": True,
                                      "desks": ["pupr", "dishub"]},
                        "assess": {"label": label("Pajak"), "to": "granted", "opinion": True, "desks": ["bapenda"]},
                        "return": {"label": label("Kembali"), "to": "repair", "desks": ["pupr", "dishub"]},
                        "refuse": {"label": label("Tolak"), "to": "refused"},
                    },
                },
                "repair": {
                    "label": label("Perbaikan"),
                    "desks": ["loket-pendaftaran"],
                    "roles": ["front-desk"],
                    "waits_for": "applicant",
                    "decisions": {
                        "resubmit": {"label": label("Terima"), "to": "origin"},
                        "withdraw": {"label": label("Batal"), "to": "withdrawn"},
                    },
                },
            },
            "ends": {
                "granted": {"label": label("Terbit"), "outcome": "granted"},
                "refused": {"label": label("Ditolak"), "outcome": "refused"},
                "withdrawn": {"label": label("Batal"), "outcome": "withdrawn"},
            },
            "withdrawal": {"to": "withdrawn", "from_steps": ["team"]},
        }
    )  # fmt: skip


def where(walk: Walk) -> tuple[str, ...]:
    return walk.where


def before_the_team(join: str | int = "all") -> Walk:
    return Walk(together(join), papers=()).arrives()


def visit_at(walk: Walk, desk: str) -> int:
    (no,) = (visit.no for visit in walk.open_visits if visit.desk == desk)
    return no


def test_the_document_goes_to_every_desk_at_once_each_with_its_own_days() -> None:
    walk = Walk(together(), papers=())
    assert where(walk) == ("team", "pupr", "dishub", "bapenda")
    assert [visit.no for visit in walk.open_visits] == [2, 3, 4]
    sent = json.loads(walk.last.entries[1].body)["sent"]
    assert [one["desk"] for one in sent] == ["pupr", "dishub", "bapenda"]
    pupr, dishub, _ = walk.open_visits
    assert pupr.due_at - dishub.due_at == timedelta(days=7 - 4)  # five working days over a weekend, and four


def test_the_step_is_left_when_all_have_spoken_in_whatever_order() -> None:
    walk = before_the_team().decides(CANDRA, "assess")
    assert where(walk) == ("team", "pupr", "dishub")
    assert "to" not in json.loads(walk.last.entries[0].body)
    walk.decides(ADI, "recommend")
    assert where(walk) == ("team", "dishub")
    assert walk.decides(BELA, "recommend").where == ("granted",)
    assert walk.application.outcome is Outcome.GRANTED


def test_a_refusal_recalls_the_others_each_with_its_entry() -> None:
    walk = before_the_team().decides(ADI, "recommend").decides(BELA, "refuse")
    assert where(walk) == ("refused",)
    assert [entry.kind for entry in walk.last.entries] == ["decided", "recalled"]
    assert [entry.desk for entry in walk.last.entries] == ["dishub", "bapenda"]
    assert [visit.decision for visit in walk.visits.values()] == ["accept", "recommend", "refuse", None]


@pytest.mark.parametrize(("join", "opinions"), [("any", 1), (2, 2), ("all", 3)])
def test_so_many_opinions_are_waited_for_as_the_join_says(join: str | int, opinions: int) -> None:
    walk = before_the_team(join)
    for count, (by, said) in enumerate(((CANDRA, "assess"), (BELA, "recommend"), (ADI, "recommend")), start=1):
        walk.decides(by, said)
        assert (walk.application.outcome is Outcome.GRANTED) == (count == opinions)
        if count == opinions:
            recalled = [entry for entry in walk.last.entries if entry.kind == "recalled"]
            assert len(recalled) == 3 - opinions
            return


def test_what_one_desk_returns_is_repaired_for_it_while_the_others_go_on() -> None:
    walk = before_the_team().decides(ADI, "return")
    assert where(walk) == ("team", "dishub", "bapenda", "loket-pendaftaran")
    walk.decides(BELA, "recommend").decides(CANDRA, "assess")
    assert where(walk) == ("team", "loket-pendaftaran")
    walk.decides(IDA, "resubmit")
    assert where(walk) == ("team", "pupr")
    assert walk.decides(ADI, "recommend").where == ("granted",)


def test_two_desks_may_wait_for_the_applicant_and_each_gets_its_own_back() -> None:
    walk = before_the_team().decides(ADI, "return").decides(BELA, "return")
    first, second = (visit for visit in walk.open_visits if visit.step == "repair")
    assert (first.origin_desk, second.origin_desk) == ("pupr", "dishub")
    walk.arrives()
    with pytest.raises(VisitNotNamed, match="5, 6"):  # Which of the two?
        walk.decides(IDA, "resubmit")
    walk.decides(IDA, "resubmit", visit=second.no)
    assert where(walk) == ("team", "bapenda", "loket-pendaftaran", "dishub")


def test_an_applicant_who_gives_up_at_one_repair_ends_it_for_all() -> None:
    walk = before_the_team().decides(ADI, "return").decides(IDA, "withdraw")
    assert where(walk) == ("withdrawn",)
    assert [entry.kind for entry in walk.last.entries] == ["decided", "recalled", "recalled"]


def test_a_withdrawal_recalls_every_desk() -> None:
    walk = before_the_team().decides(ADI, "recommend").withdrawn()
    assert [entry.kind for entry in walk.last.entries] == ["withdrawn", "recalled", "recalled"]
    assert walk.open_visits == ()


def test_a_desk_says_only_what_is_said_there() -> None:
    walk = before_the_team()
    with pytest.raises(DecisionNotPossible, match="assess, refuse"):
        walk.decides(CANDRA, "recommend", visit=visit_at(walk, "bapenda"))


def test_what_another_desk_says_meanwhile_is_no_reason_to_look_again() -> None:
    walk = before_the_team()
    seen = walk.application.version
    walk.decides(ADI, "recommend").decides(BELA, "recommend", seen_version=seen)
    assert where(walk) == ("team", "bapenda")


def test_what_happened_at_ones_own_desk_is() -> None:
    walk = Walk(together(), papers=())
    seen = walk.application.version
    with pytest.raises(StaleVersion):  # It has arrived since.
        walk.decides(BELA, "recommend", seen_version=seen)
    with pytest.raises(StaleVersion):  # Nobody has seen what is to come.
        walk.decides(BELA, "recommend", seen_version=walk.application.version + 1)


def test_a_stand_in_passes_back_what_it_was_given_and_nothing_else() -> None:
    walk = Walk(together(stand_in=("bappeda", "setda")), papers=()).arrives()

    def passed_on(desk: str, to: str) -> None:
        visit = walk.visits[visit_at(walk, desk)]
        walk._record(reassign(walk.book, walk.application, visit, desk=to, person=HARI, at=walk.at))
        walk.arrives()

    def offered_at(desk: str) -> tuple[str, ...]:
        return reassignable(walk.book.workflow.steps["team"], walk.visits[visit_at(walk, desk)])

    assert offered_at("pupr") == ("bappeda", "setda")
    passed_on("pupr", "bappeda")
    with pytest.raises(DeskNotOffered):  # Dishub gives an opinion of its own.
        passed_on("bappeda", "dishub")
    passed_on("bappeda", "setda")
    assert offered_at("setda") == ("pupr", "bappeda")
    passed_on("setda", "pupr")
    assert offered_at("pupr") == ("bappeda", "setda")
    walk.decides(ADI, "recommend").decides(BELA, "recommend")
    assert walk.decides(CANDRA, "assess").where == ("granted",)
