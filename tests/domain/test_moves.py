"""What a decision changes, and every reason for which the office says no to one."""

import json
from datetime import timedelta

import pytest

from routing.domain.audit_chain import keyed_digest
from routing.domain.decision import Decision
from routing.domain.errors import (
    DecisionNotPossible,
    DeskNotNamed,
    DeskNotOffered,
    HeldByAnother,
    NotAllowed,
    NotAtThisDesk,
    NotUtf8,
    ReasonMissing,
    StaleVersion,
    StillOnItsWay,
    TextTooLong,
    UnknownDecision,
    UnknownRequirement,
)
from routing.domain.moves import decide
from routing.domain.stays import arrive, claim, release
from tests.domain.people_of_the_mall import IDA, KEY, OMAR, Walk, person
from tests.domain.small_routes import disposisi

NI_LUH = person("ni-luh", "assessor", "struktur")
HOUR = timedelta(hours=1)
KETUT = person("ketut", "assessor", "struktur")
MADE = person("made", "assessor", "mep")
GEDE = person("gede", "senior", "struktur")


def at_struktur() -> Walk:
    return Walk(disposisi(), papers=(), next_desk="struktur").arrives()


def test_a_registration_is_one_move_with_two_entries_and_the_first_hand_off() -> None:
    walk = Walk(disposisi(), papers=(), next_desk="mep")
    assert walk.last.before is None
    assert [entry.kind for entry in walk.last.entries] == ["submitted", "decided"]
    assert walk.where == ("assess", "mep")
    assert walk.last.sends
    assert walk.application.version == 1


def test_a_registration_keeps_who_applies_out_of_every_entry() -> None:
    walk = Walk(disposisi(), papers=(), next_desk="mep")
    assert walk.last.particulars is not None
    for entry in walk.entries:
        for private in (walk.last.particulars.name, walk.last.particulars.nik):
            assert private not in entry.body.decode()


def test_a_reason_stands_beside_the_entry_and_only_its_keyed_digest_in_it() -> None:
    walk = at_struktur().decides(NI_LUH, "return", reason="  Denah dr. Putu kurang  ")
    assert walk.last.note is not None
    assert walk.last.note.text == "Denah dr. Putu kurang"
    assert walk.last.note.seq == walk.last.entries[0].seq
    said = json.loads(walk.last.entries[0].body)
    assert "Putu" not in walk.last.entries[0].body.decode()
    assert said["reason"] == keyed_digest(KEY, "Denah dr. Putu kurang")


def test_where_several_desks_are_possible_the_decision_names_one() -> None:
    with pytest.raises(DeskNotNamed, match="arsitektur, struktur, mep"):
        Walk(disposisi(), papers=())
    with pytest.raises(DeskNotOffered, match="penomoran"):
        Walk(disposisi(), papers=(), next_desk="penomoran")


def test_a_desk_may_pass_on_to_another_desk_of_the_same_step() -> None:
    walk = at_struktur().decides(NI_LUH, "pass-on", next_desk="mep")
    assert walk.where == ("assess", "mep")
    with pytest.raises(NotAllowed):
        walk.decides(NI_LUH, "approve")
    assert walk.decides(MADE, "approve").where == ("granted",)


def test_what_comes_back_goes_to_the_same_desk_without_being_named_again() -> None:
    walk = at_struktur().decides(NI_LUH, "return", reason="Denah kurang").decides(IDA, "resubmit")
    assert walk.where == ("assess", "struktur")


def test_only_the_roles_of_a_decision_may_say_it() -> None:
    walk = at_struktur()
    with pytest.raises(NotAllowed, match="senior"):
        walk.decides(NI_LUH, "refuse")
    assert walk.decides(GEDE, "refuse").where == ("refused",)


def test_the_roles_of_a_decision_hold_at_the_counter_too() -> None:
    with pytest.raises(NotAllowed, match="senior"):
        Walk(disposisi(), papers=(), decision="turn-away")
    head_of_counter = person("nyoman", "senior", "loket-pendaftaran")
    assert Walk(disposisi(), by=head_of_counter, papers=(), decision="turn-away").where == ("refused",)


def test_somebody_of_another_desk_may_not_decide() -> None:
    with pytest.raises(NotAllowed, match="struktur"):
        at_struktur().decides(OMAR, "approve")


