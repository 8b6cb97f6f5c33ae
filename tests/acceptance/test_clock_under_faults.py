"""The beat is doubled, killed, silent for weeks, and workers die in the middle: time is kept once all the same."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from routing.actions.decide import decide
from routing.actions.deliver import deliver
from routing.actions.keep_accounts import assign, open_account
from routing.actions.publish import publish
from routing.actions.submit import Registration, submit
from routing.catalogue.workflow_files import default_folder
from routing.cli.publishing import publish_files
from routing.domain.application import Application, Particulars, Submission
from routing.domain.decision import Decision
from routing.office import Office, wall_clock
from routing.reading.chains import verify_chains
from routing.settings import Settings
from tests.acceptance.books import Books
from tests.acceptance.processes import distributed, own_servers, until
from tests.databases import write_master_key
from tests.domain.route_of_times import BROKEN, DEEMED, times

_BROKEN, _DEEMED = "izin-waktu", "izin-fiktif"
#: As long ago as it takes for every limit of the route to be over.
_LONG_AGO = timedelta(days=60)
_OF_EACH = 30
_DUE = "SELECT (SELECT count(*) FROM applications WHERE wake_at <= now()) + count(*) FROM visits WHERE warn_at <= now()"
_BY_THE_CLOCK = "SELECT count(*) FROM audit_entries WHERE actor = 'auto.clock'"


class LongAgo:
    """The counter, two months ago."""

    def __init__(self, office: Office) -> None:
        self._office = office
        publish_files(office, [default_folder() / "sip-dokter.yaml"], by="tests")
        assert publish(office, times(service=_BROKEN, legal_limit=BROKEN), by="tests")
        assert publish(office, times(service=_DEEMED, legal_limit=DEEMED), by="tests")
        self._ida = open_account(office, code="uji-ida", name="Ida")
        self._omar = open_account(office, code="uji-omar", name="Omar")
        assign(office, "uji-ida", [("front-desk", "loket-pendaftaran")])
        assign(office, "uji-omar", [("verifier", "verifikasi")])

    def registers(self, service: str) -> Application:
        """A document that has arrived at the first desk."""
        who = Particulars(name="Putu Lestari", nik="3579014107900001")
        submission = Submission(desk="loket-pendaftaran", decision="accept", particulars=who)
        registered = submit(self._office, Registration(service=service, submission=submission, person_id=self._ida))
        assert deliver(self._office, [(registered.id, 2)]) == 1
        return registered

    def returns(self, document: Application) -> None:
        """It waits for its applicant, who never comes."""
        decide(self._office, document.number, Decision(decision="return", reason="Foto buram"), person_id=self._omar)
        assert deliver(self._office, [(document.id, 3)]) == 1


def test_whatever_happens_to_beats_and_workers_each_is_told_and_done_once(tmp_path: Path) -> None:
    with (
        own_servers() as servers,
        distributed(tmp_path, servers, SATUATAP_CLOCK_SECONDS="0.2") as made,
        Books(servers.postgresql.url) as books,
    ):
        # Workers alone do nothing about the time.
        workers = [made.start("worker", "--desks", "*") for _ in range(2)]
        key = write_master_key(tmp_path / "clerk")
        settings = Settings(database_url=SecretStr(servers.postgresql.url), master_key_file=key)
        with contextlib.closing(Office(settings, clock=lambda: wall_clock() - _LONG_AGO)) as office:
            broken, deemed, lapsing = _documents(LongAgo(office))
            for one in workers:
                one.wait_until_it_works()
            assert books.number(_BY_THE_CLOCK) == 0
            beats = [made.start("beat") for _ in range(2)]
            until(lambda: books.number(_BY_THE_CLOCK) > 0, "the clock has begun")
            workers[0].kill9()
            beats[0].kill9()
            again = made.start("beat")
            until(lambda: books.number(_DUE) == 0, "nothing is due any more")
            assert books.number(_BY_THE_CLOCK) == _OF_EACH * (4 + 5 + 1)
            again.wait_until_it_works()
            done = Counter(books.rows("SELECT application_id, kind FROM audit_entries WHERE actor = 'auto.clock'"))
            for document in broken:
                assert (done[document.id, "warned"], done[document.id, "limit-passed"]) == (3, 1)
            for document in deemed:
                assert (done[document.id, "warned"], done[document.id, "deemed"]) == (3, 1)
            for document in lapsing:
                assert done[document.id, "decided"] == 1
            assert _told_in_the_log(books) == Counter(_told_in_rows(books))
            report = verify_chains(office)
            assert (report.chains, report.breaks) == (3 * _OF_EACH, ())
            assert books.number(_BY_THE_CLOCK) == _OF_EACH * (4 + 5 + 1)


def _documents(counter: LongAgo) -> tuple[list[Application], list[Application], list[Application]]:
    """Those whose limit is broken, those that are deemed granted, and those whose applicant never comes back."""
    broken = [counter.registers(_BROKEN) for _ in range(_OF_EACH)]
    deemed = [counter.registers(_DEEMED) for _ in range(_OF_EACH)]
    lapsing = [counter.registers(_BROKEN) for _ in range(_OF_EACH)]
    for document in lapsing:
        counter.returns(document)
    return broken, deemed, lapsing


def _told_in_rows(books: Books) -> set[tuple[int, str, str]]:
    """What was told, of which application, how near it was."""
    return {tuple(row) for row in books.rows("SELECT DISTINCT application_id, about, level FROM notices")}


def _told_in_the_log(books: Books) -> Counter[tuple[int, str, str]]:
    """The same, each as often as the log tells of it."""
    rows = books.rows("SELECT application_id, body FROM audit_entries WHERE actor = 'auto.clock'")
    said = [(application, json.loads(bytes(body))) for application, body in rows]
    return Counter((application, one["about"], level) for application, one in said for level in one.get("levels", ()))
