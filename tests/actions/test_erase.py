"""Erasure destroys the key and every personal row; the log and whatever is read from it stay as they were."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
import sqlalchemy as sa

from routing.actions.decide import decide
from routing.actions.erase import erase
from routing.actions.publish import publish
from routing.actions.resume import Resumption, resume
from routing.actions.reveal import reveal
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.erasure import ErasedAlready, LegalBasis, NotEndedYet
from routing.domain.errors import ApplicationEnded, MalformedField, NotAllowed, UnknownApplication
from routing.domain.people import ADMINISTRATOR
from routing.domain.resumption import NotStopped
from routing.domain.revealing import Masked, NothingKept
from routing.domain.workflow import Workflow
from routing.reading.chains import verify_chains
from routing.reading.history import history
from routing.reading.past_walks import past_walks
from routing.reading.public_status import public_status
from routing.reading.who_applies import applications_of, who_applies
from routing.storage.tables import application_keys, applications, audit_entries, notes, particulars
from tests.domain.people_of_the_mall import ALL_PAPERS, IDA, OMAR, RATNA, person
from tests.exported_entries import export_entries
from tests.forms_of_a_service import FILLED, publish_with_form
from tests.mall import ALL_GOES_WELL, LESTARI, Mall
from tests.row_counts import row_counts
from tests.sound_books import require_sound

RINA = person("rina", ADMINISTRATOR, None)
WHO = replace(LESTARI, phone="081298765432")
BASIS = LegalBasis.RETENTION_OVER


def ended(mall: Mall, form: Mapping[str, object] | None = None, papers: tuple[str, ...] = ALL_PAPERS) -> Application:
    """Returned with a reason, repaired, and gone all the way."""
    document = mall.registers(who=WHO, form=form, papers=papers)
    mall.carries()
    mall.decides(document, OMAR, "return", reason="Foto Bu Lestari buram", requirements=("photo",))
    mall.carries()
    mall.decides(document, IDA, "resubmit")
    return mall.walks(document)


def erased(mall: Mall, letter: str = "") -> Application:
    document = ended(mall)
    mall.hires(RINA)
    return erase(mall.office, document.number, BASIS, letter=letter, person_id=mall.id_of(RINA))


def test_nothing_personal_is_left_and_everything_still_verifies(mall: Mall) -> None:
    kept = ended(mall)
    document = erased(mall, letter="180/12/2026")
    with mall.office.reading() as connection:
        for table in (particulars, notes, application_keys):
            assert set(connection.execute(sa.select(table.c.application_id)).scalars()) == {kept.id}
        row = connection.execute(sa.select(applications).where(applications.c.id == document.id)).one()
        last = sa.select(audit_entries.c.body).where(audit_entries.c.hash == document.chain_head)
        said = json.loads(bytes(connection.execute(last).scalar_one()))
    assert (row.applicant_index, row.erased_at) == (None, mall.clock.now)
    assert mall.application(document.number) == document
    assert {name: said[name] for name in ("kind", "actor", "role", "basis", "letter")} == {
        "kind": "key-destroyed", "actor": "rina", "role": ADMINISTRATOR, "basis": BASIS.value, "letter": "180/12/2026",
    }  # fmt: skip
    report = verify_chains(mall.office)
    assert (report.chains, report.breaks) == (2, ())


def test_what_the_form_and_the_desks_said_goes_with_the_applicant(mall: Mall) -> None:
    publish_with_form(mall.office)
    before = ended(mall, FILLED, (*ALL_PAPERS, "insurance"))
    assert before.facts["form.area"] == 42.5
    mall.hires(RINA)
    document = erase(mall.office, before.number, BASIS, person_id=mall.id_of(RINA))
    left = mall.application(document.number).facts
    assert left == {key: value for key, value in before.facts.items() if not key.startswith("form.")}
    assert left["returns"] == 1
    require_sound(mall.office)
    assert list(past_walks(mall.office, document.service)) == []


def test_what_is_read_of_an_erased_application_is_read_without_its_applicant(mall: Mall) -> None:
    document = erased(mall)
    events = history(mall.office, document.id, with_notes=True).events
    assert [event.note for event in events] == [None] * len(events)
    assert any(event.reason_digest for event in events)
    assert events[0].basis == BASIS.value
    assert public_status(mall.office, document.tracking_code).outcome == document.outcome
    assert [one.kind for one in export_entries(mall.office, everything=True)][-1] == "key-destroyed"
    assert who_applies(mall.office, document.id) is None
    assert applications_of(mall.office, WHO.nik) == ()
    with pytest.raises(NothingKept):
        reveal(mall.office, document.number, [Masked.NIK], reason="Arsip", person_id=mall.id_of(IDA))
    with pytest.raises(ApplicationEnded):
        decide(mall.office, document.number, Decision(decision="forward", reason="x"), person_id=mall.id_of(OMAR))


def test_only_what_has_ended_is_erased_once_and_by_an_administrator(mall: Mall) -> None:
    document = mall.registers(who=WHO)
    rina = mall.hires(RINA)
    before = row_counts(mall.office.database)
    with pytest.raises(NotEndedYet):
        erase(mall.office, document.number, BASIS, person_id=rina)
    with pytest.raises(NotAllowed):
        erase(mall.office, document.number, BASIS, person_id=mall.id_of(IDA))
    with pytest.raises(UnknownApplication):
        erase(mall.office, "SIP-DOKTER-2026-9", BASIS, person_id=rina)
    assert row_counts(mall.office.database) == before
    done = mall.walks(document)
    for letter in ("surat Bu Lestari, 0812", "3579014107900001", "x" * 61):
        with pytest.raises(MalformedField):
            erase(mall.office, done.number, BASIS, letter=letter, person_id=rina)
    erase(mall.office, done.number, BASIS, person_id=rina)
    with pytest.raises(ErasedAlready):
        erase(mall.office, done.number, BASIS, person_id=rina)


@pytest.mark.parametrize("forged", ["row brought back", "erased without a word", "index brought back"])
def test_what_does_not_fit_the_log_of_an_erasure_is_found(mall: Mall, forged: str) -> None:
    document = ended(mall) if forged == "erased without a word" else erased(mall)
    require_sound(mall.office)
    of_it = applications.c.id == document.id
    with mall.office.database.writing() as connection:
        if forged == "row brought back":
            connection.execute(sa.insert(particulars), {"application_id": document.id, "sealed": b"x"})
        elif forged == "index brought back":
            connection.execute(sa.update(applications).where(of_it).values(applicant_index=bytes(16)))
        else:
            for table in (notes, particulars, application_keys):
                connection.execute(sa.delete(table))
            connection.execute(sa.update(applications).where(of_it).values(erased_at=mall.clock.now))
    (found,) = verify_chains(mall.office).breaks
    assert found.seq == (1 if forged == "erased without a word" else document.entry_count)


def test_the_file_of_an_embedded_mall_keeps_no_trace_of_the_key(sqlite_mall: Mall) -> None:
    document = ended(sqlite_mall)
    sqlite_mall.hires(RINA)
    with sqlite_mall.office.reading() as connection:
        wrapped = bytes(connection.execute(sa.select(application_keys.c.wrapped)).scalar_one())
        sealed = [bytes(one) for one in connection.execute(sa.select(notes.c.sealed)).scalars()]
    files = sorted(sqlite_mall.office.settings.data.glob("satuatap.db*"))
    assert any(wrapped in path.read_bytes() for path in files)
    erase(sqlite_mall.office, document.number, BASIS, person_id=sqlite_mall.id_of(RINA))
    for path in files:
        for trace in (wrapped, *sealed):
            assert trace not in path.read_bytes(), path


def test_what_was_stopped_and_erased_is_not_taken_up_again(mall: Mall) -> None:
    written = mall.office.book_in_force("sip-dokter").workflow.model_dump(mode="json")
    written["ends"]["refused"] |= {"outcome": "stopped", "resume": {"days": 30, "to": "verify"}}
    assert publish(mall.office, Workflow.model_validate(written), by="tests")
    document = mall.registers(who=WHO)
    mall.carries()
    mall.walks(document, ALL_GOES_WELL[:3])
    mall.carries()
    mall.decides(document, RATNA, "refuse", reason="STR habis")
    mall.carries()
    mall.decides(document, RATNA, "sign")
    mall.hires(RINA)
    erase(mall.office, document.number, BASIS, person_id=mall.id_of(RINA))
    with pytest.raises(NotStopped):
        resume(mall.office, document.number, Resumption(reason="lengkap"), person_id=mall.id_of(OMAR))
    assert not mall.application(document.number).is_open
