"""A clerk at the counter who works from the test's own process, on the database of a mall that runs in others."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from routing.actions.decide import decide
from routing.actions.keep_accounts import assign, open_account
from routing.actions.submit import Registration, submit
from routing.cli.publishing import publish_files
from routing.domain.application import Application, Particulars, Submission
from routing.domain.decision import Decision
from routing.office import Office
from routing.settings import Settings
from tests.databases import write_master_key
from tests.domain.people_of_the_mall import ALL_PAPERS

COUNTER, FIRST_DESK = "loket-pendaftaran", "verifikasi"
_SERVICE = "sip-dokter"


class Clerk:
    """Ida registers, Omar sends on; the papers are always complete."""

    def __init__(self, office: Office) -> None:
        self.office = office
        publish_files(office, by="tests")
        self._ida = open_account(office, code="uji-ida", name="Ida")
        self._omar = open_account(office, code="uji-omar", name="Omar")
        assign(office, "uji-ida", [("front-desk", COUNTER)])
        assign(office, "uji-omar", [("verifier", FIRST_DESK)])
        self.registered = 0

    def registers(self) -> Application:
        """One more application, whose document is on its way to the first desk afterwards."""
        who = Particulars(name=f"dr. Nomor {self.registered}", nik="3579014107900001")
        submission = Submission(desk=COUNTER, decision="accept", papers=ALL_PAPERS, particulars=who)
        key = f"nomor-{self.registered}"
        registration = Registration(service=_SERVICE, submission=submission, person_id=self._ida, key=key)
        registered = submit(self.office, registration)
        self.registered += 1
        return registered

    def sends_on(self, application: Application) -> Application:
        """The first desk forwards a document that has arrived there."""
        return decide(self.office, application.number, Decision(decision="forward"), person_id=self._omar)


@contextlib.contextmanager
def clerk_at(settings: Settings) -> Iterator[Clerk]:
    """The clerk of the (migrated) mall with these settings, while the block runs."""
    office = Office(settings)
    try:
        yield Clerk(office)
    finally:
        office.close()


@contextlib.contextmanager
def clerk_on(url: str) -> Iterator[Clerk]:
    """The clerk of the mall with this database."""
    with tempfile.TemporaryDirectory() as folder:
        key = write_master_key(Path(folder))
        with clerk_at(Settings(database_url=SecretStr(url), master_key_file=key)) as clerk:
            yield clerk
