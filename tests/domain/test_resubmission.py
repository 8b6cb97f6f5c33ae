"""Which visit a claim, or a repaired file, is about: the only one, the one named, or a question."""

from dataclasses import replace

import pytest

from routing.domain.errors import ApplicationEnded, NotAtThisDesk
from routing.domain.resubmission import NothingToResubmit, waiting_for_applicant
from routing.domain.visits import VisitNotNamed, visit_named
from tests.domain.people_of_the_mall import Walk, person
from tests.domain.small_routes import disposisi

MADE = person("made", "assessor", "mep")
GEDE = person("gede", "senior", "mep")


def begun() -> Walk:
    return Walk(disposisi(), papers=(), next_desk="mep").arrives()


def returned() -> Walk:
    return begun().decides(MADE, "return", reason="Denah kurang")


def test_the_visit_that_waits_for_the_applicant_is_found_with_the_decision_that_takes_it_in() -> None:
    walk = returned()
    visit, decision = waiting_for_applicant(walk.book, walk.application, walk.open_visits, None)
    assert (visit.step, visit.no, decision) == ("repair", 3, "resubmit")
    assert waiting_for_applicant(walk.book, walk.application, walk.open_visits, 3) == (visit, decision)


def test_where_nobody_waits_for_the_applicant_nothing_is_handed_in() -> None:
    walk = begun()
    with pytest.raises(NothingToResubmit, match="mep"):
        waiting_for_applicant(walk.book, walk.application, walk.open_visits, None)
    walk = returned()
    with pytest.raises(NothingToResubmit):
        waiting_for_applicant(walk.book, walk.application, walk.open_visits, 2)
    walk = begun().decides(GEDE, "refuse")
    with pytest.raises(ApplicationEnded):
        waiting_for_applicant(walk.book, walk.application, walk.open_visits, None)


def test_of_several_visits_one_is_to_be_named() -> None:
    walk = returned()
    (here,) = walk.open_visits
    both = (here, replace(here, no=4, desk="loket-penyerahan"))
    for find in (
        lambda no: visit_named(walk.application.number, both, no),
        lambda no: waiting_for_applicant(walk.book, walk.application, both, no)[0],
    ):
        with pytest.raises(VisitNotNamed, match="3, 4"):
            find(None)
        assert find(4) == both[1]
    with pytest.raises(NotAtThisDesk):
        visit_named(walk.application.number, both, 2)
    assert visit_named(walk.application.number, (here,), None) == here
