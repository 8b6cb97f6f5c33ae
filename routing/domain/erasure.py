"""Personal data is destroyed: the application's key, and every row that was sealed with it. The log stays.

What the form and the desks said is taken out of the application as well: together, plain facts can tell who it was.

The key that would key a reason's digest goes with it, so the entry takes no free text: the legal basis is one of a
closed list, and whoever wants more names a letter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from routing.domain.acting import check_letter_number
from routing.domain.application import Application
from routing.domain.errors import Refusal
from routing.domain.facts import without_what_was_said
from routing.domain.move import Move, chained, entry_of
from routing.domain.people import OFFICE, Action, Person, require


class LegalBasis(StrEnum):
    """Why it has to go: UU 27/2022, articles 43 (1) and 44 (1)."""

    #: the retention schedule is over and says: destroy (44 (1) a)
    RETENTION_OVER = "retention-over"
    #: the applicant asks for it (43 (1) c, 44 (1) b)
    REQUEST = "request-of-the-subject"
    #: no longer needed for what it was collected for (43 (1) a)
    NOT_NEEDED = "no-longer-needed"
    #: the applicant withdrew the consent it was based on (43 (1) b)
    CONSENT_WITHDRAWN = "consent-withdrawn"
    #: it should never have been collected (43 (1) d, 44 (1) d)
    UNLAWFUL = "unlawfully-obtained"


class NotEndedYet(Refusal):
    """Application {number} is still open; only what has ended is erased. Decide it or record its withdrawal first."""

    code = "not_ended_yet"


class ErasedAlready(Refusal):
    """The personal data of application {number} has been erased already."""

    code = "erased_already"


def erase(application: Application, basis: LegalBasis, *, letter: str = "", person: Person, at: datetime) -> Move:
    """The application without whom it was for.

    ``letter``: the number of the letter that orders it, if there is one. Raises NotAllowed, NotEndedYet,
    ErasedAlready, MalformedField.
    """
    held = require(person, Action.ERASE, OFFICE, at)
    if application.is_open:
        raise NotEndedYet(number=application.number)
    if application.erased_at is not None:
        raise ErasedAlready(number=application.number)
    facts = {
        "basis": basis.value,
        "letter": check_letter_number(letter) if letter.strip() else None,
        "role": held.role,
    }
    entry = entry_of(application, at=at, kind="key-destroyed", desk=None, actor=person.code, facts=facts)
    after = replace(
        chained(application, entry),
        version=application.version + 1,
        changed_at=at,
        applicant_index=None,
        erased_at=at,
        facts=without_what_was_said(application.facts),
    )
    return Move(at=at, before=application, after=after, visits=(), entries=(entry,), erases=True)
