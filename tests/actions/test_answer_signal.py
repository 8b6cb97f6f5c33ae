"""A signal is answered: by whom, in what words, and that nobody takes it back."""

import json

import pytest
import sqlalchemy as sa

from routing.actions.answer_signal import answer_signal
from routing.actions.erase import erase
from routing.domain.audit_chain import keyed_digest
from routing.domain.erasure import LegalBasis
from routing.domain.errors import Kind, MalformedField, NotAllowed, Refusal, TextTooLong, UnknownApplication
from routing.domain.integrity_signals import Signal, UnknownSignal
from routing.domain.people import ADMINISTRATOR, MANAGER, Person
from routing.domain.preconditions import OwnApplication
from routing.domain.revealing import NothingKept
from routing.domain.signal_answers import AnswerEmpty, AnswerStatusUnknown, Said, SignalEntryUnknown
from routing.reading.integrity_signals import SignalFilter, signal_page
from routing.storage.tables import audit_entries, notes, signal_answers
from tests.domain.people_of_the_mall import AGUS, IDA, OMAR, person
from tests.mall import LESTARI, Mall
from tests.reading.test_integrity_signals import opens
from tests.row_counts import row_counts
from tests.sound_books import require_sound

HARI = person("hari", MANAGER, None)
WORDS = "Menurut Bu Sari pemohon hadir sendiri"
SAID = Said(signal=Signal.FAST, about=2, status="explained", text=WORDS)


def test_the_log_tells_that_it_was_answered_and_the_words_are_sealed(mall: Mall) -> None:
    document = mall.registers()
    answer_signal(mall.office, document.number, SAID, person_id=mall.id_of(AGUS))
    with mall.office.transaction() as tx:
        key = tx.personal.key_of(document.id)
    assert key is not None
    with mall.office.reading() as connection:
        body = (
            connection.execute(sa.select(audit_entries.c.body).order_by(audit_entries.c.seq.desc())).scalars().first()
        )
        row = connection.execute(sa.select(signal_answers)).one()
        assert connection.execute(sa.select(sa.func.count()).select_from(notes)).scalar() == 0
    assert body is not None
    assert json.loads(bytes(body)) == {
        "schema": 2, "version": 2, "application": document.number, "seq": 3, "at": "2026-03-02T01:00:00.000000Z",
        "kind": "signal-answered", "actor": "agus", "role": "auditor", "signal": "faster-than-reading", "about": 2,
        "status": "explained", "answer": keyed_digest(key.digest, WORDS),
    }  # fmt: skip
    assert WORDS.encode() not in bytes(row.sealed)
    assert (row.signal, row.about, row.status, row.by, key.answer(3, bytes(row.sealed))) == (
        "faster-than-reading", 2, "explained", "agus", WORDS,
    )  # fmt: skip
    require_sound(mall.office)
    assert mall.application(document.number).step == document.step


def test_the_document_stays_where_it_is_and_goes_on(mall: Mall) -> None:
    document = mall.registers()
    mall.carries()
    answer_signal(mall.office, document.number, SAID, person_id=mall.id_of(AGUS))
    mall.decides(document, OMAR, "forward", seen_version=2)
    assert mall.application(document.number).step == "recommend"


def test_of_an_application_that_has_ended_an_answer_turns_no_clock(mall: Mall) -> None:
    document = mall.walks(mall.registers())
    answer_signal(mall.office, document.number, SAID, person_id=mall.id_of(AGUS))
    assert mall.application(document.number).answered_at == document.answered_at
    require_sound(mall.office)


def test_auditors_and_the_head_answer_and_nobody_else(mall: Mall) -> None:
    mall.hires(HARI)
    administrator = person("rina", ADMINISTRATOR, None)
    mall.hires(administrator)
    document = mall.registers()
    before = row_counts(mall.office.database)
    for one in (IDA, OMAR, administrator):
        with pytest.raises(NotAllowed):
            answer_signal(mall.office, document.number, SAID, person_id=mall.id_of(one))
    assert row_counts(mall.office.database) == before
    for one in (AGUS, HARI):
        answer_signal(mall.office, document.number, SAID, person_id=mall.id_of(one))
    assert row_counts(mall.office.database)["signal_answers"] == 2


