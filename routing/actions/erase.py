"""The personal data of an ended application is destroyed, by an administrator, on a legal basis."""

from __future__ import annotations

from routing.domain import erasure
from routing.domain.application import Application
from routing.domain.erasure import LegalBasis
from routing.office import Office


def erase(office: Office, number: str, basis: LegalBasis, *, letter: str = "", person_id: int) -> Application:
    """The application, whose applicant nobody can find any more; its log verifies as before.

    Raises UnknownApplication and what ``erasure.erase`` raises.
    """
    with office.transaction() as tx:
        application = tx.application(number)
        person = tx.people.with_id(person_id)
        move = erasure.erase(application, basis, letter=letter, person=person, at=office.now())
        tx.record(move)
    # The commit destroyed the key; the journal of SQLite still held it.
    office.database.forget_what_was_deleted()
    return move.after
