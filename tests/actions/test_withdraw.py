"""The applicant takes an application back at the counter, wherever the document is, until it is too late."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from routing.actions.claim import claim
from routing.actions.withdraw import withdraw
from routing.domain.application import Application
from routing.domain.errors import (
    ApplicationEnded,
    DecisionNotPossible,
    DeskNotOffered,
    MalformedField,
    NotAllowed,
    Refusal,
    TextTooLong,
    UnknownApplication,
)
from routing.domain.people import Person
from routing.domain.workflow import Outcome
from routing.storage.tables import audit_entries, visits
from tests.domain.people_of_the_mall import IDA, OMAR, SARI, WAYAN
from tests.mall import Mall
from tests.row_counts import row_counts
from tests.sound_books import require_sound


def takes_back(
    mall: Mall, document: Application, *, by: Person = IDA, desk: str = "loket-pendaftaran", reason: str = ""
) -> Application:
    return withdraw(mall.office, document.number, desk=desk, reason=reason, person_id=mall.id_of(by))


def on_its_way(mall: Mall) -> Application:
    return mall.registers()


def arrived(mall: Mall) -> Application:
    document = mall.registers()
    mall.carries()
    return document


def taken(mall: Mall) -> Application:
    document = arrived(mall)
    return claim(mall.office, document.number, visit=2, person_id=mall.id_of(OMAR))


def at_repair(mall: Mall) -> Application:
    document = arrived(mall)
    return mall.decides(document, OMAR, "return", reason="Foto buram", requirements=("photo",))


@pytest.mark.parametrize("place", [on_its_way, arrived, taken, at_repair])
def test_wherever_the_document_is_it_is_recalled(mall: Mall, place: Callable[[Mall], Application]) -> None:
    document = place(mall)
    ended = takes_back(mall, document, reason="Pindah kota")
    assert (ended.step, ended.outcome) == ("withdrawn", Outcome.WITHDRAWN)
    assert mall.application(document.number) == ended
    assert mall.open_visits(document) == []
    with mall.office.reading() as connection:
        kinds = connection.execute(sa.select(audit_entries.c.kind).order_by(audit_entries.c.seq)).scalars().all()
        last = connection.execute(sa.select(visits).order_by(visits.c.no.desc())).first()
    assert kinds[-2:] == ["withdrawn", "recalled"]
    assert last is not None
    assert (last.closed_at, last.decision) == (mall.clock.now, None)
    require_sound(mall.office)
    assert mall.carries() == []


def at_signature(mall: Mall) -> Application:
    return mall.walks(mall.registers(), [(OMAR, "forward"), (SARI, "recommend"), (WAYAN, "forward")])


def ended(mall: Mall) -> Application:
    return mall.walks(mall.registers())


REFUSED: list[tuple[str, Callable[[Mall], Application], dict[str, str], Person, type[Refusal], str]] = [
    ("too late", at_signature, {}, IDA, DecisionNotPossible, "sign, send-back, refuse"),
    ("it has ended", ended, {}, IDA, ApplicationEnded, "Selesai"),
    ("another's counter", arrived, {"desk": "loket-penyerahan"}, IDA, DeskNotOffered, "loket-pendaftaran"),
    ("not at a counter", arrived, {}, OMAR, NotAllowed, "front-desk"),
    ("a long reason", arrived, {"reason": "x" * 4_001}, IDA, TextTooLong, "4001"),
    ("a reason with NUL", arrived, {"reason": "Pindah\x00"}, IDA, MalformedField, "NUL"),
]


def test_what_cannot_be_taken_back_is_told_and_stays_as_it_is(mall: Mall, subtests: pytest.Subtests) -> None:
    for case, place, given, by, refusal, told in REFUSED:
        document = place(mall)
        before = row_counts(mall.office.database)
        with subtests.test(case):
            with pytest.raises(refusal, match=told):
                takes_back(mall, document, by=by, **given)
            assert row_counts(mall.office.database) == before


def test_an_unknown_number_is_told(mall: Mall) -> None:
    with pytest.raises(UnknownApplication, match="SIP-DOKTER"):
        withdraw(
            mall.office,
            "SIP-DOKTER-2026-000099-0",
            desk="loket-pendaftaran",
            reason="",
            person_id=mall.id_of(IDA),
        )
