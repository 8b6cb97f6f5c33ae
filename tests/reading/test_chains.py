"""Whoever gets round the database's own refusal to change the log is found, at the application and entry it was."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from routing.actions.decide import decide
from routing.domain.application import Application
from routing.domain.audit_chain import GENESIS, link, write_entry
from routing.domain.decision import Decision
from routing.reading.chains import ChainReport, verify_chains
from routing.storage.tables import applications, audit_entries, notes, particulars
from tests.domain.people_of_the_mall import OMAR, SARI
from tests.mall import LESTARI, Mall

OPEN_THE_LOG = {
    "sqlite": [f"DROP TRIGGER audit_entries_refuse_{verb}" for verb in ("update", "delete", "replace")],
    "postgresql": ["ALTER TABLE audit_entries DISABLE TRIGGER USER"],
}


def walked(mall: Mall) -> list[Application]:
    """Three applications with seven entries each."""
    documents = [mall.walks(mall.registers(), [(OMAR, "forward"), (SARI, "recommend")]) for _ in range(3)]
    mall.carries()
    documents = [mall.application(one.number) for one in documents]
    for statement in OPEN_THE_LOG[mall.office.database.name]:
        with mall.office.database.writing() as connection:
            connection.execute(sa.text(statement))
    assert verify_chains(mall.office) == ChainReport(chains=3, entries=21, breaks=())
    return documents


def forge(mall: Mall, *statements: sa.Update | sa.Delete | sa.Insert) -> None:
    with mall.office.database.writing() as connection:
        for statement in statements:
            connection.execute(statement)


def found(mall: Mall) -> list[tuple[str, int]]:
    return sorted((one.number, one.seq) for one in verify_chains(mall.office).breaks)


def entry(document: Application, seq: int) -> sa.ColumnElement[bool]:
    return (audit_entries.c.application_id == document.id) & (audit_entries.c.seq == seq)


def body_of(mall: Mall, document: Application, seq: int) -> bytes:
    with mall.office.reading() as connection:
        return bytes(connection.execute(sa.select(audit_entries.c.body).where(entry(document, seq))).scalar_one())


def test_an_honest_log_verifies_whole_and_in_part(mall: Mall) -> None:
    first, *_ = documents = walked(mall)
    assert verify_chains(mall.office, number=first.number) == ChainReport(chains=1, entries=7, breaks=())
    assert verify_chains(mall.office, service=first.service).chains == len(documents)
    assert verify_chains(mall.office, service="another").chains == 0
    assert verify_chains(mall.office, number="unknown").chains == 0


CHANGED = [
    ("kind", "claimed"),
    ("desk", "nowhere"),
    ("desk", None),
    ("actor", "nobody"),
    ("body", b"{}"),
    ("body", b"not JSON"),
    ("body", b"[1]"),
    ("hash", bytes(32)),
]


def test_a_changed_column_is_found_at_its_entry(mall: Mall, subtests: pytest.Subtests) -> None:
    _, document, _ = walked(mall)
    for seq in (1, 3, 7):
        with mall.office.reading() as connection:
            honest = connection.execute(sa.select(audit_entries).where(entry(document, seq))).one()._asdict()
        for column, value in CHANGED:
            forge(mall, sa.update(audit_entries).where(entry(document, seq)).values({column: value}))
            with subtests.test(f"{column}={value!r} at {seq}"):
                assert found(mall) == [(document.number, seq)]
            forge(mall, sa.update(audit_entries).where(entry(document, seq)).values(honest))
    assert found(mall) == []


def test_a_changed_time_is_found_to_the_microsecond(mall: Mall) -> None:
    _, document, _ = walked(mall)
    later = mall.clock.now + timedelta(microseconds=1)
    forge(mall, sa.update(audit_entries).where(entry(document, 4)).values(at=later))
    (broken,) = verify_chains(mall.office).breaks
    assert (broken.number, broken.seq) == (document.number, 4)
    assert "another at" in broken.problem


def test_one_flipped_letter_of_a_body_is_found(mall: Mall) -> None:
    document, *_ = walked(mall)
    changed = body_of(mall, document, 4).replace(b"omar", b"omer")
    forge(mall, sa.update(audit_entries).where(entry(document, 4)).values(body=changed, actor="omer"))
    assert found(mall) == [(document.number, 4)]


def test_a_rewritten_entry_with_its_hash_breaks_the_next(mall: Mall) -> None:
    document, *_ = walked(mall)
    with mall.office.reading() as connection:
        before = bytes(connection.execute(sa.select(audit_entries.c.hash).where(entry(document, 3))).scalar_one())
    changed = body_of(mall, document, 4).replace(b"omar", b"omer")
    forged = {"body": changed, "actor": "omer", "hash": link(before, changed)}
    forge(mall, sa.update(audit_entries).where(entry(document, 4)).values(forged))
    assert found(mall) == [(document.number, 5)]


def test_a_rewritten_last_entry_is_given_away_by_the_application(mall: Mall) -> None:
    document, *_ = walked(mall)
    with mall.office.reading() as connection:
        before = bytes(connection.execute(sa.select(audit_entries.c.hash).where(entry(document, 6))).scalar_one())
    changed = body_of(mall, document, 7).replace(b"auto.courier", b"auto.nobody")
    forged = {"body": changed, "actor": "auto.nobody", "hash": link(before, changed)}
    forge(mall, sa.update(audit_entries).where(entry(document, 7)).values(forged))
    assert found(mall) == [(document.number, 8)]


@pytest.mark.parametrize(("gone", "told"), [((1,), 1), ((3,), 3), ((7,), 7), ((6, 7), 6), (range(1, 8), 1)])
def test_entries_that_were_deleted_are_missed(mall: Mall, gone: tuple[int, ...], told: int) -> None:
    _, document, _ = walked(mall)
    forge(mall, *(sa.delete(audit_entries).where(entry(document, seq)) for seq in gone))
    assert found(mall) == [(document.number, told)]


def test_a_whole_log_that_was_deleted_with_its_count_is_missed(mall: Mall) -> None:
    _, document, _ = walked(mall)
    emptied = {"entry_count": 0, "chain_head": GENESIS}
    forge(
        mall,
        sa.delete(audit_entries).where(audit_entries.c.application_id == document.id),
        sa.update(applications).where(applications.c.id == document.id).values(emptied),
    )
    assert found(mall) == [(document.number, 1)]


def test_two_entries_that_changed_places_are_found(mall: Mall) -> None:
    document, *_ = walked(mall)
    there, here = (body_of(mall, document, seq) for seq in (4, 5))
    forge(
        mall,
        sa.update(audit_entries).where(entry(document, 4)).values(seq=99),
        sa.update(audit_entries).where(entry(document, 5)).values(seq=4),
        sa.update(audit_entries).where(entry(document, 99)).values(seq=5),
    )
    assert found(mall) == [(document.number, 4)]
    assert there != here


def test_an_entry_that_was_put_in_is_found(mall: Mall) -> None:
    document, *_ = walked(mall)
    forged = write_entry(
        application_id=document.id, seq=8, previous=document.chain_head, at=mall.clock.now, kind="decided",
        desk="penomoran", actor="wayan", facts={"application": document.number},
    )  # fmt: skip
    row = {name: getattr(forged, name) for name in type(forged).__dataclass_fields__}
    forge(mall, sa.insert(audit_entries).values(row))
    assert found(mall) == [(document.number, 9)]


def test_entries_of_another_application_do_not_serve(mall: Mall) -> None:
    """The same shape, hashes that follow from one another, even the right count: but it is somebody else's."""
    one, other, _ = walked(mall)
    with mall.office.reading() as connection:
        rows = connection.execute(sa.select(audit_entries).where(audit_entries.c.application_id == other.id)).all()
    forge(
        mall,
        sa.delete(audit_entries).where(audit_entries.c.application_id == one.id),
        sa.insert(audit_entries).values([row._asdict() | {"application_id": one.id} for row in rows]),
        sa.update(applications).where(applications.c.id == one.id).values(chain_head=other.chain_head),
    )
    assert found(mall) == [(one.number, 1)]


