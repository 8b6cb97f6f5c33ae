"""What is append-only cannot be cleaned later: nothing personal stands in the log, wherever it was said."""

import json
from dataclasses import replace

import sqlalchemy as sa

from routing.actions.attach import SentPaper, attach
from routing.actions.claim import claim, release
from routing.actions.withdraw import withdraw
from routing.domain.application import Application
from routing.domain.audit_chain import keyed_digest
from routing.storage.tables import audit_entries, metadata, notes
from tests.domain.people_of_the_mall import IDA, OMAR, RATNA, SARI, WAYAN
from tests.formats.papers import pdf
from tests.mall import LESTARI, Mall

WHO = replace(
    LESTARI,
    name="dr. Zamzami Ranupatma",
    nik="3579014107900042",
    phone="081298765432",
    answers={"place": "Klinik Sumberejo, Gang Kenanga 17"},
)
REASONS = ("Foto Zamzami buram", "Rekomendasi Sumberejo tanpa tanggal", "Zamzami pindah ke Kenanga")
PLANTED = ("Zamzami", "Ranupatma", "3579014107900042", "081298765432", "Sumberejo", "Kenanga", "buram", "tanggal")


def walked(mall: Mall) -> Application:
    """Every kind of entry there is: taken, given back, returned, repaired, sent back, withdrawn."""
    document = mall.registers(who=WHO)
    mall.carries()
    claim(mall.office, document.number, visit=2, person_id=mall.id_of(OMAR))
    with mall.office.papers.upload("KTP Zamzami Ranupatma 3579014107900042.pdf", most=10**6) as upload:
        upload.write(pdf())
        paper = SentPaper(upload=upload, requirement="id-card")
        attach(mall.office, document.number, [paper], person_id=mall.id_of(OMAR))
    release(mall.office, document.number, visit=2, person_id=mall.id_of(OMAR))
    mall.decides(document, OMAR, "return", reason=REASONS[0], requirements=("photo",))
    mall.walks(document, [(IDA, "resubmit"), (OMAR, "forward"), (SARI, "recommend")])
    mall.carries()
    mall.decides(document, WAYAN, "send-back", reason=REASONS[1])
    return withdraw(
        mall.office, document.number, desk="loket-pendaftaran", reason=REASONS[2], person_id=mall.id_of(IDA)
    )


def test_no_entry_and_no_row_holds_what_is_personal_in_clear(mall: Mall) -> None:
    walked(mall)
    with mall.office.reading() as connection:
        found = {
            name
            for name, table in metadata.tables.items()
            for row in connection.execute(sa.select(table))
            for value in row
            for planted in PLANTED
            if planted in (bytes(value).decode(errors="replace") if isinstance(value, bytes) else str(value))
        }
        kinds = set(connection.execute(sa.select(audit_entries.c.kind)).scalars())
    assert found == set()
    assert kinds == {"submitted", "decided", "arrived", "claimed", "released", "withdrawn", "recalled", "attached"}


def test_an_entry_proves_its_note_to_whoever_holds_the_key(mall: Mall) -> None:
    document = walked(mall)
    with mall.office.transaction() as tx:
        key = tx.personal.key_of(document.id)
    assert key is not None
    with mall.office.reading() as connection:
        rows = connection.execute(
            sa.select(notes.c.seq, notes.c.sealed, audit_entries.c.body).join_from(
                notes,
                audit_entries,
                (audit_entries.c.application_id == notes.c.application_id) & (audit_entries.c.seq == notes.c.seq),
            ).order_by(notes.c.seq)
        ).all()  # fmt: skip
        said = [json.loads(bytes(body)) for body in connection.execute(sa.select(audit_entries.c.body)).scalars()]
    texts = tuple(key.note(row.seq, bytes(row.sealed)) for row in rows)
    assert texts == REASONS
    for row, text in zip(rows, texts, strict=True):
        assert json.loads(bytes(row.body))["reason"] == keyed_digest(key.digest, text)
    assert len([one for one in said if "reason" in one]) == len(REASONS)
    assert all(one["application"] == document.number for one in said)


def test_the_same_words_have_another_digest_in_another_application(mall: Mall) -> None:
    for _ in range(2):
        document = mall.registers()
        mall.carries()
        mall.decides(document, OMAR, "return", reason="Foto buram", requirements=("photo",))
    with mall.office.reading() as connection:
        bodies = [json.loads(bytes(body)) for body in connection.execute(sa.select(audit_entries.c.body)).scalars()]
    assert len({body["reason"] for body in bodies if "reason" in body}) == 2


def test_the_log_names_who_decided_by_account_and_never_by_name(mall: Mall) -> None:
    mall.walks(mall.registers(), [(OMAR, "forward"), (SARI, "recommend"), (WAYAN, "forward"), (RATNA, "sign")])
    with mall.office.reading() as connection:
        actors = set(connection.execute(sa.select(audit_entries.c.actor)).scalars())
    assert actors == {"ida", "omar", "sari", "wayan", "ratna", "auto.courier"}
