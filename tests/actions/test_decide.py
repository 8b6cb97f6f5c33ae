"""Somebody decides, through the real transaction: the whole move is written, or nothing at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from routing.actions.claim import claim
from routing.actions.decide import decide
from routing.actions.withdraw import withdraw
from routing.domain import errors, moves
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.errors import (
    ApplicationEnded,
    DecisionNotPossible,
    DeskNotNamed,
    DeskNotOffered,
    HeldByAnother,
    MalformedField,
    NotAllowed,
    NotAtThisDesk,
    NotUtf8,
    ReasonMissing,
    Refusal,
    RequirementsNotNamed,
    StaleVersion,
    StillOnItsWay,
    TextTooLong,
    UnknownApplication,
    UnknownDecision,
    UnknownPerson,
    UnknownRequirement,
)
from routing.domain.people import Person
from routing.domain.workflow import Outcome
from routing.reading.chains import verify_chains
from routing.reading.history import decision_behind
from tests.actions.pbg import COUNTER, KETUT, NI_LUH, opens_pbg
from tests.domain.people_of_the_mall import IDA, OMAR, SARI, person
from tests.mall import Mall
from tests.row_counts import row_counts

KADEK = person("kadek", "verifier", "verifikasi")


def test_an_application_that_all_desks_say_yes_to_is_granted(mall: Mall) -> None:
    ended = mall.walks(mall.registers())
    assert (ended.step, ended.outcome) == ("granted", Outcome.GRANTED)
    assert mall.application(ended.number) == ended
    assert mall.open_visits(ended) == []
    report = verify_chains(mall.office)
    # Registered and accepted; then six desks: arrived and decided.
    assert (report.entries, report.breaks) == (2 + 6 * 2, ())


def test_what_was_repaired_comes_back_to_the_desk_that_asked(mall: Mall) -> None:
    document = mall.walks(mall.registers(), [(OMAR, "forward")])
    mall.carries()
    mall.decides(document, SARI, "return", reason="STR kedaluwarsa", requirements=("registration",))
    mall.carries()
    back = mall.decides(document, IDA, "resubmit")
    assert back.step == "recommend"
    assert [(visit.desk, visit.origin_step) for visit in mall.open_visits(back)] == [("dinas-kesehatan", None)]


def test_the_move_carries_the_offices_time(mall: Mall) -> None:
    document = mall.registers()
    mall.carries()
    now = mall.clock.advance(timedelta(days=2, microseconds=7))
    assert mall.decides(document, OMAR, "forward").changed_at == now
    assert mall.application(document.number).changed_at == now
    assert mall.open_visits(document)[0].sent_at == now


@dataclass(frozen=True, kw_only=True)
class No:
    """A decision that is not possible, and why."""

    why: str
    refusal: type[Refusal]
    told: str
    by: Person = OMAR
    said: dict[str, Any]
    #: brings the document there; None: it has arrived at verification
    place: Callable[[Mall], Application] | None = None


def arrived(mall: Mall) -> Application:
    document = mall.registers()
    mall.carries()
    return mall.application(document.number)


def on_its_way(mall: Mall) -> Application:
    return mall.registers()


def ended(mall: Mall) -> Application:
    return mall.walks(mall.registers())


def withdrawn(mall: Mall) -> Application:
    document = arrived(mall)
    return withdraw(mall.office, document.number, desk="loket-pendaftaran", reason="", person_id=mall.id_of(IDA))


def taken(mall: Mall) -> Application:
    document = arrived(mall)
    return claim(mall.office, document.number, visit=2, person_id=mall.id_of(KADEK))


def at_repair(mall: Mall) -> Application:
    document = arrived(mall)
    mall.decides(document, OMAR, "return", reason="Foto buram", requirements=("photo",))
    mall.carries()
    return mall.application(document.number)


def at_struktur(mall: Mall) -> Application:
    document = mall.registers(service="pbg", by=COUNTER, papers=(), next_desk="struktur")
    mall.carries()
    return mall.application(document.number)


RETURN = {"decision": "return", "reason": "Foto buram", "requirements": ("photo",)}
NOT_POSSIBLE = [
    No(why="it has ended", refusal=ApplicationEnded, told="Selesai", said={"decision": "forward"}, place=ended),
    No(why="withdrawn", refusal=ApplicationEnded, told="Dibatalkan", said={"decision": "forward"}, place=withdrawn),
    No(why="stale", refusal=StaleVersion, told="you saw version 1, it is at 2",
       said={"decision": "forward", "seen_version": 1}),
    No(why="from the future", refusal=StaleVersion, told="version 9", said={"decision": "forward", "seen_version": 9}),
    No(why="another visit", refusal=NotAtThisDesk, told="verifikasi", said={"decision": "forward", "visit": 1}),
    No(why="no such visit", refusal=NotAtThisDesk, told="verifikasi", said={"decision": "forward", "visit": 77}),
    No(why="another's desk", refusal=NotAllowed, told="verifier", by=SARI, said={"decision": "forward"}),
    No(why="on its way", refusal=StillOnItsWay, told="verifikasi", said={"decision": "forward"}, place=on_its_way),
    No(why="taken", refusal=HeldByAnother, told="kadek", said={"decision": "forward"}, place=taken),
    No(why="no such word", refusal=UnknownDecision, told="forward, return", said={"decision": "burn"}),
    No(why="another step's word", refusal=DecisionNotPossible, told="forward, return", said={"decision": "sign"}),
    No(why="no reason", refusal=ReasonMissing, told="reason", said={**RETURN, "reason": ""}),
    No(why="a reason of spaces", refusal=ReasonMissing, told="reason", said={**RETURN, "reason": " \n\t "}),
    No(why="a long reason", refusal=TextTooLong, told="4001", said={**RETURN, "reason": "x" * 4_001}),
    No(why="2 MB", refusal=TextTooLong, told="2000000", said={**RETURN, "reason": "x" * 2_000_000}),
    No(why="a reason with NUL", refusal=MalformedField, told="NUL", said={**RETURN, "reason": "Foto\x00"}),
    No(why="half a sign", refusal=NotUtf8, told="reason", said={**RETURN, "reason": "Foto \udc80"}),
    No(why="nothing named", refusal=RequirementsNotNamed, told="photo", said={**RETURN, "requirements": ()}),
    No(why="unknown paper", refusal=UnknownRequirement, told="passport",
       said={**RETURN, "requirements": ("passport",)}),
    No(why="one desk only", refusal=DeskNotOffered, told="dinas-kesehatan",
       said={"decision": "forward", "next_desk": "kepala-dinas"}),
    No(why="which desk?", refusal=DeskNotNamed, told="arsitektur, struktur, mep", by=NI_LUH,
       said={"decision": "pass-on"}, place=at_struktur),
    No(why="a desk that does not do it", refusal=DeskNotOffered, told="mep", by=NI_LUH,
       said={"decision": "pass-on", "next_desk": "verifikasi"}, place=at_struktur),
    No(why="not in that role", refusal=NotAllowed, told="senior", by=NI_LUH, said={"decision": "refuse"},
       place=at_struktur),
    No(why="the same step elsewhere", refusal=NotAllowed, told="struktur", by=KETUT, said={"decision": "approve"},
       place=at_struktur),
    No(why="not with the applicant", refusal=DecisionNotPossible, told="resubmit, withdraw", by=IDA,
       said={"decision": "forward"}, place=at_repair),
]  # fmt: skip


def test_a_decision_that_is_not_possible_is_told_and_writes_nothing(mall: Mall, subtests: pytest.Subtests) -> None:
    mall.hires(KADEK)
    opens_pbg(mall)
    for no in NOT_POSSIBLE:
        document = (no.place or arrived)(mall)
        before, visits = row_counts(mall.office.database), mall.open_visits(document)
        with subtests.test(no.why):
            with pytest.raises(no.refusal, match=no.told):
                mall.decides(document, no.by, **no.said)
            assert row_counts(mall.office.database) == before
            assert mall.application(document.number) == document
            assert mall.open_visits(document) == visits


def test_every_refusal_that_deciding_names_is_among_them() -> None:
    named = {word.strip(",.") for word in (moves.decide.__doc__ or "").split()}
    refusals = {name for name in named if isinstance(getattr(errors, name, None), type)}
    assert refusals
    assert refusals <= {no.refusal.__name__ for no in NOT_POSSIBLE}


def test_unknown_numbers_and_unknown_people_are_told(mall: Mall) -> None:
    document = arrived(mall)
    before = row_counts(mall.office.database)
    said = Decision(decision="forward")
    for number in ("", "SIP-DOKTER-2026-000009-0", "'; DROP TABLE visits; --", "x" * 100_000):
        with pytest.raises(UnknownApplication):
            decide(mall.office, number, said, person_id=mall.id_of(OMAR))
    with pytest.raises((UnknownApplication, MalformedField)):
        decide(mall.office, "SIP\x00", said, person_id=mall.id_of(OMAR))
    for person_id in (0, -1, 2_000_000_000):
        with pytest.raises(UnknownPerson):
            decide(mall.office, document.number, said, person_id=person_id)
    assert row_counts(mall.office.database) == before


def test_the_decision_names_the_next_desk_where_there_are_several(mall: Mall) -> None:
    opens_pbg(mall)
    document = at_struktur(mall)
    mall.decides(document, NI_LUH, "pass-on", next_desk="mep")
    mall.carries()
    assert [visit.desk for visit in mall.open_visits(document)] == ["mep"]
    assert mall.decides(document, KETUT, "approve").outcome is Outcome.GRANTED


def test_a_reason_at_its_longest_is_kept_to_the_last_letter(mall: Mall) -> None:
    document = arrived(mall)
    reason = "é" * 4_000
    mall.decides(document, OMAR, "return", reason=reason, requirements=("photo",))
    told = decision_behind(mall.office, document.id, 3, with_notes=True)
    assert told is not None
    assert told.note == reason
