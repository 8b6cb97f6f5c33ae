"""Writes down that somebody reads the log, before they are shown anything. Who cannot be noted is shown nothing."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime

from routing.domain.errors import DatabaseAway, Kind, Refusal
from routing.domain.log_reading import Reading
from routing.domain.rollback import LogBehind
from routing.office import Office
from routing.storage.database import AlreadyWritten

_log = logging.getLogger(__name__)


class ReadingNotNoted(Refusal):
    """Whoever reads the log is in the log, and the database takes no entry now, so nothing is shown. Tell the
    administrator; a single application's transitions can be read meanwhile, and satuatap audit verify still checks.
    """

    code = "reading_not_noted"
    kind = Kind.BUSY


def note_reading(office: Office, reading: Reading) -> None:
    """One entry a question: the same one, asked by the same session on the same day, is the one that is there.

    Pages that follow and looks again are part of it; exports and downloads are noted each time.
    While the office is halted (``log_behind``) it goes on without. Raises ReadingNotNoted.
    """
    at = office.now()
    try:
        with suppress(AlreadyWritten):
            _note(office, reading, at)
            return
        # Of two windows that ask the same at one moment, the other has written it; whatever else refused an entry
        # refuses it again.
        _note(office, reading, at)
    except LogBehind:
        # A halted office is just the one an auditor has to look into. The program's log has it instead.
        _log.warning(
            "read although it could not be noted",
            extra={
                "action": reading.kind,
                "actor": reading.actor,
                "way": reading.way,
                "question": dict(reading.question),
            },
        )
    except (DatabaseAway, AlreadyWritten) as error:
        raise ReadingNotNoted from error


def _note(office: Office, reading: Reading, at: datetime) -> None:
    question = reading.asked_once(at.date())
    with office.transaction() as tx:
        if question is None or not tx.reads.is_noted(question):
            tx.reads.note(reading, at=at)
