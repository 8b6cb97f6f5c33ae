"""A canary: somebody unmistakable goes through the whole mall, then every place a trace could be left is searched.

Real worker, relay and broker; pages, exports, log output, messages, every byte of the database's files.
"""

import io
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from celery.signals import before_task_publish
from fastapi.testclient import TestClient

from routing.actions.claim import claim, release
from routing.actions.erase import erase
from routing.actions.keep_accounts import identify
from routing.actions.reveal import reveal
from routing.actions.withdraw import withdraw
from routing.cli.main import main
from routing.domain.application import Application
from routing.domain.erasure import LegalBasis
from routing.domain.errors import Refusal
from routing.domain.people import ADMINISTRATOR
from routing.domain.revealing import Masked
from routing.reading.chains import verify_chains
from routing.storage.tables import audit_entries, metadata
from routing.telemetry import set_up_logs
from routing.web.app import make_web
from tests.domain.people_of_the_mall import IDA, OMAR, SARI, WAYAN, person
from tests.mall import LESTARI, Mall
from tests.waiting import wait_until
from workers.embedded import courier

WHO = replace(
    LESTARI,
    name="dr. Zamzami Ranupatma",
    nik="3579014107900042",
    phone="081298765432",
    answers={"place": "Klinik Sumberejo, Gang Kenanga 17"},
)
#: Each names the applicant, as people do.
REASONS = (f"Foto NIK {WHO.nik} buram", "Rekomendasi Sumberejo tanpa tanggal", "Zamzami pindah ke Kenanga")
PLANTED = ("Zamzami", "Ranupatma", WHO.nik, WHO.phone, "81298765432", "Sumberejo", "Kenanga", "buram", "tanggal")
RINA = person("rina", ADMINISTRATOR, None)


@pytest.fixture
def messages() -> Iterator[list[str]]:
    """Everything Celery puts on a queue."""
    sent: list[str] = []

    def keep(body: Any = None, headers: Any = None, **_: Any) -> None:
        sent.append(repr((body, headers)))

    before_task_publish.connect(keep, weak=False)
    yield sent
    before_task_publish.disconnect(keep)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The program's log, as talkative as it gets, whatever pytest does with logging."""
    root = logging.getLogger()
    handlers, level, stderr = root.handlers[:], root.level, sys.stderr
    written = io.StringIO()
    sys.stderr = written
    set_up_logs("DEBUG")
    sys.stderr = stderr
    yield written
    root.handlers[:], root.level = handlers, level


def walked(mall: Mall) -> Application:
    """Every kind of move there is, refusals in between, and somebody who looks at the NIK."""

    def arrived(one: Application) -> None:
        wait_until("it has arrived", lambda: all(visit.has_arrived for visit in mall.open_visits(one)))

    office, omar = mall.office, mall.id_of(OMAR)
    document = mall.registers(who=WHO, key="form-1")
    identify(office, "budi", WHO.nik)
    for wrong in (replace(WHO, nik=f"{WHO.nik}9"), replace(WHO, phone=f"{WHO.phone}99999")):
        with pytest.raises(Refusal):
            mall.registers(who=wrong)
    with pytest.raises(Refusal):
        mall.registers(who=replace(WHO, name="dr. Ranupatma"), key="form-1")
    arrived(document)
    claim(office, document.number, visit=2, person_id=omar)
    release(office, document.number, visit=2, person_id=omar)
    assert reveal(office, document.number, [Masked.NIK], reason=REASONS[0], person_id=omar)[Masked.NIK] == WHO.nik
    document = mall.decides(document, OMAR, "return", reason=REASONS[0], requirements=("photo",))
    for by, decision, reason in (
        (IDA, "resubmit", ""), (OMAR, "forward", ""), (SARI, "recommend", ""), (WAYAN, "send-back", REASONS[1]),
    ):  # fmt: skip
        arrived(document)
        document = mall.decides(document, by, decision, reason=reason)
    arrived(document)
    return withdraw(office, document.number, desk="loket-pendaftaran", reason=REASONS[2], person_id=mall.id_of(IDA))


def planted_in(text: str | bytes) -> list[str]:
    """What of the canary stands there, in UTF-8 or UTF-16."""
    said = text if isinstance(text, bytes) else text.encode()
    return [one for one in PLANTED if one.encode() in said or one.encode("utf-16-le") in said]


def test_nothing_of_an_applicant_is_anywhere_in_clear(live_mall: Mall, messages: list[str], log: io.StringIO) -> None:
    mall = live_mall
    with courier(mall.office):
        document = walked(mall)
    with mall.office.reading() as connection:
        rows = {name: connection.execute(sa.select(table)).all() for name, table in metadata.tables.items()}
        kinds = set(connection.execute(sa.select(audit_entries.c.kind)).scalars())
    assert {name: found for name, of in rows.items() if (found := planted_in(repr(of)))} == {}
    assert kinds == {
        "submitted", "decided", "arrived", "claimed", "released", "withdrawn", "recalled", "revealed",
    }  # fmt: skip
    assert messages
    assert planted_in("".join(messages)) == []
    assert log.getvalue()
    assert planted_in(log.getvalue()) == []
    with TestClient(make_web(mall.office)) as anybody:
        for page in (f"/t/{document.tracking_code}", "/", "/health/ready"):
            answer = anybody.get(page, headers={"accept": "text/html"})
            assert answer.status_code == 200
            assert planted_in(answer.text) == []
    assert verify_chains(mall.office).breaks == ()
    mall.hires(RINA)
    erase(mall.office, document.number, LegalBasis.REQUEST, person_id=mall.id_of(RINA))
    report = verify_chains(mall.office)
    assert (report.chains, report.breaks) == (1, ())


def test_no_file_and_no_export_of_an_embedded_mall_holds_anything_of_an_applicant(
    sqlite_mall: Mall, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    with courier(sqlite_mall.office):
        walked(sqlite_mall)
    folder = sqlite_mall.office.settings.data
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {"satuatap.db", "satuatap.db-wal", "master.key"} <= set(files)
    assert {name: found for name, of in files.items() if (found := planted_in(of))} == {}
    for form in ("csv", "jsonl", "xes"):
        monkeypatch.setattr(
            sys, "argv", ["satuatap", "audit", "export", "--format", form, "--all", "--data", str(folder)]
        )
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        exported = capsysbinary.readouterr()
        assert b"verifikasi" in exported.out
        assert planted_in(exported.out + exported.err) == []
    key = files["master.key"].strip()
    assert not any(key in of or bytes.fromhex(key.decode()) in of for name, of in files.items() if name != "master.key")
