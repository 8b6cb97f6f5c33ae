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
        # What stays stopped for too long ends with words of the clock, which take the key that is destroyed here.
        open_visits = tx.open_visits(application.id)
        book = office.book_of(application, tx)
        application = tx.up_to_date(book, application, open_visits, at=office.now()).application
        person = tx.people.with_id(person_id)
        move = erasure.erase(application, basis, letter=letter, person=person, at=office.now())
        tx.record(move)
    # The commit destroyed the key; the journal of SQLite still held it.
    office.database.forget_what_was_deleted()
    return move.after