def test_nobody_answers_for_an_application_of_their_own(mall: Mall) -> None:
    document = mall.registers(who=LESTARI)
    with mall.office.transaction() as tx:
        tx.people.identify(mall.id_of(AGUS), tx.personal.vault.index_of(LESTARI.nik))
    with pytest.raises(OwnApplication):
        answer_signal(mall.office, document.number, SAID, person_id=mall.id_of(AGUS))


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (UnknownSignal, {"signal": "bad-luck"}),
        (SignalEntryUnknown, {"about": 0}),
        (SignalEntryUnknown, {"about": 3}),
        (AnswerStatusUnknown, {"status": ""}),
        (AnswerStatusUnknown, {"status": "forgiven"}),
        (AnswerEmpty, {"text": " \n "}),
        (TextTooLong, {"text": "x" * 4_001}),
        (MalformedField, {"text": "a\x00b"}),
    ],
)
def test_what_is_answered_badly_is_refused_and_changes_nothing(
    sqlite_mall: Mall, refusal: type[Refusal], said: dict
) -> None:
    document = sqlite_mall.registers()
    before = row_counts(sqlite_mall.office.database)
    asked = {name: getattr(SAID, name) for name in ("signal", "about", "status", "text")} | said
    with pytest.raises(refusal) as refused:
        answer_signal(sqlite_mall.office, document.number, Said(**asked), person_id=sqlite_mall.id_of(AGUS))
    assert refused.value.kind in (Kind.MALFORMED, Kind.UNKNOWN, Kind.TOO_LARGE)
    assert row_counts(sqlite_mall.office.database) == before


def test_an_application_nobody_knows_is_not_answered_for(sqlite_mall: Mall) -> None:
    with pytest.raises(UnknownApplication):
        answer_signal(sqlite_mall.office, "SIP-DOKTER-2026-9", SAID, person_id=sqlite_mall.id_of(AGUS))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE signal_answers SET status = 'explained'",
        "UPDATE signal_answers SET sealed = sealed WHERE seq = 3",
        "DELETE FROM signal_answers",
    ],
)
def test_an_answer_is_neither_changed_nor_deleted(mall: Mall, change: str) -> None:
    document = mall.registers()
    answer_signal(mall.office, document.number, SAID, person_id=mall.id_of(AGUS))
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        mall.office.database.engine.begin() as connection,
    ):
        connection.execute(sa.text(change))


def test_answers_are_not_emptied_in_one_go(postgresql_mall: Mall) -> None:
    document = postgresql_mall.registers()
    answer_signal(postgresql_mall.office, document.number, SAID, person_id=postgresql_mall.id_of(AGUS))
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        postgresql_mall.office.database.engine.begin() as connection,
    ):
        connection.execute(sa.text("TRUNCATE signal_answers"))


def test_with_the_key_the_words_are_gone_and_that_there_was_an_answer_is_not(mall: Mall) -> None:
    mall.hires(person("rina", ADMINISTRATOR, None))
    document = opens(mall)
    mall.decides(document, OMAR, "refuse")
    (row,) = signal_page(mall.office, Signal.REASON, SignalFilter()).rows
    said = Said(signal=Signal.REASON, about=row.seq, status="confirmed-breach", text=WORDS)
    answer_signal(mall.office, document.number, said, person_id=mall.id_of(AGUS))
    erase(mall.office, document.number, LegalBasis.REQUEST, person_id=_id(mall, "rina"))
    (row,) = signal_page(mall.office, Signal.REASON, SignalFilter()).rows
    assert [(one.status, one.text) for one in row.answers] == [("confirmed-breach", None)]
    with pytest.raises(NothingKept):
        answer_signal(mall.office, document.number, said, person_id=mall.id_of(AGUS))


def test_who_answers_for_their_own_deed_is_named_as_such(mall: Mall) -> None:
    both = also_auditor(mall)
    document = opens(mall)
    mall.decides(document, both, "refuse")
    (row,) = signal_page(mall.office, Signal.REASON, SignalFilter()).rows
    said = Said(signal=Signal.REASON, about=row.seq, status="explained", text="Saya sendiri")
    for one in (both, AGUS):
        answer_signal(mall.office, document.number, said, person_id=mall.id_of(one))
    (row,) = signal_page(mall.office, Signal.REASON, SignalFilter()).rows
    assert [one.is_own for one in row.answers] == [True, False]


def also_auditor(mall: Mall) -> Person:
    """A verifier who manages the office, too."""
    verifier = person("joni", "verifier", "verifikasi")
    mall.hires(verifier)
    with mall.office.transaction() as tx:
        tx.people.assign(mall.id_of(verifier), HARI.assignments)
    return verifier


def _id(mall: Mall, code: str) -> int:
    with mall.office.transaction() as tx:
        found = tx.people.with_code(code)
    assert found is not None
    return found.id
