"""Writes down that somebody reads the log, before they are shown anything. Who cannot be noted is shown nothing."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from routing.domain.errors import DatabaseAway, Kind, Refusal
from routing.domain.log_reading import Reading
from routing.office import Office
from routing.storage.database import AlreadyWritten


class ReadingNotNoted(Refusal):
    """Whoever reads the log is in the log, and the database takes no entry now, so nothing is shown. Tell the
    administrator; a single application's transitions can be read meanwhile, and satuatap audit verify still checks.
    """

    code = "reading_not_noted"
    kind = Kind.BUSY


def note_reading(office: Office, reading: Reading) -> None:
    """One entry a question: the same one, asked by the same session on the same day, is the one that is there.

    Pages that follow and looks again are part of it; exports and downloads are noted each time.
    Raises ReadingNotNoted.
    """
    at = office.now()
    try:
        with suppress(AlreadyWritten):
            _note(office, reading, at)
            return
        # Of two windows that ask the same at one moment, the other has written it; whatever else refused an entry
        # refuses it again.
        _note(office, reading, at)
    except (DatabaseAway, AlreadyWritten) as error:
        raise ReadingNotNoted from error


def _note(office: Office, reading: Reading, at: datetime) -> None:
    question = reading.asked_once(at.date())
    with office.transaction() as tx:
        if question is None or not tx.reads.is_noted(question):
            tx.reads.note(reading, at=at)