def test_an_application_that_got_another_number_no_longer_fits_its_log(mall: Mall) -> None:
    document, *_ = walked(mall)
    forge(mall, sa.update(applications).where(applications.c.id == document.id).values(number="SIP-DOKTER-2026-7"))
    assert found(mall) == [("SIP-DOKTER-2026-7", 1)]


def test_every_broken_chain_is_told_and_only_its_first_break(mall: Mall) -> None:
    one, two, three = walked(mall)
    forge(
        mall,
        sa.update(audit_entries).where(entry(one, 2)).values(actor="nobody"),
        sa.update(audit_entries).where(entry(one, 5)).values(hash=bytes(32)),
        sa.update(audit_entries).where(entry(three, 7)).values(kind="nothing"),
    )
    assert found(mall) == sorted([(one.number, 2), (three.number, 7)])
    assert verify_chains(mall.office, number=two.number).breaks == ()


def test_what_the_row_says_is_what_the_bytes_say(mall: Mall) -> None:
    document, *_ = walked(mall)
    said = json.loads(body_of(mall, document, 4))
    assert said == {
        "schema": 2, "version": 3, "application": document.number, "seq": 4, "at": "2026-03-02T01:00:00.000000Z",
        "kind": "decided",
        "actor": "omar", "desk": "verifikasi", "role": "verifier", "step": "verify", "visit": 2,
        "decision": "forward", "to": "recommend",
        "sent": [{"desk": "dinas-kesehatan", "step": "recommend", "visit": 3}],
    }  # fmt: skip


def test_what_stands_beside_the_log_is_held_to_it(mall: Mall) -> None:
    asked = Decision(decision="return", reason="STR tidak terbaca.", requirements=("registration",))
    document = mall.registers()
    mall.carries()
    decide(mall.office, document.number, asked, person_id=mall.id_of(OMAR))
    assert found(mall) == []
    with mall.office.transaction() as tx:
        key = tx.personal.key_of(document.id)
        other = tx.personal.vault.index_of("3579014107900002")
    assert key is not None
    honest, sealed = key.seal_particulars(LESTARI), key.seal_particulars(replace(LESTARI, nik="3579014107900002"))
    # Whoever has the key can seal other words, and whoever has not can break what is sealed: both are found.
    for forged in (key.seal_note(4, "Semua baik."), key.seal_note(5, asked.reason), b"\x01nonsense", b""):
        forge(mall, sa.update(notes).values(sealed=forged))
        assert found(mall) == [(document.number, 4)]
    forge(mall, sa.update(notes).values(sealed=key.seal_note(4, asked.reason)))
    for forged in (sealed, b"\x01nonsense"):
        forge(mall, sa.update(particulars).values(sealed=forged))
        assert found(mall) == [(document.number, 1)]
    forge(mall, sa.update(particulars).values(sealed=honest), sa.update(applications).values(applicant_index=other))
    assert found(mall) == [(document.number, 1)]


def test_an_application_that_was_moved_without_a_decision_is_found(mall: Mall) -> None:
    document = mall.registers()
    forge(mall, sa.update(applications).values(step="granted", outcome="granted"))
    assert found(mall) == [(document.number, 2)]