def test_who_saw_an_older_version_looks_again() -> None:
    walk = at_struktur()
    seen = walk.application.version
    with pytest.raises(StaleVersion, match=f"you saw version {seen - 1}, it is at {seen}"):
        walk.decides(NI_LUH, "approve", seen_version=seen - 1)
    assert walk.decides(NI_LUH, "approve", seen_version=seen).where == ("granted",)


def test_a_document_on_its_way_cannot_be_decided_yet() -> None:
    walk = Walk(disposisi(), papers=(), next_desk="struktur")
    with pytest.raises(StillOnItsWay):
        decide(walk.book, walk.application, walk.open_visits, Decision(decision="approve"),
               person=NI_LUH, at=walk.at, digest_key=KEY)  # fmt: skip


def test_only_the_holder_decides() -> None:
    walk = at_struktur().held_by(KETUT)
    with pytest.raises(HeldByAnother, match="ketut"):
        walk.decides(NI_LUH, "approve")
    assert walk.decides(KETUT, "approve").where == ("granted",)


def test_a_claim_is_one_entry_and_claiming_again_is_nothing() -> None:
    walk = at_struktur()
    (visit,) = walk.open_visits
    move = claim(walk.book, walk.application, visit, person=NI_LUH, at=walk.at, lease=HOUR)
    assert move is not None
    assert [entry.kind for entry in move.entries] == ["claimed"]
    (held,) = move.visits
    assert claim(walk.book, move.after, held, person=NI_LUH, at=walk.at, lease=HOUR) is None
    with pytest.raises(HeldByAnother):
        claim(walk.book, move.after, held, person=KETUT, at=walk.at, lease=HOUR)
    given_back = release(walk.book, move.after, held, person=NI_LUH, at=walk.at)
    assert given_back is not None
    assert given_back.visits[0].holder is None


def test_an_imported_document_arrives_when_it_was_sent() -> None:
    from dataclasses import replace

    walk = Walk(disposisi(), papers=(), next_desk="struktur")
    (visit,) = walk.open_visits
    later = visit.sent_at.replace(year=2030)
    assert arrive(walk.book, walk.application, visit, now=later).visits[0].arrived_at == later
    imported = replace(walk.application, imported_case="case-1")
    assert arrive(walk.book, imported, visit, now=later).visits[0].arrived_at == visit.sent_at


def test_a_decision_of_another_step_is_refused_with_what_is_possible() -> None:
    with pytest.raises(DecisionNotPossible, match="approve, pass-on, return, refuse"):
        at_struktur().decides(NI_LUH, "accept")


def test_a_word_the_route_does_not_know_is_refused_with_what_is_possible() -> None:
    with pytest.raises(UnknownDecision, match="approve, pass-on, return, refuse"):
        at_struktur().decides(NI_LUH, "bless")


def test_a_visit_that_is_not_open_cannot_be_decided_on() -> None:
    walk = at_struktur()
    said = Decision(decision="approve", visit=99)
    with pytest.raises(NotAtThisDesk, match="struktur"):
        decide(walk.book, walk.application, walk.open_visits, said, person=NI_LUH, at=walk.at, digest_key=KEY)


@pytest.mark.parametrize("blank", ["", "   ", "\n\t"])
def test_a_required_reason_is_more_than_blanks(blank: str) -> None:
    with pytest.raises(ReasonMissing, match="Kembalikan"):
        at_struktur().decides(NI_LUH, "return", reason=blank)


def test_a_reason_has_an_end() -> None:
    with pytest.raises(TextTooLong, match="2000000"):
        at_struktur().decides(NI_LUH, "return", reason="a" * 2_000_000)


def test_half_a_sign_is_no_reason() -> None:
    with pytest.raises(NotUtf8):
        at_struktur().decides(NI_LUH, "return", reason="denah \ud800")


def test_only_requirements_of_the_service_are_named() -> None:
    with pytest.raises(UnknownRequirement, match="passport"):
        at_struktur().decides(NI_LUH, "return", reason="x", requirements=("passport",))


def test_a_refused_decision_changes_nothing() -> None:
    walk = at_struktur()
    before = (walk.application, dict(walk.visits), list(walk.entries))
    with pytest.raises(ReasonMissing):
        walk.decides(NI_LUH, "return")
    assert (walk.application, walk.visits, walk.entries) == before
