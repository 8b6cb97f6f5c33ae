"""Three services through the API from submission to end, on PostgreSQL and Valkey, with every part a process."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from routing.catalogue.workflow_files import default_folder
from routing.cli.publishing import publish_files
from routing.office import Office
from routing.reading.catalogue import services_in_force
from routing.reading.chains import verify_chains
from routing.reading.folded_states import verify_states
from routing.reading.hand_offs import hand_offs_on_their_way
from routing.settings import Settings
from routing.storage.tables import visits
from tests.acceptance.officers import PLANS, Staff
from tests.acceptance.processes import Programs, Servers, distributed, own_servers, until
from tests.formats.papers import pdf


@pytest.mark.parametrize(
    "applications", [pytest.param(20, id="twenty"), pytest.param(200, id="two-hundred", marks=pytest.mark.slow)]
)
def test_every_application_reaches_its_end_and_every_word_of_three_services_is_said(
    applications: int, tmp_path: Path
) -> None:
    with own_servers() as servers, distributed(tmp_path, servers, **_settings(tmp_path)) as programs:
        _walk(applications, servers, programs, tmp_path)


def _settings(folder: Path) -> dict[str, str]:
    return {
        "SATUATAP_PAPERS": str(folder / "papers"),
        "SATUATAP_MASTER_KEY_FILE": str(folder / "master.key"),
        "SATUATAP_API_PER_MINUTE": "1000000",
        "SATUATAP_AUTOMATIC_RETRY_SECONDS": "0.2",
        "SATUATAP_PAYMENT_ASK_SECONDS": "0.5",
    }


def _walk(applications: int, servers: Servers, programs: Programs, folder: Path) -> None:
    outside = programs.start("simulate", "--port", "0", "--pays-after", "36000", "--down", "0.2", "--wrong", "0.1")
    outside.wait_until_it_says("SATUATAP_OSS_URL=")
    systems = dict(line.split("=", 1) for line in outside.stdout.split())
    address = programs.part("web", "--port", "0", **systems).stderr.split("listens at ")[1].split()[0].rstrip("/.")
    for words in (("relay",), ("worker", "--desks", "*"), ("worker", "--desks", "*")):
        programs.part(*words, **systems)
    settings = Settings(
        database_url=SecretStr(servers.postgresql.url),
        broker_url=SecretStr(servers.valkey.url),
        master_key_file=folder / "master.key",
    )
    office = Office(settings)
    try:
        publish_files(office, [default_folder() / f"{service}.yaml" for service in PLANS], by="tests")
        staff = Staff(office, address, systems["SATUATAP_PAYMENT_URL"])
        with closing(staff):
            staff.hire()
            _register(staff, applications)
            _work(staff)
            _check(staff)
    finally:
        office.close()


def _register(staff: Staff, applications: int) -> None:
    planned = [(service, plan) for service, plans in PLANS.items() for plan in plans]
    for count in range(applications):
        service, plan = planned[count % len(planned)]
        staff.registers(service, plan, pdf(pages=1 + count % 7))


def _work(staff: Staff) -> None:
    """Four officers at a time, at one desk after another, until nothing is open any more."""
    desks = [desk for desk in staff.officers if desk != "*"]
    all_ended = threading.Event()

    def shift(first: int) -> None:
        while not all_ended.is_set():
            if not sum(staff.works(desk) for desk in desks[first::4]):
                all_ended.wait(0.05)

    def nothing_is_open() -> bool:
        with staff.office.reading() as connection:
            still = sa.select(sa.func.count()).select_from(visits).where(visits.c.closed_at.is_(None))
            return connection.execute(still).scalar() == 0

    with ThreadPoolExecutor(4) as pool:
        shifts = [pool.submit(shift, first) for first in range(4)]
        try:
            until(lambda: nothing_is_open() or any(one.done() for one in shifts), "all have ended", seconds=400)
        finally:
            all_ended.set()
        for one in shifts:
            one.result()
    assert nothing_is_open()


def _check(staff: Staff) -> None:
    report = verify_chains(staff.office)
    assert (report.chains, report.breaks) == (len(staff.documents), ())
    assert verify_states(staff.office).differences == ()
    assert hand_offs_on_their_way(staff.office).count == 0
    auditor, counter = staff.officers["*"], staff.officers["loket-pendaftaran"]
    by_program = set()
    for document in staff.documents.values():
        assert auditor.get(f"/applications/{document.number}")["outcome"] is not None
        assert counter.content(f"/applications/{document.number}/attachments/1") == document.paper
        for entry in auditor.get(f"/applications/{document.number}/history?limit=200")["items"]:
            if entry["kind"] == "decided" and entry["actor"].startswith("auto."):
                by_program.add((document.service, entry["step"], entry["decision"]))
    every_word = {
        (workflow.service, code, decision)
        for workflow in services_in_force(staff.office)
        for code, step in workflow.steps.items()
        for decision in step.decisions
        if code not in workflow.intake
    }
    assert every_word - staff.said - by_program == set()
    assert {("nib", "system", "issue"), ("nib", "system", "refer"), ("izin-reklame", "pay", "paid")} <= by_program
