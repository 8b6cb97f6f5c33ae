"""What is masked is shown for a reason, to whoever may see who applies, and the log knows of every look."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from routing.actions.reveal import reveal
from routing.domain.audit_chain import keyed_digest
from routing.domain.errors import MalformedField, NotAllowed, Refusal, TextTooLong, UnknownApplication
from routing.domain.people import Person
from routing.domain.revealing import Masked, NothingKept, RevealReasonMissing, TooManyReveals
from routing.reading.history import history
from routing.storage.tables import audit_entries, particulars, reveals
from tests.domain.people_of_the_mall import AGUS, BUDI, IDA, OMAR, SARI
from tests.mall import LESTARI, Mall
from tests.row_counts import row_counts
from tests.sound_books import require_sound
from tests.threads import at_once

WHO = replace(LESTARI, phone="081298765432")
BOTH = (Masked.NIK, Masked.PHONE)
REASON = "Nomor telepon untuk mengabarkan berkas kurang"


def looks(mall: Mall, number: str, by: Person, *, wanted: tuple[Masked, ...] = BOTH, reason: str = REASON):
    return reveal(mall.office, number, wanted, reason=reason, person_id=mall.id_of(by))


def test_it_is_shown_and_the_log_tells_who_looked_at_what_and_not_why(mall: Mall) -> None:
    document = mall.registers(who=WHO)
    assert looks(mall, document.number, OMAR) == {Masked.NIK: WHO.nik, Masked.PHONE: WHO.phone}
    assert looks(mall, document.number, IDA, wanted=(Masked.PHONE,)) == {Masked.PHONE: WHO.phone}
    with mall.office.reading() as connection:
        wanted = sa.select(audit_entries.c.body).where(audit_entries.c.kind == "revealed").order_by(audit_entries.c.seq)
        first, second = (json.loads(bytes(body)) for body in connection.execute(wanted).scalars())
    with mall.office.transaction() as tx:
        digest = keyed_digest(tx.digest_key(document), REASON)
    assert first == {
        "schema": 2, "version": 2, "application": document.number, "seq": 3, "at": "2026-03-02T01:00:00.000000Z",
        "kind": "revealed",
        "actor": "omar", "desk": "verifikasi", "role": "verifier", "fields": ["nik", "phone"], "reason": digest,
    }  # fmt: skip
    assert (second["desk"], second["fields"]) == ("loket-pendaftaran", ["phone"])
    assert [event.note for event in history(mall.office, document.id, with_notes=True).events[:2]] == [REASON] * 2
    require_sound(mall.office)
    assert mall.application(document.number).step == document.step


@pytest.mark.parametrize("by", [SARI, AGUS])
def test_whoever_may_not_see_who_applies_reveals_nothing(mall: Mall, by: Person) -> None:
    document = mall.registers(who=WHO)
    before = row_counts(mall.office.database)
    with pytest.raises(NotAllowed):
        looks(mall, document.number, by)
    assert row_counts(mall.office.database) == before


@pytest.mark.parametrize(
    ("refusal", "asked"),
    [
        (RevealReasonMissing, {"reason": " \n "}),
        (TextTooLong, {"reason": "x" * 4_001}),
        (MalformedField, {"reason": "a\x00b"}),
        (MalformedField, {"wanted": ()}),
    ],
)
def test_what_is_asked_for_badly_is_refused_and_counts_for_nothing(
    sqlite_mall: Mall, refusal: type[Refusal], asked: dict
) -> None:
    document = sqlite_mall.registers(who=WHO)
    before = row_counts(sqlite_mall.office.database)
    with pytest.raises(refusal):
        looks(sqlite_mall, document.number, OMAR, **asked)
    with pytest.raises(UnknownApplication):
        looks(sqlite_mall, "SIP-DOKTER-2026-9", OMAR)
    assert row_counts(sqlite_mall.office.database) == before


def test_an_application_without_anybody_reveals_nobody(sqlite_mall: Mall) -> None:
    document = sqlite_mall.registers(who=WHO)
    with sqlite_mall.office.database.writing() as connection:
        connection.execute(sa.delete(particulars))
    with pytest.raises(NothingKept):
        looks(sqlite_mall, document.number, OMAR)


def test_nobody_looks_more_often_than_the_office_allows_within_an_hour(mall: Mall) -> None:
    document = mall.registers(who=WHO)
    most = mall.office.settings.reveals_an_hour
    for _ in range(most):
        looks(mall, document.number, OMAR)
        mall.clock.advance(timedelta(minutes=1))
    with pytest.raises(TooManyReveals, match=str(most)):
        looks(mall, document.number, OMAR)
    assert looks(mall, document.number, BUDI), "it is counted for each person"
    mall.clock.advance(timedelta(minutes=61 - most))
    assert looks(mall, document.number, OMAR)
    with mall.office.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(reveals)).scalar() == most + 1


def test_two_looks_at_once_are_not_both_the_last_one(mall: Mall) -> None:
    office = mall.office
    documents = [mall.registers(who=WHO) for _ in range(2)]
    for _ in range(office.settings.reveals_an_hour - 1):
        looks(mall, documents[0].number, OMAR)
    results = at_once(*(lambda one=one: looks(mall, one.number, OMAR) for one in documents))
    assert sorted(isinstance(one, TooManyReveals) for one in results) == [False, True], results
